/** A view as the platform sends it, and as it is read, to change one thing at a time. */

import { atTheDoor, inTheRoom, SAM } from '../src/design/sample';
import type { Someone, View, Waiting } from '../src/room/protocol';
import { readView } from '../src/room/reading';

export function raw(): Record<string, unknown> {
  return {
    seq: 7,
    phase: 'open',
    you: { ...SAM, seat: 's1', person: 'p1' },
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

const by = (seat: string) => ({ seat, person: `person of ${seat}`, name: seat.toUpperCase() });

export function someone(seat: string, changes: Partial<Someone> = {}): Someone {
  return inTheRoom(by(seat), changes);
}

export function waiting(seat: string, changes: Partial<Waiting> = {}): Waiting {
  return atTheDoor(by(seat), changes);
}
