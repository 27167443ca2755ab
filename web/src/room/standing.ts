/** How it is said what holds for somebody in the room. Pure. */

import type { Device } from '../devices';
import { floor as floorWords, pause as pauseWords, room as words } from '../words/en';
import { FEATURE, isFrozen, nameOf, type Hindrance } from './holds';
import type { View } from './protocol';

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
  // The whole screen says what is; and no button would do anything.
  if (view.you.role === 'parent' && (view.phase !== 'open' || isFrozen(view))) return null;
  return held(view) ?? (view.you.role === 'parent' ? (paused(view) ?? turn(view)) : null);
}

function paused(view: View): string | null {
  if (view.paused.length === 0) return null;
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
