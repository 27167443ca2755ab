/** Every sentence the browser says, one object for each area. Reading age 9 to 11; a facilitator is "your host". */

/** "Jo", "Jo and Ray", "Jo, Ray and Kim"; `word` joins the last two. */
function joined(names: readonly string[], word: string): string {
  if (names.length < 2) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1) ?? ''}`;
}

/** "7pm", "7.24pm", as people say it. */
export function clock(time: Date): string {
  const hour = time.getHours();
  const minutes = time.getMinutes();
  const past = minutes === 0 ? '' : `.${String(minutes).padStart(2, '0')}`;
  return `${hour % 12 === 0 ? 12 : hour % 12}${past}${hour < 12 ? 'am' : 'pm'}`;
}

const hostsOr = (hosts: readonly string[]) => (hosts.length === 0 ? 'Your host' : joined(hosts, 'or'));

export const pages = {
  mark: 'Session',
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
  returnedText: (hosts: readonly string[]) =>
    `You have done nothing wrong by being here. ${hostsOr(hosts)} can let you back in. Your place is kept.`,
  nobody: 'Nobody can see or hear you here. Your camera and microphone are off.',
  theme: (starts: Date) => (starts.getHours() >= 17 ? 'Tonight' : 'Today'),
  themeText: (theme: string, ends: Date) =>
    theme === '' ? `We stop at ${clock(ends)}.` : `${theme}. We stop at ${clock(ends)}.`,
  near: 'Is someone near you?',
  agreement: 'Read our agreement',
  nearText: 'Headphones help. You can just listen.',
  lost: 'You have lost connection. We keep trying, and your place is kept.',
  helplines: 'Helplines',
};

export const room = {
  you: 'You',
  host: 'host',
  muted: 'muted',
  away: 'connection lost',
  mic: {
    on: 'Mic on',
    off: 'Mic off',
    held: 'Muted',
    turning: 'One moment',
    turnOn: 'Microphone is off. Turn it on',
    turnOff: 'Microphone is on. Turn it off',
    heldLabel: 'Microphone is muted by your host',
  },
  camera: {
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
  leave: 'Leave',
  leaveTitle: 'Leave the session?',
  leaveText: 'You can come back. Your host will let you in again.',
  leaveYes: 'Leave',
  leaveNo: 'Stay',
  everyone: 'People in the room',
  controls: 'Your controls',
  hear: 'Tap to hear everyone',
  microphoneHeld: 'You are muted by your host. They can lift it. Until then you can listen.',
  microphoneHeldPressed: 'Your host has muted you, so this button waits. They will lift it when they can.',
  microphoneLifted: 'Your host has lifted the mute. Press Mic when you want to speak.',
  cameraHeld: 'Your host has turned your camera off. They can lift it.',
  cameraHeldPressed:
    'Your host has turned your camera off, so this button waits. They will lift it when they can.',
  cameraLifted: 'You can use your camera again. Press Camera when you want to.',
  bothHeld:
    'Your host has muted you and turned your camera off. They can lift it. Until then you can listen.',
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
  ended: {
    title: 'That’s it for today',
    text: 'The session has ended. Thank you for being here. Your camera and microphone are off.',
  },
  left: {
    title: 'You have left',
    text: 'Your camera and microphone are off. You can come back while the session is on. Your host will let you in again.',
  },
  elsewhere: {
    title: 'You are here on another device',
    text: 'You were let in on another phone or computer. This one is quiet now. You can close it.',
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
  helplines: 'Helplines',
  worried: 'If you need to talk to someone now, these people are there day and night.',
};

export const desk = {
  until: (now: Date, ends: Date) => `${clock(now)} · ends ${clock(ends)}`,
  ready: 'The room is not open yet',
  readyText: (starts: Date) =>
    `Nobody can come in before you open it. It is planned for ${clock(starts)}. Those who are early wait on the list.`,
  open: 'Open session',
  waking: 'Joining the room. Nobody hears or sees anybody until you are in.',
  people: 'People',
  faces: 'Faces',
  showPeople: (waits: number) => (waits === 0 ? 'People' : `People · ${waits}`),
  showPeopleLabel: (waits: number) => (waits === 0 ? 'Show people' : `Show people · ${waits} waiting`),
  waiting: 'Waiting',
  nobodyWaits: 'Nobody is waiting.',
  letIn: 'Let in',
  letInLabel: (name: string) => `Let ${name} in`,
  letAllIn: 'Let everyone in',
  notNow: 'Not now',
  notNowLabel: (name: string) => `Not now for ${name}`,
  firstVisit: 'first visit',
  secondDevice: 'second device',
  ringMe: 'asks for a ring',
  away: 'connection lost',
  readiness: {
    ready: 'ready',
    sound_only: 'ready · sound only',
    needs_help: 'needs help',
    not_checked: 'not checked',
  },
  inRoom: 'In the room',
  speaking: 'speaking',
  micOn: 'mic on',
  micOff: 'mic off',
  heldByYou: 'muted by host',
  cameraHeld: 'camera held off',
  mute: 'Mute',
  muteLabel: (name: string) => `Mute ${name}`,
  lift: 'Lift',
  liftLabel: (name: string) => `Lift the mute of ${name}`,
  more: 'More',
  moreLabel: (name: string) => `More about ${name}`,
  cameraOff: 'Turn camera off',
  cameraLift: 'Let them use the camera',
  toWaiting: 'Back to the waiting room',
  toWaitingHint: 'The milder step. You can let them in again.',
  remove: 'Remove from the session',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText: 'They go at once and stay out of this session on every device. You can undo it. Why?',
  reasons: {
    broke_agreement: 'Broke our agreement',
    unsafe: 'Not safe for them or others',
    not_expected: 'Not who we expected',
    other: 'Something else',
  },
  cancel: 'Cancel',
  out: 'Not here',
  outWhy: {
    declined: 'not now',
    removed: 'removed',
  },
  undo: 'Undo',
  undoLabel: (name: string) => `Undo for ${name}`,
  removedToast: (name: string) => `${name} has been removed.`,
  declinedToast: (name: string) => `${name} was told “not this time”.`,
  lock: 'Lock door',
  unlock: 'Unlock door',
  lockedNote: 'The door is locked. People can wait, and nobody comes in.',
  muteAll: 'Mute all',
  liftAll: 'Lift all',
  end: 'End session',
  endTitle: 'End the session for everyone?',
  endText: 'Everyone leaves and the room closes. It cannot be opened again.',
  endYes: 'End for everyone',
  endNo: 'Keep going',
  leaveText: 'If no other host stays, the room goes quiet for everyone until a host is back.',
  failed: {
    not_recorded: 'That could not be saved. Try again.',
    not_recorded_stands: 'Done, and it holds. It could not be written down yet. We keep trying.',
    not_enforced: 'Written down. The sound and picture server does not answer yet. We keep trying.',
    not_allowed: 'You cannot do that here.',
    not_here: 'They are not here any more.',
    not_open: 'Open the session first.',
    unattended: 'You are not fully in the room yet. One moment, then try again.',
    ended: 'The session has ended.',
    locked: 'The door is locked. Unlock it first.',
    agreement_needed: 'They have not accepted the agreement yet.',
    removed: 'They were removed. Press Undo first.',
    declined: 'You said not now. Press Undo first.',
    target_is_host: 'Hosts cannot do that to each other.',
    lost: 'You have lost connection. Try again in a moment.',
    other: 'That did not work. Try again.',
  },
};
