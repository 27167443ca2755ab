/**
 * Notices somebody speaking whose microphone is off, so that the page can say so. It listens on this device only:
 * what it hears is a loudness, which goes nowhere.
 */

import { bar } from '../check/level';

const EVERY_MS = 100;
/** A voice, not a chair: this loud, in so many of the last looks. */
const LOUD = 0.3;
const LOOKS = 12;
const OF_WHICH = 7;
/** What was noticed stands this long after the last loud look. */
const STANDS_MS = 5000;

/** Whether the last looks amount to a voice. */
export function isVoice(levels: readonly number[]): boolean {
  return levels.slice(-LOOKS).filter((level) => level >= LOUD).length >= OF_WHICH;
}

export class Ear {
  private end: () => void = () => undefined;
  private heard = false;

  /** `tell`: whether somebody speaks into the microphone that is off. */
  constructor(private readonly tell: (hears: boolean) => void) {}

  /** Takes over the track: it is stopped when listening ends. Never throws: what cannot be noticed is not. */
  listen(track: MediaStreamTrack): void {
    this.stop();
    this.end = () => {
      track.stop();
    };
    try {
      this.follow(track);
    } catch {
      this.stop();
    }
  }

  stop(): void {
    this.end();
    this.end = () => undefined;
    this.hears(false);
  }

  private hears(hears: boolean): void {
    if (hears === this.heard) return;
    this.heard = hears;
    this.tell(hears);
  }

  private follow(track: MediaStreamTrack): void {
    const sound = new AudioContext();
    void sound.resume();
    const analyser = new AnalyserNode(sound, { fftSize: 1024 });
    sound.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let levels: number[] = [];
    let last: number | null = null;
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      levels = [...levels, bar(samples)].slice(-LOOKS);
      if (isVoice(levels)) last = performance.now();
      this.hears(last !== null && performance.now() - last < STANDS_MS);
    }, EVERY_MS);
    this.end = () => {
      clearInterval(timer);
      track.stop();
      void sound.close();
    };
  }
}
