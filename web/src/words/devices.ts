/** What one has beside oneself: microphone, camera, speaker, keyboard. */

export const equipment = {
  open: 'Sound and picture',
  title: 'Sound and picture',
  names: { audioinput: 'Microphone', videoinput: 'Camera', audiooutput: 'Speaker' },
  hint: 'You can choose here once your phone has let us use them, and where there is more than one.',
  failed: 'That one could not be used. The one before goes on.',
  notices: 'Tell me when I talk while muted',
  noticesHint:
    'After you mute yourself, this page still listens for a voice. Your phone may show that. Nothing you say leaves it.',
  speakers: 'Tell my screen reader who speaks',
};

export const keys = {
  open: 'Keyboard keys',
  title: 'Keys on your keyboard',
  shift: 'Shift',
  microphone: 'Microphone on or off',
  camera: 'Camera on or off',
  hand: 'Hand up or down',
  soundOnly: 'Sound only, or pictures back',
  layout: 'Everyone the same size, or whoever speaks large',
  messages: 'Messages',
  people: 'People',
  lock: 'Lock or unlock the door',
  pause: 'Pause everything',
  danger: 'Danger card',
  undo: 'Undo, while it is offered',
  list: 'This list',
  escape: 'Close what is open',
  exit: 'Exit quickly, everywhere',
  turnOff: 'The keys are on. Turn them off',
  turnOn: 'The keys are off. Turn them on',
};
