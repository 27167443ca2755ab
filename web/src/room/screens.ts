/** Which screen is due. Pure: from the view, what was seen before, and whether the planned start is still to come. */

import type { View } from './protocol';

export type Final =
  | 'declined'
  | 'removed'
  | 'ended'
  | 'left'
  | 'elsewhere'
  | 'replaced'
  | 'seat_ended'
  | 'not_your_session'
  | 'refused';

export type WaitingKind = 'early' | 'late' | 'normal' | 'locked' | 'unattended' | 'returned';

export type Screen =
  | { name: 'connecting' }
  | { name: 'final'; why: Final }
  | { name: 'waiting'; kind: WaitingKind }
  | { name: 'room'; hangOn: boolean }
  | { name: 'desk' };

/** What this page remembers beside the view. */
export interface Memory {
  /** The platform's last word, once it closed the connection. */
  gone: string | null;
  /** This page pressed Leave. */
  left: boolean;
  /** This seat has been in the room before, in this page. */
  wasPresent: boolean;
}

const FINALS: Record<string, Final> = {
  seat_ended: 'seat_ended',
  no_seat: 'seat_ended',
  replaced: 'replaced',
  not_your_session: 'not_your_session',
  ended: 'ended',
  removed: 'removed',
  declined: 'declined',
};

export function screen(view: View | null, memory: Memory, early: boolean): Screen {
  if (memory.gone !== null) return { name: 'final', why: FINALS[memory.gone] ?? 'refused' };
  if (memory.left) return { name: 'final', why: 'left' };
  if (view === null) return { name: 'connecting' };
  if (view.phase === 'ended') return { name: 'final', why: 'ended' };
  if (view.you.standing !== 'welcome') return { name: 'final', why: view.you.standing };
  switch (view.you.place) {
    case 'outside':
      return { name: 'final', why: 'elsewhere' };
    case 'waiting':
      return { name: 'waiting', kind: waitingKind(view, memory, early) };
    case 'present':
      return view.you.role === 'facilitator'
        ? { name: 'desk' }
        : { name: 'room', hangOn: view.phase !== 'open' };
  }
}

function waitingKind(view: View, memory: Memory, early: boolean): WaitingKind {
  if (view.phase === 'scheduled') return early ? 'early' : 'late';
  if (memory.wasPresent) return 'returned';
  if (view.phase === 'unattended') return 'unattended';
  return view.locked ? 'locked' : 'normal';
}

/** Whether media should be connected: present, and the room is there, be it frozen. */
export function wantsMedia(view: View | null, memory: Memory): boolean {
  return (
    memory.gone === null &&
    !memory.left &&
    view?.you.place === 'present' &&
    view.you.standing === 'welcome' &&
    (view.phase === 'open' || view.phase === 'unattended')
  );
}
