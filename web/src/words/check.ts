/** The readiness check. Plain words first; figures only for whoever asks for them. */

import { area } from './catalogue';

const say = area('check');

export const check = {
  sound: {
    name: say('Sound'),
    ask: say('Press play and listen.'),
    play: say('Play the chime'),
    again: say('Play it again'),
    heard: say('Did you hear the chime?'),
    yes: say('Yes'),
    no: say('No'),
    well: say('You heard the chime.'),
    failed: say(
      'Turn your sound up. Check headphones are plugged in and silent mode is off. Then play it again.',
    ),
    cannot: say('This phone did not play it. Close other apps, then try again.'),
    choose: say('Speaker'),
  },
  voice: {
    name: say('Voice'),
    ask: say('Say hello. If the bar moves, we can hear you.'),
    start: say('Try my voice'),
    allow: say('Tap Allow when your phone asks.'),
    listening: say('Say hello.'),
    quiet: say(
      'The bar does not move, so we cannot hear you yet. Is the microphone covered, or switched off on your headset? Say hello again, or choose another one.',
    ),
    level: say('How loud you are'),
    well: say('The bar moves when you talk. We can hear you.'),
    choose: say('Microphone'),
  },
  picture: {
    name: say('Picture'),
    ask: say('See yourself as the group would. No one else can see this.'),
    start: say('Try my camera'),
    allow: say('Tap Allow when your phone asks.'),
    looking: say('Waiting for your picture.'),
    well: say('There you are.'),
    dark: say('The picture is black. Is something over the camera? No camera is fine too.'),
    label: say('Your own picture. Only you can see it.'),
    choose: say('Camera'),
  },
  internet: {
    name: say('Internet'),
    ask: say('We send a made-up sound and picture to ourselves. Nothing of yours is sent.'),
    start: say('Try my internet'),
    progress: say('How far the check is'),
    steps: {
      reaching: say('Finding the way to us.'),
      joining: say('Opening an empty room.'),
      measuring: say('Trying how much your internet carries.'),
      ways: say('Trying other ways in, for a bad day.'),
    },
    well: say('Looking good.'),
    careful: say('A bit slow today. Sound will work best. Try sitting near your wifi box.'),
    faults: {
      offline: say('You have no internet just now. Join a wifi, then try again.'),
      no_server: say('We cannot be reached just now. It may be us, not you. Try again in a few minutes.'),
      no_socket: say(
        'Something between us blocks calls. Turn wifi off and use your phone’s data, or try another wifi.',
      ),
      seat_ended: say('Your place here has ended. Open your link again.'),
      blocked: say(
        'This wifi blocks sound and picture. Turn wifi off and use your phone’s data, or try another wifi.',
      ),
      udp_blocked: say('Looking good. This wifi blocks the best way in, but another way works.'),
      relay_only: say('Looking good. This wifi blocks the straight way in, but the long way round works.'),
      far: say('It works. Your words take a moment to reach us, so leave a little gap before you talk.'),
      lossy: say('Some of what you send gets lost. Sound will work best. Try sitting near your wifi box.'),
      narrow: say('A bit slow today. Sound will work best. Try sitting near your wifi box.'),
      not_measured: say('It works, but we could not tell how well. Sound will work best.'),
    },
  },
  refused: {
    microphone: say('Your phone said no to the microphone. Here is how to allow it:'),
    camera: say('Your phone said no to the camera. No camera is fine. If you want to allow it:'),
  },
  missing: {
    microphone: say('We found no microphone. If you use a headset, plug it in and try again.'),
    camera: say('We found no camera. That is fine. You can join with sound.'),
  },
  busy: {
    microphone: say('Something else is using the microphone. Close other calls and apps, then try again.'),
    camera: say('Something else is using the camera. Close other calls and apps, then try again.'),
  },
  /** How to take a no back, a step a line, by browser. */
  undo: {
    ask_again: [say('Press “Try again”.'), say('When your phone asks, tap Allow.')],
    in_app: [
      say('You are inside an app that may block this.'),
      say('Go back to the message with your link.'),
      say('Press the link for a while, and choose to open it in Safari or Chrome.'),
    ],
    iphone_safari: [
      say('Tap the sign at the left of the address bar.'),
      say('Tap the three dots or “Website Settings”.'),
      say('Set Camera and Microphone to Allow.'),
      say('Press “Try again”.'),
    ],
    iphone_other: [
      say('Open your phone’s Settings.'),
      say('Scroll down to this browser’s name and tap it.'),
      say('Turn on Microphone and Camera.'),
      say('Come back and press “Try again”.'),
    ],
    android: [
      say('Tap the sign at the left of the address.'),
      say('Tap “Site settings”, or what your phone calls it.'),
      say('Set Microphone and Camera to Allow.'),
      say('Press “Try again”.'),
    ],
    android_firefox: [
      say('Tap the lock beside the address.'),
      say('Tap the microphone or camera line so that it says Allowed.'),
      say('Press “Try again”.'),
    ],
    computer: [
      say('Click the sign at the left of the address.'),
      say('Turn on Microphone and Camera.'),
      say('Press “Try again”.'),
    ],
    computer_firefox: [
      say('Click the crossed-out microphone or camera beside the address.'),
      say('Click the cross beside “Blocked”.'),
      say('Press “Try again”, and choose Allow.'),
    ],
    computer_safari: [
      say('Open the Safari menu and choose “Settings for this website”.'),
      say('Set Camera and Microphone to Allow.'),
      say('Press “Try again”.'),
    ],
    system: [
      say('Your computer keeps it from this browser.'),
      say('Open your computer’s settings, then Privacy, then Microphone or Camera.'),
      say('Turn it on for this browser, then press “Try again”.'),
    ],
  },
  unable: {
    in_app: {
      title: say('This app cannot make calls'),
      text: say(
        'You are looking at this page inside another app. It keeps the camera and microphone from us. Here is how to open it properly:',
      ),
      steps: {
        iphone: [
          say('Go back to the message with your link.'),
          say('Press the link for a while.'),
          say('Choose “Open in Safari”. Or copy the link, open Safari, and paste it at the top.'),
        ],
        android: [
          say('Go back to the message with your link.'),
          say('Press the link for a while, or tap the three dots at the top of this page.'),
          say('Choose “Open in Chrome” or “Open in browser”.'),
        ],
        computer: [
          say('Go back to the message with your link.'),
          say('Copy the link.'),
          say('Open Chrome, Edge, Firefox or Safari, and paste it at the top.'),
        ],
      },
    },
    too_old: {
      title: say('This browser is too old for calls'),
      text: say('It cannot use the camera and microphone the way we need. Any of these will do:'),
      steps: {
        iphone: [
          say('Open Settings, then General, then Software Update.'),
          say('Then open your link in Safari.'),
        ],
        android: [say('Open the Play Store and update Chrome.'), say('Then open your link in Chrome.')],
        computer: [
          say('Update Chrome, Edge, Firefox or Safari, or use another of them.'),
          say('Then open your link there.'),
        ],
      },
    },
    insecure: {
      title: say('This address is not safe for calls'),
      text: say('Browsers keep the camera and microphone from it. This is our mistake, not yours.'),
      steps: {
        iphone: [
          say('Open your link again, just as it was sent.'),
          say('If it is the same, tell your host.'),
        ],
        android: [
          say('Open your link again, just as it was sent.'),
          say('If it is the same, tell your host.'),
        ],
        computer: [
          say('Open your link again, just as it was sent.'),
          say('If it is the same, tell your host.'),
        ],
      },
    },
  },
  mayNotWork: say(
    'You are looking at this page inside another app. If something does not work, open your link in Safari or Chrome.',
  ),
  skip: say('Skip this'),
  skipped: say('Not checked. You can come back to it.'),
  again: say('Try again'),
  verdict: {
    ready: { title: say('All set'), text: say('Grab a brew. We will be glad to see you.') },
    sound_only: {
      title: say('All set, with sound'),
      text: say('You can hear and be heard. That is all you need. Grab a brew. We will be glad to see you.'),
    },
    needs_help: {
      title: say('Let us help'),
      text: say(
        'Something does not work yet. You can try again, we can ring you, or you can carry on as you are.',
      ),
    },
    not_checked: {
      title: say('Not everything is checked'),
      text: say('That is fine. You can check the rest, or carry on as you are.'),
    },
  },
  share: say('Tell my host how this went'),
  shareHint: say('Only “ready”, “sound only” or “needs help”. Never what you say or show.'),
  ready: say('I’m ready'),
  carryOn: say('Carry on'),
  startOver: say('Check again'),
  ringMe: say('Ring me, I’m stuck'),
  ringing: say('We have told your host. They will ring you as soon as they can.'),
  state: {
    untried: say('Not checked yet'),
    trying: say('Trying'),
    well: say('Works'),
    careful: say('Take care'),
    failed: say('Does not work yet'),
    skipped: say('Not checked'),
  },
  details: {
    open: say('Show the details'),
    unknown: say('not checked'),
    browser: say('Browser'),
    speaker: say('Speaker'),
    microphone: say('Microphone'),
    camera: say('Camera'),
    signalling: say('Reaching us'),
    udp: say('Straight way (UDP)'),
    tcp: say('Side way (TCP)'),
    relay: say('Long way round (TURN)'),
    roundTrip: say('There and back'),
    jitter: say('Unevenness'),
    lossOut: say('Lost on the way out'),
    lossIn: say('Lost on the way in'),
    out: say('Carried out'),
    in: say('Carried in'),
    found: { passed: say('works'), failed: say('does not work'), not_checked: say('not checked') },
    systems: { iphone: say('iPhone or iPad'), android: say('Android'), computer: say('computer') },
    makers: {
      safari: say('Safari'),
      chrome: say('Chrome'),
      edge: say('Edge'),
      firefox: say('Firefox'),
      samsung: say('Samsung Internet'),
      other: say('another browser'),
    },
    insideApp: say('inside an app'),
    milliseconds: (seconds: number) => say('{figure} ms', { figure: Math.round(seconds * 1000) }),
    percent: (share: number) =>
      say('{figure} %', { figure: (share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0) }),
    kilobits: (bits: number) => say('{figure} kb/s', { figure: Math.round(bits / 1000) }),
  },
};
