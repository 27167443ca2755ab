/** Every sentence the browser says, one object for each area. Reading age 9 to 11; a facilitator is "your host". */

import { clock, hostsOr, ordinal } from './say';

export { desk } from './desk';
export { danger, ladder, person } from './ladder';
export { clock, ordinal } from './say';
export { help, talk } from './talk';
export { aside, closing, departed, door, floor, pause, screen } from './together';

export const pages = {
  mark: 'Session',
  exit: 'Exit quickly',
  close: 'Close',
  sendFailed: 'That did not go through. Check your internet, then try again.',
};

export const check = {
  sound: {
    name: 'Sound',
    ask: 'Press play and listen.',
    play: 'Play the chime',
    again: 'Play it again',
    heard: 'Did you hear the chime?',
    yes: 'Yes',
    no: 'No',
    well: 'You heard the chime.',
    failed: 'Turn your sound up. Check headphones are plugged in and silent mode is off. Then play it again.',
  },
  voice: {
    name: 'Voice',
    ask: 'Say hello. If the bar moves, we can hear you.',
    start: 'Try my voice',
    allow: 'Tap Allow when your phone asks.',
    listening: 'Say hello.',
    quiet: 'The bar is not moving yet. Come closer and say hello again.',
    level: 'How loud you are',
    well: 'The bar moves when you talk. We can hear you.',
  },
  picture: {
    name: 'Picture',
    ask: 'See yourself as the group would. No one else can see this.',
    start: 'Try my camera',
    allow: 'Tap Allow when your phone asks.',
    looking: 'Waiting for your picture.',
    well: 'There you are.',
    dark: 'The picture is black. Is something over the camera? No camera is fine too.',
    label: 'Your own picture. Only you can see it.',
  },
  internet: {
    name: 'Internet',
    ask: 'We join an empty room for a few seconds to see how well it works from here.',
    start: 'Try my internet',
    trying: 'Trying it out with your sound and picture. This takes about ten seconds.',
    well: 'Looking good.',
    careful: 'A bit slow today. Sound will work best. Try sitting near your wifi box.',
    failed: 'We could not connect. Try another wifi, or turn wifi off and use your phone’s data.',
    offline: 'You have no internet just now. Join a wifi, then try again.',
  },
  refused: {
    microphone:
      'Your phone said no to the microphone. Tap the sign beside the address at the top, allow the microphone, then try again.',
    camera:
      'Your phone said no to the camera. Tap the sign beside the address at the top, allow the camera, then try again. No camera is fine too.',
  },
  missing: {
    microphone: 'We found no microphone. If you use a headset, plug it in and try again.',
    camera: 'We found no camera. That is fine. You can join with sound.',
  },
  busy: {
    microphone: 'Something else is using the microphone. Close other calls and apps, then try again.',
    camera: 'Something else is using the camera. Close other calls and apps, then try again.',
  },
  inApp: 'This app cannot use your camera or microphone. Copy your link and open it in Safari or Chrome.',
  tooOld: 'This browser cannot join a call. Try Safari, Chrome or Firefox, up to date.',
  skip: 'Skip this',
  skipped: 'Not checked. You can come back to it.',
  again: 'Try again',
  verdict: {
    ready: { title: 'All set', text: 'Grab a brew. We will be glad to see you.' },
    sound_only: {
      title: 'All set, with sound',
      text: 'You can hear and be heard. That is all you need. Grab a brew. We will be glad to see you.',
    },
    needs_help: {
      title: 'Let us help',
      text: 'Something does not work yet. You can try again, we can ring you, or you can carry on as you are.',
    },
    not_checked: {
      title: 'Not everything is checked',
      text: 'That is fine. You can check the rest, or carry on as you are.',
    },
  },
  share: 'Tell my host how this went',
  shareHint: 'Only “ready”, “sound only” or “needs help”. Never what you say or show.',
  ready: 'I’m ready',
  carryOn: 'Carry on',
  ringMe: 'Ring me, I’m stuck',
  ringing: 'We have told your host. They will ring you as soon as they can.',
  state: {
    untried: 'Not checked yet',
    trying: 'Trying',
    well: 'Works',
    careful: 'Take care',
    failed: 'Does not work yet',
    skipped: 'Not checked',
  },
};

export const waiting = {
  connecting: 'Opening the door',
  connectingText: 'One moment.',
  hello: (name: string) => (name === '' ? 'Hello' : `Hello ${name}`),
  letIn: (hosts: readonly string[]) =>
    `${hostsOr(hosts)} will let you in. You can put the phone down, your place is kept.`,
  early: (hosts: readonly string[], starts: Date) =>
    `You are early, and that is fine. ${hostsOr(hosts)} will open the door at ${clock(starts)}. Your place is kept.`,
  late: (hosts: readonly string[]) => `${hostsOr(hosts)} will open the door very soon. Your place is kept.`,
  locked: (hosts: readonly string[]) =>
    `The group is in the middle of something. ${hostsOr(hosts)} can see that you are here. Your place is kept.`,
  hostAway: 'Your host has lost connection and is coming back. Your place is kept.',
  returned: 'You are back in the waiting room',
  /** By the word that a host chose. */
  returnedWith: {
    none: (hosts: readonly string[]) =>
      `You have done nothing wrong by being here. ${hostsOr(hosts)} can let you back in. Your place is kept.`,
    breather: (hosts: readonly string[]) =>
      `Take a breather. You have done nothing wrong. ${hostsOr(hosts)} will let you back in when you are ready.`,
    talk_alone: (hosts: readonly string[]) =>
      `${hostsOr(hosts)} would like to talk with you alone soon. Stay here. Your place is kept.`,
    sort_sound: (hosts: readonly string[]) =>
      `Your sound was troubling the room. Try headphones or a quieter spot. ${hostsOr(hosts)} will let you back in.`,
    safety: (hosts: readonly string[]) =>
      `Everyone waits here for a little while. You have done nothing wrong. ${hostsOr(hosts)} will let you back in.`,
  },
  wroteToYou: (name: string) => `${name} wrote to you`,
  help: 'Message a host',
  nobody: 'Nobody can see or hear you here. Your camera and microphone are off.',
  theme: (starts: Date) => (starts.getHours() >= 17 ? 'Tonight' : 'Today'),
  themeText: (theme: string, ends: Date) =>
    theme === '' ? `We stop at ${clock(ends)}.` : `${theme}. We stop at ${clock(ends)}.`,
  near: 'Is someone near you?',
  agreement: 'Read our agreement',
  nearText: 'Headphones help. You can just listen.',
  lost: 'You have lost connection. We keep trying, and your place is kept.',
  helplines: 'Get help now',
};

export const room = {
  you: 'You',
  host: 'host',
  muted: 'muted',
  away: 'connection lost',
  mic: {
    name: 'Microphone',
    on: 'Mic on',
    off: 'Mic off',
    held: 'Muted',
    turning: 'One moment',
    turnOn: 'Microphone is off. Turn it on',
    turnOff: 'Microphone is on. Turn it off',
    heldLabel: 'Microphone is muted by your host',
  },
  camera: {
    name: 'Camera',
    on: 'Camera on',
    off: 'Camera off',
    held: 'Held off',
    turning: 'One moment',
    turnOn: 'Camera is off. Turn it on',
    turnOff: 'Camera is on. Turn it off',
    heldLabel: 'Camera is held off by your host',
  },
  hideSelf: 'Hide me',
  showSelf: 'Show me',
  hideSelfLabel: 'Hide me from my own view. Others still see you',
  showSelfLabel: 'Show me in my own view',
  selfHidden: 'You have hidden your own picture. Others can still see you.',
  more: 'More',
  moreLabel: 'More: messages, reactions and your own picture',
  moreTitle: 'More',
  hand: 'Hand',
  handUp: (place: number) => (place === 0 ? 'Hand up' : `Hand up · ${ordinal(place)}`),
  raiseHand: 'Hand is down. Put it up to ask to speak',
  lowerHand: 'Hand is up. Take it down',
  handNote: (place: number) => `hand up, ${ordinal(place)}`,
  steppedOut: 'stepped out',
  paused: 'Paused',
  listening: 'Listening',
  pausedLabel: 'is paused for everyone by your host',
  turnLabel: 'Microphone waits for your turn',
  leave: 'Leave',
  leaveTitle: 'Leave the session?',
  leaveText: 'You can come back. Your host will let you in again.',
  leaveYes: 'Leave',
  leaveNo: 'Stay',
  everyone: 'People in the room',
  controls: 'Your controls',
  hear: 'Tap to hear everyone',
  microphoneHeld: 'You are muted by your host. Press Hand to ask to speak.',
  microphoneHeldAsked: 'You are muted by your host. Your hand is up. They can see it.',
  microphoneHeldPressed: 'Your host has muted you, so this button waits. Press Hand to ask to speak.',
  microphoneLifted: 'Your host has lifted the mute. Press Mic when you want to speak.',
  cameraHeld: 'Your host has turned your camera off. They can lift it.',
  cameraHeldPressed:
    'Your host has turned your camera off, so this button waits. They will lift it when they can.',
  cameraLifted: 'You can use your camera again. Press Camera when you want to.',
  bothHeld: 'Your host has muted you and turned your camera off. Press Hand to ask to speak.',
  connecting: 'Connecting you to the room.',
  reconnecting: 'The connection dropped. We are getting you back.',
  lost: 'You have lost connection. Hang on, we keep trying.',
  slow: 'Still trying to connect. Try sitting near your wifi box.',
  hangOn: 'We’ve lost your host. Hang on',
  hangOnText:
    'Nobody can hear or see anybody until a host is back. You do not need to do anything. Your place is kept.',
  dismiss: 'OK',
  announce: {
    joined: (name: string) => `${name} joined.`,
    left: (name: string) => `${name} left.`,
    muted: (name: string) => `${name} is muted by a host.`,
    lifted: (name: string) => `${name} can speak again.`,
    hostBack: 'Your host is back. You can hear and see each other again.',
    steppedOut: (name: string) => `${name} stepped out.`,
    steppedIn: (name: string) => `${name} is back.`,
    handUp: (name: string) => `${name} put a hand up.`,
    turn: (name: string) => `It is ${name}’s turn.`,
    waits: (name: string) => `${name} is in the waiting room.`,
  },
  device: {
    refusedMicrophone:
      'Your phone said no to the microphone. Tap the sign beside the address at the top, allow it, then press Mic again.',
    refusedCamera:
      'Your phone said no to the camera. Tap the sign beside the address at the top, allow it, then press Camera again.',
    missingMicrophone: 'We found no microphone. You can still listen.',
    missingCamera: 'We found no camera. That is fine. You can join with sound.',
    failedMicrophone: 'The microphone did not start. Close other calls and apps, then press Mic again.',
    failedCamera: 'The camera did not start. Close other calls and apps, then press Camera again.',
  },
};

export const ending = {
  declined: {
    title: 'Not this time',
    text: (hosts: readonly string[]) =>
      `${hostsOr(hosts)} cannot let you in just now. This is not about anything you did. They will be in touch with you.`,
  },
  removed: {
    title: 'Your place is paused',
    text: (hosts: readonly string[]) =>
      `A host has paused your place in this session. ${hostsOr(hosts)} will talk with you alone about what happens next. You still matter to us.`,
  },
  suspended: {
    title: 'Your place is paused for a while',
    text: (hosts: readonly string[]) =>
      `A host has paused your place in the group. ${hostsOr(hosts)} will get in touch to talk about it and about coming back. You still matter to us.`,
  },
  ended: {
    title: 'That’s it for today',
    text: 'The session has ended. Thank you for being here. Your camera and microphone are off.',
  },
  left: {
    title: 'You have left',
    text: 'Your camera and microphone are off. You can come back while the session is on. Your host will let you in again.',
  },
  elsewhere: {
    title: 'This page is closed now',
    text: 'You are here on another device, or your host closed this page because it was stuck. You can come back in.',
  },
  replaced: {
    title: 'Open somewhere else',
    text: 'This session is open in another tab or window. Use that one, or carry on here.',
  },
  seat_ended: {
    title: 'This link has ended',
    text: 'To come back, open your invite link again. If it does not work, ask your host for a new one.',
  },
  not_your_session: {
    title: 'This is not your session',
    text: 'Open your own invite link, or ask your host for help.',
  },
  refused: {
    title: 'We cannot open the door',
    text: 'Something is not right on our side. Try again in a minute, or ask your host for help.',
  },
  comeBack: 'Come back in',
  carryOnHere: 'Carry on here',
  tryAgain: 'Try again',
  goodbye: 'Carry on',
  home: 'To my groups',
  debrief: 'To the debrief',
  helplines: 'Get help now',
  worried: 'If you need to talk to someone now, these people are there day and night.',
};
