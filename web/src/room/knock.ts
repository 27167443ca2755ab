/** Two soft notes when somebody comes to the waiting room. For hosts, seldom, and they can turn it off. */

import { signal } from '@preact/signals';
import { whenLeaving } from '../exit/leaving';

/** However many come, at most once in this long. */
const QUIET_MS = 10_000;
const NOTES = [
  { hertz: 523, at: 0 },
  { hertz: 392, at: 0.18 },
] as const;
const LOUD = 0.06;
const SECONDS = 0.5;

/** Whether enough quiet has passed since the last knock; times in milliseconds. */
export function mayKnock(last: number | null, now: number): boolean {
  return last === null || now - last >= QUIET_MS;
}

export class Knock {
  readonly on = signal(true);
  private last: number | null = null;
  private sound: AudioContext | null = null;

  constructor() {
    // A page makes no sound before the first press on it.
    for (const press of ['pointerdown', 'keydown'])
      addEventListener(
        press,
        () => {
          this.sound ??= 'AudioContext' in window ? new AudioContext() : null;
        },
        { once: true },
      );
    whenLeaving(() => {
      this.on.value = false;
      void this.sound?.close();
    });
  }

  strike(now = Date.now()): void {
    if (!this.on.value || this.sound === null || !mayKnock(this.last, now)) return;
    this.last = now;
    for (const note of NOTES) play(this.sound, note.hertz, this.sound.currentTime + note.at);
  }
}

function play(sound: AudioContext, hertz: number, at: number): void {
  const tone = new OscillatorNode(sound, { frequency: hertz, type: 'sine' });
  const volume = new GainNode(sound, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUD, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + SECONDS);
  tone.connect(volume).connect(sound.destination);
  tone.start(at);
  tone.stop(at + SECONDS);
}
