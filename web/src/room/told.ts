/** What changed between two views, in words: for screen readers, and the line above the controls. Pure. */

import {
  aside as asideWords,
  departed as departedWords,
  desk,
  floor as floorWords,
  pause as pauseWords,
  room as words,
  screen as screenWords,
} from '../words/en';
import { isFrozen, nameOf } from './holds';
import type { Someone, View } from './protocol';

/** What a screen reader is told, in order. Nothing about people when one has just come in oneself. */
export function announcements(before: View | null, now: View): string[] {
  if (before?.you.place !== 'present' || now.you.place !== 'present') return [];
  return [...everybody(before, now), ...people(before, now), ...forHosts(before, now)];
}

function* everybody(before: View, now: View): Generator<string> {
  if (before.phase === 'open' && now.phase === 'unattended') yield words.hangOn;
  const back = before.phase === 'unattended' && now.phase === 'open';
  if (back && now.you.role !== 'facilitator') yield words.announce.hostBack;
  if (!isFrozen(before) && isFrozen(now)) yield pauseWords.told;
  for (const feature of before.paused) if (!now.paused.includes(feature)) yield pauseWords.resumed[feature];
  const speaker = now.floor.speaker;
  const name = nameOf(now, speaker);
  if (name !== null && speaker !== before.floor.speaker && speaker !== now.you.person)
    yield words.announce.turn(name);
}

function* people(before: View, now: View): Generator<string> {
  const earlier = new Map(before.people.map((someone) => [someone.seat, someone]));
  const host = now.you.role === 'facilitator';
  for (const someone of now.people) {
    const old = earlier.get(someone.seat);
    earlier.delete(someone.seat);
    if (someone.seat === now.you.seat) continue;
    if (old === undefined) yield words.announce.joined(someone.name);
    else yield* changed(old, someone, host);
  }
  const exited = now.departed.filter(({ how }) => how === 'exited').map(({ person }) => person);
  for (const someone of earlier.values())
    if (!exited.includes(someone.person)) yield words.announce.left(someone.name);
}

function* changed(old: Someone, now: Someone, host: boolean): Generator<string> {
  const { announce } = words;
  if (!old.microphone_held && now.microphone_held) yield announce.muted(now.name);
  else if (old.microphone_held && !now.microphone_held) yield announce.lifted(now.name);
  if (!old.stepped_out && now.stepped_out) yield announce.steppedOut(now.name);
  else if (old.stepped_out && !now.stepped_out) yield announce.steppedIn(now.name);
  if (host && old.hand === null && now.hand !== null) yield announce.handUp(now.name);
  if (old.mark !== now.mark) yield desk.markAnnounced[now.mark](now.name);
}

function* forHosts(before: View, now: View): Generator<string> {
  const waited = new Map(before.waiting.map((someone) => [someone.seat, someone]));
  for (const someone of now.waiting) {
    const old = waited.get(someone.seat);
    if (old === undefined) yield words.announce.waits(someone.name);
    if (someone.mark !== (old?.mark ?? 'none')) yield desk.markAnnounced[someone.mark](someone.name);
  }
  for (const gone of now.departed) {
    const known = before.departed.some(({ person, how }) => person === gone.person && how === gone.how);
    if (!known && gone.how !== 'left') yield departedWords.announced[gone.how](gone.name);
  }
}

/** Seats that wait now and did not before: somebody knocks. */
export function knocks(before: View | null, now: View): boolean {
  if (before === null) return false;
  return now.waiting.some(({ seat }) => !before.waiting.some((earlier) => earlier.seat === seat));
}

/** What a host's act changed for oneself since the last view, to be said once; null when nothing. */
export function happened(before: View | null, now: View): string | null {
  if (before?.you.place !== 'present' || now.you.place !== 'present') return null;
  const [was, is] = [before.you, now.you];
  if (was.aside?.state === 'in' && is.aside === null) return asideWords.returned;
  if (was.microphone_held && !is.microphone_held) return words.microphoneLifted;
  if (was.camera_held && !is.camera_held) return words.cameraLifted;
  if (was.has_word && !is.has_word && now.floor.mode !== 'open') return floorWords.over;
  if (is.role === 'parent' && !was.may_share && is.may_share) return screenWords.allowed;
  return null;
}
