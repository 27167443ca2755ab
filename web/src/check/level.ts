/** How loud a microphone is. */

/** Below this a bar should stay still: a quiet room's hiss. */
const HISS = 0.01;
/** Heard when louder than hiss for this many looks in all (about half a second). */
const LOOKS = 10;
const EVERY_MS = 50;

/** Root mean square of samples (-1 … 1) as a bar's length from 0 to 1: hiss is 0, a raised voice is 1. */
export function bar(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample ** 2;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms < HISS) return 0;
  return Math.min(1, Math.log10(rms / HISS) / 1.3);
}

export interface Listening {
  stop: () => void;
}

/** Calls `onLevel` 20 times a second with the bar's length, and `onHeard` once when there was a voice. */
export function listen(
  stream: MediaStream,
  onLevel: (level: number) => void,
  onHeard: () => void,
): Listening {
  const context = new AudioContext();
  void context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let looks = 0;
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const level = bar(samples);
    onLevel(level);
    if (level > 0 && ++looks === LOOKS) onHeard();
  }, EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      void context.close();
    },
  };
}
