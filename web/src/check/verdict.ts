/** What each part of the check may come to, and what all of them come to together. Pure. */

/** untried: not asked yet; trying: under way; skipped counts as not checked, never as passed. */
export type Outcome = 'untried' | 'trying' | 'well' | 'careful' | 'failed' | 'skipped';

export interface Outcomes {
  sound: Outcome;
  voice: Outcome;
  picture: Outcome;
  internet: Outcome;
}

export type Part = keyof Outcomes;

/** What was found to be in the way, or good to know; null: nothing. */
export type Fault =
  | 'no_chime'
  | 'refused'
  | 'missing'
  | 'busy'
  | 'silent'
  | 'black'
  | 'offline'
  | 'no_server'
  | 'no_socket'
  | 'seat_ended'
  | 'blocked'
  | 'udp_blocked'
  | 'relay_only'
  | 'far'
  | 'lossy'
  | 'narrow'
  | 'not_measured';

/** How a part went. */
export interface Found {
  outcome: Outcome;
  fault: Fault | null;
}

export type Verdict = 'ready' | 'sound_only' | 'needs_help' | 'not_checked';

const works = (outcome: Outcome): boolean => outcome === 'well' || outcome === 'careful';

/**
 * Hearing, being heard and a connection are what a session takes; a picture is welcome and never needed.
 * A part that was not checked never counts as passed.
 */
export function verdict({ sound, voice, picture, internet }: Outcomes): Verdict {
  const needed = [sound, voice, internet];
  if (needed.includes('failed')) return 'needs_help';
  if (!needed.every(works)) return 'not_checked';
  return picture === 'well' && internet === 'well' ? 'ready' : 'sound_only';
}
