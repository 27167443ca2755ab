/** How many columns show everybody largest. Pure. */

const GAP = 8;
/** A face is cut to fit between these shapes (width by height), so tiles beyond them are wasted room. */
const WIDEST = 16 / 9;
const TALLEST = 3 / 4;
/** Smaller than this a face says nothing: rather scroll (room.css has the same for rows). */
const SMALLEST = 72;

/** Narrower than this a tile shows signs instead of words, to keep room for the name. */
const TIGHT = 150;

export function isTight(across: number, width: number): boolean {
  return width / across < TIGHT;
}

/**
 * Columns for `count` tiles in a space of `width` by `height`: the choice with the largest faces. Lengths are pixels at
 * text of the usual size: who reads larger letters gets larger tiles, so divide by how much larger.
 */
export function columns(count: number, width: number, height: number): number {
  let best = 1;
  let largest = 0;
  for (let across = 1; across <= Math.max(1, Math.min(count, 5)); across += 1) {
    const down = Math.ceil(count / across);
    const wide = (width - GAP * (across + 1)) / across;
    const tall = Math.max(1, (height - GAP * down) / down);
    if (across > 1 && wide < SMALLEST) break;
    const face = Math.min(wide, tall * WIDEST) * Math.min(tall, wide / TALLEST);
    if (face > largest * 1.01) [best, largest] = [across, face];
  }
  return best;
}
