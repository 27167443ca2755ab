/** What one has beside oneself: microphone, camera, speaker, keyboard. */

import { area } from './catalogue';

const say = area('devices');

export const equipment = {
  open: say('Sound and picture'),
  title: say('Sound and picture'),
  names: { audioinput: say('Microphone'), videoinput: say('Camera'), audiooutput: say('Speaker') },
  hint: say('You can choose here once your phone has let us use them, and where there is more than one.'),
  failed: say('That one could not be used. The one before goes on.'),
  notices: say('Tell me when I talk while muted'),
  noticesHint: say(
    'After you mute yourself, this page still listens for a voice. Your phone may show that. Nothing you say leaves it.',
  ),
  speakers: say('Tell my screen reader who speaks'),
};

export const keys = {
  open: say('Keyboard keys'),
  title: say('Keys on your keyboard'),
  shift: say('Shift'),
  microphone: say('Microphone on or off'),
  camera: say('Camera on or off'),
  hand: say('Hand up or down'),
  soundOnly: say('Sound only, or pictures back'),
  layout: say('Everyone the same size, or whoever speaks large'),
  messages: say('Messages'),
  people: say('People'),
  lock: say('Lock or unlock the door'),
  pause: say('Pause everything'),
  danger: say('Danger card'),
  undo: say('Undo, while it is offered'),
  list: say('This list'),
  escape: say('Close what is open'),
  exit: say('Exit quickly, everywhere'),
  turnOff: say('The keys are on. Turn them off'),
  turnOn: say('The keys are off. Turn them on'),
};
