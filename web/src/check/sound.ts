/** A short chime made on the spot: three soft notes, nothing to download. */

const NOTES = [
  { hertz: 523.25, at: 0 },
  { hertz: 659.25, at: 0.22 },
  { hertz: 783.99, at: 0.44 },
];
const LENGTH = 1.6;

/** Newer browsers can be told which speaker to use. */
type Speaking = AudioContext & { setSinkId?: (speaker: string) => Promise<void> };

export const canChooseSpeaker = (): boolean =>
  'AudioContext' in window && 'setSinkId' in AudioContext.prototype;

/**
 * Plays the chime; settles when it has faded. Must be called from a press, or browsers keep it silent.
 * Throws when nothing plays.
 */
export async function chime(speaker?: string): Promise<void> {
  const context: Speaking = new AudioContext();
  if (speaker !== undefined) await context.setSinkId?.(speaker);
  await context.resume();
  for (const { hertz, at } of NOTES) {
    const start = context.currentTime + at;
    const note = new OscillatorNode(context, { type: 'sine', frequency: hertz });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(0.35, start + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 1);
    note.connect(loudness).connect(context.destination);
    note.start(start);
    note.stop(start + 1.05);
  }
  await new Promise((done) => setTimeout(done, LENGTH * 1000));
  await context.close();
}
