/** What is spoken, typed along for those who read it. */

import { area } from './catalogue';

const say = area('captions');

export const captions = {
  title: say('Captions'),
  start: say('Type captions'),
  startHint: say('You type what is said. Everybody in the room sees it in large letters. Nothing is kept.'),
  by: (name: string) => say('Captions by {name}', { name }),
  hide: say('Hide captions'),
  show: say('Show captions'),
  label: say('What is being said'),
  stop: say('Stop captions'),
};
