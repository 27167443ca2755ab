/** Why something asked for was not done. */

import { area } from './catalogue';

const say = area('failure');

export const failed = {
  not_recorded: say('That could not be saved. Try again.'),
  not_recorded_stands: say('Done, and it holds. It could not be written down yet. We keep trying.'),
  not_enforced: say('Written down. The sound and picture server does not answer yet. We keep trying.'),
  not_allowed: say('You cannot do that here.'),
  not_here: say('They are not here any more.'),
  not_open: say('Open the session first.'),
  unattended: say('You are not fully in the room yet. One moment, then try again.'),
  ended: say('The session has ended.'),
  locked: say('The door is locked. Unlock it first.'),
  agreement_needed: say('They have not accepted the agreement yet.'),
  removed: say('They were removed. Press Undo first.'),
  declined: say('You said not now. Press Undo first.'),
  late: say('They are late. Press “Let in anyway” if you want to.'),
  full: say('The room is full. Press “Let in anyway” if you want to.'),
  kept_apart: say('Someone in the room is to be kept apart from them.'),
  paused: say('That is paused just now.'),
  chat_off: say('Writing to everyone is off.'),
  floor_is_open: say('Everyone may speak just now.'),
  not_your_turn: say('It is not your turn any more.'),
  would_be_unattended: say('The group would be without a host. Ask another host to stay with it.'),
  aside_taken: say('The side room is taken.'),
  no_aside: say('The side room has closed.'),
  too_fast: say('That was very fast. Wait a moment, then try again.'),
  target_is_host: say('Hosts cannot do that to each other.'),
  screen: say('The screen could not be shared. Try again.'),
  lost: say('You have lost connection. Try again in a moment.'),
  other: say('That did not work. Try again.'),
};

/** The sentence for an answer that was not "done". */
export function failure(error: string, stands: boolean): string {
  if (error === 'not_recorded' && stands) return failed.not_recorded_stands;
  return Object.hasOwn(failed, error) ? failed[error as keyof typeof failed] : failed.other;
}
