/** What touches everybody: pausing, the word, the side room, screens, the door, who is gone, the end. */

import { area } from './catalogue';
import { clock, joined, minutes } from './say';

const say = area('together');

export const pause = {
  all: say('Pause everything'),
  title: say('Your host has paused everything for a moment'),
  text: say('Nobody hears or sees anybody. You do not need to do anything. Your place is kept.'),
  host: say('You have paused everything. Nobody hears or sees anybody.'),
  some: (what: readonly string[]) => say('Still paused: {what}.', { what: joined(what, 'and') }),
  names: { sound: say('sound'), picture: say('picture'), chat: say('chat'), hands: say('hands') },
  back: {
    sound: say('Sound back'),
    picture: say('Picture back'),
    chat: say('Chat back'),
    hands: say('Hands back'),
  },
  told: say('Your host has paused everything for a moment.'),
  resumed: {
    sound: say('Sound is back.'),
    picture: say('Picture is back.'),
    chat: say('Chat is back.'),
    hands: say('You can put your hand up again.'),
  },
  parent: {
    sound: say('Sound is paused for everyone. Your host will bring it back.'),
    picture: say('Pictures are paused for everyone. Your host will bring them back.'),
    chat: say('Chat is paused for everyone.'),
    hands: say('Hands are paused for everyone.'),
  },
};

export const floor = {
  yourTurn: say('It is your turn. Turn your microphone on when you like.'),
  yourTurnHeld: say('It is your turn. Your host lifts your mute first.'),
  yourTurnSpeaking: say('It is your turn. Take the time you need.'),
  pass: say('Pass'),
  passLabel: say('Pass: I would rather not speak now, or I am done'),
  over: say('Your turn is over. Thank you.'),
  invitation: say('Your host asks one person at a time to speak. Press Hand to ask.'),
  invitationAsked: say('Your hand is up. Your host can see it.'),
  someone: (name: string) => say('{name} has the word.', { name }),
  round: (name: string) => say('We go round. {name} has the word.', { name }),
  roundWaits: say('We go round. Everyone gets a turn, and anyone can pass.'),
  pressed: say('It is someone else’s turn, so this button waits. Press Hand to ask to speak.'),
  long: (since: Date, now: Date) => minutes(since, now),
  hold: say('Microphones by invitation'),
  holdHint: say('All parents listen. You give the word to one at a time.'),
  open: say('Let everyone speak again'),
  start: say('Start a round'),
  startHint: say('The word goes to one after the other. Anyone can pass.'),
  next: say('Next'),
  takeBack: say('Take it back'),
  endRound: say('End the round'),
  hostRound: (name: string | null) =>
    name === null ? say('A round') : say('A round · {name} has the word', { name }),
  hostInvitation: (name: string | null) =>
    name === null
      ? say('By invitation · nobody has the word')
      : say('By invitation · {name} has the word', { name }),
};

export const aside = {
  asked: (names: readonly string[]) =>
    say('{names} would like a word with you alone', { names: joined(names, 'and') }),
  askedText: say('The group will only see that you stepped out. You can come back any time.'),
  yes: say('Go along'),
  no: say('Not now'),
  alone: (names: readonly string[]) =>
    say('You are alone with {names}. The group cannot hear you.', { names: joined(names, 'and') }),
  back: say('Back to the group'),
  returned: say('You are back with the group. Your microphone and camera are off.'),
  waits: (name: string) => say('You asked {name} for a word alone.', { name }),
  takeBack: say('Take it back'),
  others: (host: string, name: string) => say('{host} and {name} are in the side room.', { host, name }),
  join: say('Join them'),
  end: say('Bring them back'),
};

export const screen = {
  share: say('Share my screen'),
  stop: say('Stop sharing my screen'),
  allowed: say('You may share your screen once. Press More, then “Share my screen”.'),
  shared: (name: string) => say('{name} is sharing a screen', { name }),
  unseen: (name: string) => say('{name} is sharing a screen. Press “Pictures back” to see it.', { name }),
  mine: say('You are sharing your screen. Everyone sees it.'),
};

export const door = {
  anyway: say('Let in anyway'),
  anywayLabel: (name: string) => say('Let in anyway: {name}', { name }),
  anywayTitle: (name: string) => say('Let {name} in all the same?', { name }),
  anywayRecorded: say('This is recorded, with your name.'),
  anywayYes: (name: string) => say('Yes, let {name} in', { name }),
  anywayNo: say('Leave them waiting'),
  late: say('late'),
  lateText: say('The door is closed to those who come this late.'),
  full: say('room is full'),
  fullText: say('The room is as full as was planned.'),
  apart: (names: readonly string[]) => say('kept apart from {names}', { names: joined(names, 'and') }),
  apartText: (name: string, names: readonly string[]) =>
    say.counted(
      '{name} and {names} are never to meet. {names} is in the room now.',
      '{name} and {names} are never to meet. {names} are in the room now.',
      names.length,
      { name, names: joined(names, 'and') },
    ),
  similar: say('similar name'),
  writeAll: say('Write to everyone who waits'),
  expected: (count: number) => say('Not here yet · {count}', { count }),
};

export const departed = {
  title: say('Gone'),
  how: {
    left: (since: Date) => say('left at {since}', { since: clock(since) }),
    lost: (since: Date, now: Date) => say('lost connection · {minutes}', { minutes: minutes(since, now) }),
    exited: (since: Date) => say('left quickly at {since}', { since: clock(since) }),
  },
  exited: say('Do not ring or text them. They may not be alone.'),
  plan: {
    wait: say('Their wish: wait for them.'),
    text: say('Their wish: text the agreed word.'),
    ring: say('Their wish: ring them.'),
    ring_contact: say('Their wish: ring the person they named.'),
  },
  announced: {
    left: (name: string) => say('{name} left.', { name }),
    lost: (name: string) => say('{name} lost connection.', { name }),
    exited: (name: string) => say('{name} left quickly.', { name }),
  },
};

export const closing = {
  soon: say('About ten minutes left.'),
  soonHost: say('Ten minutes left. Time for a last round?'),
  round: say('Last round'),
  start: say('Start closing'),
  startTitle: say('Start closing?'),
  startText: say(
    'The door locks. Everyone is told it is time for goodbyes. Who wishes can stay for 15 minutes.',
  ),
  startYes: say('Start closing'),
  startNo: say('Not yet'),
  stay: (until: Date) =>
    say('Time for goodbyes. Go when you like, or stay with a host until {until}.', { until: clock(until) }),
  stayHost: (until: Date) => say('Closing. Who wishes can stay until {until}.', { until: clock(until) }),
  goodbye: say('Say goodbye'),
};
