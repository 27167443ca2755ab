/** Made-up people with nothing special about them, to change one thing at a time: for the states, and for tests. */

import type { Someone, Waiting, You } from '../room/protocol';

export const SAM: You = {
  seat: 'sam',
  person: 'sam',
  name: 'Sam',
  role: 'parent',
  place: 'present',
  standing: 'welcome',
  suspended: false,
  returned_with: 'none',
  microphone_held: false,
  camera_held: false,
  mark: 'none',
  hand_up: false,
  has_word: false,
  may_share: false,
  aside: null,
};

/** Who somebody is, to whoever only has their name. */
export function named(name: string): Pick<Someone, 'seat' | 'person' | 'name'> {
  return { seat: name.toLowerCase(), person: name.toLowerCase(), name };
}

export function inTheRoom(
  who: Pick<Someone, 'seat' | 'person' | 'name'>,
  changes: Partial<Someone> = {},
): Someone {
  return {
    ...who,
    role: 'parent',
    microphone_held: false,
    camera_held: false,
    connected: true,
    stepped_out: false,
    hand: null,
    mark: 'none',
    ...changes,
  };
}

/** Nothing is to be said against them. */
export function atTheDoor(
  who: Pick<Waiting, 'seat' | 'person' | 'name'>,
  changes: Partial<Waiting> = {},
): Waiting {
  return {
    ...who,
    first_visit: false,
    second_device: false,
    readiness: 'ready',
    ring_me: false,
    connected: true,
    mark: 'none',
    late: false,
    full: false,
    kept_apart_from: [],
    similar_name: false,
    ...changes,
  };
}
