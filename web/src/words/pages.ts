/** What every page says. */

import { area } from './catalogue';

const say = area('pages');

export const pages = {
  mark: say('Session'),
  exit: say('Exit quickly'),
  close: say('Close'),
  sendFailed: say('That did not go through. Check your internet, then try again.'),
};
