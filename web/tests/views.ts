/** A view as the platform sends it, and as it is read, to change one thing at a time. */

import type { Someone, View, Waiting } from '../src/room/protocol';
import { readView } from '../src/room/reading';

export function raw(): Record<string, unknown> {
  return {
    seq: 7,
    phase: 'open',
    you: {
      seat: 's1',
      person: 'p1',
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
    },
    hosts: ['Jo'],
    theme: 'Talking with school',
    note: '',
    starts: '2026-03-03T19:00:00+00:00',
    ends: '2026-03-03T20:30:00+00:00',
    locked: false,
    people: [],
    paused: [],
    floor: { mode: 'open', speaker: null, since: null },
    hands: [],
    chat: 'off',
    closing_since: null,
  };
}

export function view(changes: Partial<Omit<View, 'you'>> & { you?: Partial<View['you']> } = {}): View {
  const read = readView(raw());
  return { ...read, ...changes, you: { ...read.you, ...changes.you } };
}

export function someone(seat: string, changes: Partial<Someone> = {}): Someone {
  return {
    seat,
    person: `person of ${seat}`,
    name: seat.toUpperCase(),
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

/** Somebody at the door, with nothing to say against them. */
export function waiting(seat: string, changes: Partial<Waiting> = {}): Waiting {
  return {
    seat,
    person: `person of ${seat}`,
    name: seat.toUpperCase(),
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
