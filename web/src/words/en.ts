/** Every sentence the browser says, one file for each area. Reading age 9 to 11; a facilitator is "your host". */

export { captions } from './captions';
export { check } from './check';
export { desk } from './desk';
export { equipment, keys } from './devices';
export { ending } from './ending';
export { failed, failure } from './failure';
export { danger, ladder, person } from './ladder';
export { pages } from './pages';
export { room } from './room';
export { clock, ordinal } from './say';
export { help, talk } from './talk';
export { aside, closing, departed, door, floor, pause, screen } from './together';
export { waiting } from './waiting';
