/** Which screen is due. Pure: from the view, what was seen before, and whether the planned start is still to come. */

import type { Someone, View } from './protocol';

export type Final =
  | 'declined'
  | 'removed'
  | 'suspended'
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
  suspended: 'suspended',
  declined: 'declined',
};

export function screen(view: View | null, memory: Memory, early: boolean): Screen {
  if (memory.gone !== null) return { name: 'final', why: FINALS[memory.gone] ?? 'refused' };
  if (memory.left) return { name: 'final', why: 'left' };
  if (view === null) return { name: 'connecting' };
  if (view.phase === 'ended') return { name: 'final', why: 'ended' };
  if (view.you.standing !== 'welcome')
    return { name: 'final', why: view.you.suspended ? 'suspended' : view.you.standing };
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
  if (memory.wasPresent || view.you.returned_with !== 'none') return 'returned';
  if (view.phase === 'unattended') return 'unattended';
  return view.locked ? 'locked' : 'normal';
}

/** The group's room, or the side room. */
export type Where = 'main' | 'aside';

/** Where media should be connected: present, and the room is there, be it frozen. Null is nowhere. */
export function mediaRoom(view: View | null, memory: Memory): Where | null {
  if (memory.gone !== null || memory.left || view?.you.place !== 'present') return null;
  if (view.you.standing !== 'welcome') return null;
  if (view.phase !== 'open' && view.phase !== 'unattended') return null;
  return view.you.aside?.state === 'in' ? 'aside' : 'main';
}

/** Those who are in the same room as oneself; in the main room the others are still shown as stepped out. */
export function company(view: View): readonly Someone[] {
  return view.you.aside?.state === 'in' ? view.people.filter((someone) => someone.stepped_out) : view.people;
}

const LAST_WORD_MS = 10 * 60_000;
const STAY_MS = 15 * 60_000;

/** Whether it is time for the ten-minute word. */
export function isEnding(view: View, now: Date): boolean {
  return view.closing_since === null && view.ends.getTime() - now.getTime() <= LAST_WORD_MS;
}

/** Until when those who wish may stay; null before the goodbyes. */
export function stayUntil(view: View): Date | null {
  return view.closing_since === null ? null : new Date(view.closing_since.getTime() + STAY_MS);
}
