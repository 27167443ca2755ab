/** What keeps somebody's microphone or camera from going on, and how that is said. Pure. */

import type { Device } from '../devices';
import { floor as floorWords, pause as pauseWords, room as words } from '../words/en';
import type { Feature, View } from './protocol';

/** held: by a host; paused: for everyone; floor: it is not their turn to speak. */
export type Hindrance = 'held' | 'paused' | 'floor';

const FEATURE: Record<Device, Feature> = { microphone: 'sound', camera: 'picture' };

/** Sound and picture are both paused: nothing is heard or seen, and what was on comes back as it was. */
export function isFrozen(view: View): boolean {
  return view.paused.includes('sound') && view.paused.includes('picture');
}

export function hindrance(view: View, device: Device): Hindrance | null {
  const { you, floor } = view;
  if (device === 'microphone' ? you.microphone_held : you.camera_held) return 'held';
  if (view.paused.includes(FEATURE[device])) return 'paused';
  const listens = you.role === 'parent' && floor.mode !== 'open' && !you.has_word;
  return device === 'microphone' && listens && you.aside?.state !== 'in' ? 'floor' : null;
}

/** Whether the device must be let go of, so that nobody but its owner turns it on again. */
export function mustLetGo(view: View, device: Device): boolean {
  const why = hindrance(view, device);
  return why !== null && !(why === 'paused' && isFrozen(view));
}

/** Why a press on one's own microphone or camera does nothing. */
export function refusal(device: Device, why: Hindrance): string {
  switch (why) {
    case 'held':
      return device === 'microphone' ? words.microphoneHeldPressed : words.cameraHeldPressed;
    case 'paused':
      return pauseWords.parent[FEATURE[device]];
    case 'floor':
      return floorWords.pressed;
  }
}

/** What a host's act holds from oneself now; null when nothing. */
export function held(view: View): string | null {
  const { microphone_held: microphone, camera_held: camera, hand_up: asked } = view.you;
  if (microphone && camera) return asked ? words.microphoneHeldAsked : words.bothHeld;
  if (microphone) return asked ? words.microphoneHeldAsked : words.microphoneHeld;
  return camera ? words.cameraHeld : null;
}

/** The one sentence about how things stand for a parent in the room; null when nothing is special. */
export function standing(view: View): string | null {
  if (view.you.place !== 'present' || view.phase !== 'open') return held(view);
  return held(view) ?? (view.you.role === 'parent' ? (paused(view) ?? turn(view)) : null);
}

function paused(view: View): string | null {
  if (view.paused.length === 0 || isFrozen(view)) return null;
  return pauseWords.some(view.paused.map((feature) => pauseWords.names[feature]));
}

/** Whose turn it is, where it is not one's own. */
function turn(view: View): string | null {
  const { you, floor } = view;
  if (floor.mode === 'open' || you.has_word || you.aside?.state === 'in') return null;
  const speaker = nameOf(view, floor.speaker);
  if (floor.mode === 'round') return speaker === null ? floorWords.roundWaits : floorWords.round(speaker);
  if (you.hand_up) return floorWords.invitationAsked;
  return speaker === null ? floorWords.invitation : floorWords.someone(speaker);
}

/** What somebody in the room is called. */
export function nameOf(view: View, person: string | null): string | null {
  return view.people.find((someone) => someone.person === person)?.name ?? null;
}
