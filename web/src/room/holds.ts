/** What keeps somebody's microphone or camera from going on. Pure. */

import type { Device } from '../devices';
import type { Feature, View } from './protocol';

/** held: by a host; paused: for everyone; floor: it is not their turn to speak. */
export type Hindrance = 'held' | 'paused' | 'floor';

export const FEATURE: Record<Device, Feature> = { microphone: 'sound', camera: 'picture' };

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

/** What somebody in the room is called. */
export function nameOf(view: View, person: string | null): string | null {
  return view.people.find((someone) => someone.person === person)?.name ?? null;
}
