/** Why something asked for was not done. */

export const failed = {
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
  late: 'They are late. Press “Let in anyway” if you want to.',
  full: 'The room is full. Press “Let in anyway” if you want to.',
  kept_apart: 'Someone in the room is to be kept apart from them.',
  paused: 'That is paused just now.',
  chat_off: 'Writing to everyone is off.',
  floor_is_open: 'Everyone may speak just now.',
  not_your_turn: 'It is not your turn any more.',
  would_be_unattended: 'The group would be without a host. Ask another host to stay with it.',
  aside_taken: 'The side room is taken.',
  no_aside: 'The side room has closed.',
  too_fast: 'That was very fast. Wait a moment, then try again.',
  target_is_host: 'Hosts cannot do that to each other.',
  screen: 'The screen could not be shared. Try again.',
  lost: 'You have lost connection. Try again in a moment.',
  other: 'That did not work. Try again.',
};

/** The sentence for an answer that was not "done". */
export function failure(error: string, stands: boolean): string {
  if (error === 'not_recorded' && stands) return failed.not_recorded_stands;
  return Object.hasOwn(failed, error) ? failed[error as keyof typeof failed] : failed.other;
}
