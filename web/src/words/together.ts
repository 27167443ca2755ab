/** What touches everybody: pausing, the word, the side room, screens, the door, who is gone, the end. */

import { clock, joined, minutes } from './say';

export const pause = {
  all: 'Pause everything',
  title: 'Your host has paused everything for a moment',
  text: 'Nobody hears or sees anybody. You do not need to do anything. Your place is kept.',
  host: 'You have paused everything. Nobody hears or sees anybody.',
  some: (what: readonly string[]) => `Still paused: ${joined(what, 'and')}.`,
  names: { sound: 'sound', picture: 'picture', chat: 'chat', hands: 'hands' },
  back: { sound: 'Sound back', picture: 'Picture back', chat: 'Chat back', hands: 'Hands back' },
  told: 'Your host has paused everything for a moment.',
  resumed: {
    sound: 'Sound is back.',
    picture: 'Picture is back.',
    chat: 'Chat is back.',
    hands: 'You can put your hand up again.',
  },
  parent: {
    sound: 'Sound is paused for everyone. Your host will bring it back.',
    picture: 'Pictures are paused for everyone. Your host will bring them back.',
    chat: 'Chat is paused for everyone.',
    hands: 'Hands are paused for everyone.',
  },
};

export const floor = {
  yourTurn: 'It is your turn. Turn your microphone on when you like.',
  yourTurnHeld: 'It is your turn. Your host lifts your mute first.',
  yourTurnSpeaking: 'It is your turn. Take the time you need.',
  pass: 'Pass',
  passLabel: 'Pass: I would rather not speak now, or I am done',
  over: 'Your turn is over. Thank you.',
  invitation: 'Your host asks one person at a time to speak. Press Hand to ask.',
  invitationAsked: 'Your hand is up. Your host can see it.',
  someone: (name: string) => `${name} has the word.`,
  round: (name: string) => `We go round. ${name} has the word.`,
  roundWaits: 'We go round. Everyone gets a turn, and anyone can pass.',
  pressed: 'It is someone else’s turn, so this button waits. Press Hand to ask to speak.',
  long: (since: Date, now: Date) => minutes(since, now),
  hold: 'Microphones by invitation',
  holdHint: 'All parents listen. You give the word to one at a time.',
  open: 'Let everyone speak again',
  start: 'Start a round',
  startHint: 'The word goes to one after the other. Anyone can pass.',
  next: 'Next',
  takeBack: 'Take it back',
  endRound: 'End the round',
  hostRound: (name: string | null) => (name === null ? 'A round' : `A round · ${name} has the word`),
  hostInvitation: (name: string | null) =>
    name === null ? 'By invitation · nobody has the word' : `By invitation · ${name} has the word`,
};

export const aside = {
  asked: (names: readonly string[]) => `${joined(names, 'and')} would like a word with you alone`,
  askedText: 'The group will only see that you stepped out. You can come back any time.',
  yes: 'Go along',
  no: 'Not now',
  alone: (names: readonly string[]) =>
    `You are alone with ${joined(names, 'and')}. The group cannot hear you.`,
  back: 'Back to the group',
  returned: 'You are back with the group. Your microphone and camera are off.',
  waits: (name: string) => `You asked ${name} for a word alone.`,
  takeBack: 'Take it back',
  others: (host: string, name: string) => `${host} and ${name} are in the side room.`,
  join: 'Join them',
  end: 'Bring them back',
};

export const screen = {
  share: 'Share my screen',
  stop: 'Stop sharing my screen',
  allowed: 'You may share your screen once. Press More, then “Share my screen”.',
  shared: (name: string) => `${name} is sharing a screen`,
  mine: 'You are sharing your screen. Everyone sees it.',
};

export const door = {
  anyway: 'Let in anyway',
  anywayLabel: (name: string) => `Let in anyway: ${name}`,
  anywayTitle: (name: string) => `Let ${name} in all the same?`,
  anywayRecorded: 'This is recorded, with your name.',
  anywayYes: (name: string) => `Yes, let ${name} in`,
  anywayNo: 'Leave them waiting',
  late: 'late',
  lateText: 'The door is closed to those who come this late.',
  full: 'room is full',
  fullText: 'The room is as full as was planned.',
  apart: (names: readonly string[]) => `kept apart from ${joined(names, 'and')}`,
  apartText: (name: string, names: readonly string[]) =>
    `${name} and ${joined(names, 'and')} are never to meet. ${joined(names, 'and')} ${names.length > 1 ? 'are' : 'is'} in the room now.`,
  similar: 'similar name',
  writeAll: 'Write to everyone who waits',
  expected: (count: number) => `Not here yet · ${count}`,
};

export const departed = {
  title: 'Gone',
  how: {
    left: (since: Date) => `left at ${clock(since)}`,
    lost: (since: Date, now: Date) => `lost connection · ${minutes(since, now)}`,
    exited: (since: Date) => `left quickly at ${clock(since)}`,
  },
  exited: 'Do not ring or text them. They may not be alone.',
  plan: {
    wait: 'Their wish: wait for them.',
    text: 'Their wish: text the agreed word.',
    ring: 'Their wish: ring them.',
    ring_contact: 'Their wish: ring the person they named.',
  },
  announced: {
    left: (name: string) => `${name} left.`,
    lost: (name: string) => `${name} lost connection.`,
    exited: (name: string) => `${name} left quickly.`,
  },
};

export const closing = {
  soon: 'About ten minutes left.',
  soonHost: 'Ten minutes left. Time for a last round?',
  round: 'Last round',
  start: 'Start closing',
  startTitle: 'Start closing?',
  startText: 'The door locks. Everyone is told it is time for goodbyes. Who wishes can stay for 15 minutes.',
  startYes: 'Start closing',
  startNo: 'Not yet',
  stay: (until: Date) => `Time for goodbyes. Go when you like, or stay with a host until ${clock(until)}.`,
  stayHost: (until: Date) => `Closing. Who wishes can stay until ${clock(until)}.`,
  goodbye: 'Say goodbye',
};
