/** Who has been speaking for a moment: not whoever coughs, and not nobody in every pause. Pure. */

const SETTLED_MS = 1000;

export interface Speaking {
  /** The seat that spoke last for a while; it stays through silence. */
  seat: string | null;
  /** Who began to speak meanwhile, and when, in milliseconds. */
  next: string | null;
  since: number;
}

export const NOBODY: Speaking = { seat: null, next: null, since: 0 };

/** The same at `now`, when these seats are being heard. */
export function settled(before: Speaking, heard: readonly string[], now: number): Speaking {
  if (before.seat !== null && heard.includes(before.seat)) return { ...before, next: null };
  const next = before.next !== null && heard.includes(before.next) ? before.next : (heard[0] ?? null);
  if (next === null) return { ...before, next: null };
  if (next !== before.next) return { ...before, next, since: now };
  return now - before.since < SETTLED_MS ? before : { seat: next, next: null, since: now };
}
