/** What changed between two views, in words: for screen readers, and the line above the controls. Pure. */

import { desk, room as words } from '../words/en';
import type { View } from './protocol';

/** What a screen reader is told, in order. Nothing about people when one has just come in oneself. */
export function announcements(before: View | null, now: View): string[] {
  if (before?.you.place !== 'present' || now.you.place !== 'present') return [];
  const told: string[] = [];
  if (before.phase === 'open' && now.phase === 'unattended') told.push(words.hangOn);
  if (before.phase === 'unattended' && now.phase === 'open') told.push(words.announce.hostBack);
  const earlier = new Map(before.people.map((someone) => [someone.seat, someone]));
  for (const someone of now.people) {
    const old = earlier.get(someone.seat);
    earlier.delete(someone.seat);
    if (someone.seat === now.you.seat) continue;
    if (old === undefined) told.push(words.announce.joined(someone.name));
    else if (!old.microphone_held && someone.microphone_held) told.push(words.announce.muted(someone.name));
    else if (old.microphone_held && !someone.microphone_held) told.push(words.announce.lifted(someone.name));
  }
  for (const someone of earlier.values()) told.push(words.announce.left(someone.name));
  const waited = new Set(before.waiting.map((someone) => someone.seat));
  for (const someone of now.waiting)
    if (!waited.has(someone.seat)) told.push(words.announce.waits(someone.name));
  return told;
}

/** What a host's act lifted from oneself since the last view, to be said once; null when nothing. */
export function lifted(before: View | null, now: View): string | null {
  if (before?.you.place !== 'present' || now.you.place !== 'present') return null;
  if (before.you.microphone_held && !now.you.microphone_held) return words.microphoneLifted;
  if (before.you.camera_held && !now.you.camera_held) return words.cameraLifted;
  return null;
}

/** What a host's act holds from oneself now; null when nothing. */
export function held(view: View): string | null {
  const { microphone_held: microphone, camera_held: camera } = view.you;
  if (microphone && camera) return words.bothHeld;
  if (microphone) return words.microphoneHeld;
  return camera ? words.cameraHeld : null;
}

/** The sentence for an answer that was not "done". */
export function failure(error: string, stands: boolean): string {
  if (error === 'not_recorded' && stands) return desk.failed.not_recorded_stands;
  return Object.hasOwn(desk.failed, error)
    ? desk.failed[error as keyof typeof desk.failed]
    : desk.failed.other;
}
