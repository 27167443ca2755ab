/** What a host can do about one person, the mildest first, and the danger card. */

import { area } from './catalogue';

const say = area('ladder');

export const person = {
  speak: say('Speaking'),
  muteOthers: (name: string) => say('Mute all but {name}', { name }),
  cameraOff: say('Turn camera off'),
  cameraLift: say('Let them use the camera'),
  share: say('Let them share their screen'),
  shareStop: say('Stop their screen'),
  talk: say('Talking'),
  write: (name: string) => say('Write to {name}', { name }),
  aside: say('Ask for a word alone'),
  steps: say('Out of the room, the mildest first'),
  stuck: say('If their page is stuck'),
  danger: say('In danger: what to do'),
};

export const ladder = {
  toWaiting: say('Back to the waiting room'),
  toWaitingTitle: (name: string) => say('Take {name} back to the waiting room?', { name }),
  toWaitingText: say('The mildest step. They wait, and you can let them in again. What shall we tell them?'),
  words: {
    none: say('No word, just back'),
    breather: say('Take a breather'),
    talk_alone: say('We would like to talk with you alone'),
    sort_sound: say('Let’s sort out your sound'),
    safety: say('Everyone waits for a little while'),
  },
  remove: say('Remove for today'),
  removeTitle: (name: string) => say('Remove {name} for today?', { name }),
  removeText: say('They go at once and stay out of this session on every device. You can undo it.'),
  removeYes: say('Remove for today'),
  suspend: say('Suspend'),
  suspendTitle: (name: string) => say('Suspend {name}?', { name }),
  suspendText: say('They go at once. They stay out of later sessions too. You can undo it.'),
  suspendYes: say('Suspend'),
  until: say('For how long?'),
  untilTalk: say('Until we have talked'),
  untilDay: say('Until a day'),
  day: say('The day they may come again'),
  dayMissing: say('Choose a day after today.'),
  why: say('Why?'),
  whyMissing: say('Choose why.'),
  reasons: {
    broke_agreement: say('Broke our agreement'),
    unsafe: say('Not safe for them or others'),
    not_expected: say('Not who we expected'),
    other: say('Something else'),
  },
  note: say('A private note, if you like'),
  noteHint: say('Kept locked. Only your team reads it. It is never shown here.'),
  eject: say('Close a stuck page of theirs'),
  ejectHint: say('This is no removal. They can come straight back to the waiting room.'),
};

export const danger = {
  title: (name: string) => say('If {name} is in danger', { name }),
  choose: say('Danger card'),
  chooseTitle: say('Who is in danger?'),
  chooseText: say('Nothing happens yet. You see what to do first.'),
  steps: [
    say('In danger now? Call 999.'),
    say('They cannot speak? On a mobile they call 999, wait to be asked, then press 55.'),
    say('Ask only what they can answer with yes or no. Someone may be listening.'),
    say('Stay with them until help is there. Do not send anyone to them but the police or an ambulance.'),
  ],
  call: say('Call 999'),
  reveal: say('Show where they are joining from'),
  revealHint: say('This is recorded, with your name.'),
  at: say('They said they are joining from'),
  nowhere: say('They have not said where they are. Ask, if it is safe to.'),
  notYours: say('Only a worker can see this. Ask your worker now, or tell the police you do not know.'),
  others: say('Take the others to the waiting room'),
  othersHint: say('You stay with them alone. This is recorded, and a follow-up opens.'),
  othersDone: say('The others are in the waiting room.'),
  close: say('Close the card'),
};
