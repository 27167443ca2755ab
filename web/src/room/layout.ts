/** Where everybody's picture goes, by how many there are and how much room. Pure. Lengths are CSS pixels. */

const GAP = 8;
/** A face is cut to fit between these shapes (width by height), so tiles beyond them are wasted room. */
const WIDEST = 16 / 9;
const TALLEST = 3 / 4;
/** Smaller than this a face says nothing: rather scroll (stage.css has the same for rows). */
const SMALLEST = 72;
const MOST_ACROSS = 6;
/** Narrower than this a tile shows signs instead of words, to keep room for the name. */
const TIGHT = 150;
/** Wider than this, by its height, what is large has the rest beside it and not below. */
const WIDE = 1.2;
/** The small ones beside or below a large one: stage.css has the same. */
const SMALL = { width: 152, height: 118, narrow: 84, low: 84 };
/** The least height of a large one that has the others below it: stage.css has the same. */
const LARGE = 144;

export interface Space {
  width: number;
  height: number;
}

/** Tiles of one size, `across` in a row. */
export interface Gallery {
  across: number;
  tight: boolean;
}

/** One tile large: beside it (`wide`) or above it the others, `across` in a row. */
export interface Spotlight extends Gallery {
  wide: boolean;
  /** Rows that the large one spans where the others are beside it. */
  rows: number;
}

/**
 * The choice of columns with the largest faces. Who reads larger letters gets larger tiles, so divide the space by how
 * much larger.
 */
export function gallery(count: number, { width, height }: Space): Gallery {
  let best = 1;
  let largest = 0;
  for (let across = 1; across <= Math.max(1, Math.min(count, MOST_ACROSS)); across += 1) {
    const down = Math.ceil(count / across);
    const wide = (width - GAP * (across + 1)) / across;
    const tall = Math.max(1, (height - GAP * down) / down);
    if (across > 1 && wide < SMALLEST) break;
    const face = Math.min(wide, tall * WIDEST) * Math.min(tall, wide / TALLEST);
    if (face > largest * 1.01) [best, largest] = [across, face];
  }
  return { across: best, tight: width / best < TIGHT };
}

export function isWide({ width, height }: Space): boolean {
  return width > height * WIDE;
}

/** Whether a large one leaves room for something of the others; else everybody is better the same size. */
export function hasRoomForLarge(space: Space): boolean {
  return isWide(space) ? space.width >= 2 * SMALL.width + GAP : space.height >= LARGE + GAP + SMALL.low;
}

/** `others` is how many there are beside the large one. */
export function spotlight(others: number, space: Space): Spotlight {
  const { width, height } = space;
  const wide = isWide(space);
  if (!wide) {
    const most = Math.max(2, Math.floor((width - GAP) / (SMALL.narrow + GAP)));
    const down = Math.max(1, Math.ceil(others / most));
    return { wide, across: Math.max(1, Math.ceil(others / down)), rows: 1, tight: true };
  }
  const fit = Math.max(1, Math.floor((height + GAP) / (SMALL.height + GAP)));
  const across = others > fit && width > 5 * SMALL.width ? 2 : 1;
  return { wide, across, rows: Math.max(fit, Math.ceil(others / across)), tight: true };
}

/**
 * Where, in half columns from 1, the tile at this place begins so that the last row stands in the middle; null where it
 * simply follows the one before.
 */
export function start(at: number, count: number, across: number): number | null {
  const left = count % across;
  return left !== 0 && at === count - left ? across - left + 1 : null;
}
