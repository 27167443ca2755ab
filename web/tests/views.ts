/** A view as the platform sends it, and as it is read, to change one thing at a time. */

import { readView, type Someone, type View } from '../src/room/protocol';

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
      microphone_held: false,
      camera_held: false,
    },
    hosts: ['Jo'],
    theme: 'Talking with school',
    starts: '2026-03-03T19:00:00+00:00',
    ends: '2026-03-03T20:30:00+00:00',
    locked: false,
    people: [],
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
    ...changes,
  };
}
