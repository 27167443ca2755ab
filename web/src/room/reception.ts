/** How well sound comes in and goes out, judged from what the browser counts. Pure. */

/** weak: others may stumble; poor: words get lost, so pictures are too much. */
export type Reception = 'unknown' | 'well' | 'weak' | 'poor';

/** What one stream has amounted to since it began: packets, and samples of sound. */
interface Stream {
  received: number;
  lost: number;
  played: number;
  /** Of those played, made up because the right ones came too late. */
  madeUp: number;
}

/** What one pair of candidates has amounted to: answers, and the seconds they took there and back all together. */
interface Pair {
  answers: number;
  seconds: number;
}

/** What the other side last reported of one stream of one's own: the share that was lost, and when that came. */
interface Report {
  at: number;
  lost: number;
}

/** One look at the browser's counters. */
export interface Sample {
  streams: ReadonlyMap<string, Stream>;
  pairs: ReadonlyMap<string, Pair>;
  reports: ReadonlyMap<string, Report>;
  /** How often the other side has answered at all: while this stands still, the line is dead. */
  signs: number | null;
}

export type Row = Readonly<Record<string, unknown>>;

function number(row: Row, name: string): number | null {
  const value = row[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function stream(row: Row): Stream {
  const count = (name: string) => number(row, name) ?? 0;
  return {
    received: count('packetsReceived'),
    lost: count('packetsLost'),
    played: count('totalSamplesReceived'),
    madeUp: count('concealedSamples') - count('silentConcealedSamples'),
  };
}

/** Picks what counts from the rows of getStats. */
export function read(rows: Iterable<Row>): Sample {
  const streams = new Map<string, Stream>();
  const pairs = new Map<string, Pair>();
  const reports = new Map<string, Report>();
  let signs: number | null = null;
  for (const row of rows) {
    switch (row['type']) {
      case 'inbound-rtp':
        streams.set(String(row['id']), stream(row));
        break;
      case 'remote-inbound-rtp':
        reports.set(String(row['id']), {
          at: number(row, 'timestamp') ?? 0,
          lost: number(row, 'fractionLost') ?? 0,
        });
        break;
      case 'candidate-pair': {
        if (row['nominated'] !== true) break;
        const answers = number(row, 'responsesReceived');
        if (answers === null) break;
        pairs.set(String(row['id']), { answers, seconds: number(row, 'totalRoundTripTime') ?? 0 });
        signs = (signs ?? 0) + answers + (number(row, 'bytesReceived') ?? 0);
        break;
      }
    }
  }
  return { streams, pairs, reports, signs };
}

/**
 * Beyond these it is weak or poor: shares of packets and of sound, seconds. A busy device makes up sound too, so that
 * alone is never poor: taking its pictures away because of another app's work would puzzle its owner.
 */
const POOR = { lost: 0.12, madeUp: Infinity, roundTrip: 1.5, sentLost: 0.15 };
const WEAK = { lost: 0.04, madeUp: 0.08, roundTrip: 0.6, sentLost: 0.05 };
/** Fewer packets than this say nothing about the line. */
const ENOUGH = 20;
const ENOUGH_SOUND = 8000;

interface Shares {
  lost: number;
  madeUp: number;
  roundTrip: number;
  sentLost: number;
}

/** Seconds there and back, of the answers that came meanwhile: browsers ask seldom, and an older one tells nothing of now. */
function roundTrip(before: Sample, now: Sample): number {
  let [answers, seconds] = [0, 0];
  for (const [id, after] of now.pairs) {
    const earlier = before.pairs.get(id);
    answers += after.answers - (earlier?.answers ?? 0);
    seconds += after.seconds - (earlier?.seconds ?? 0);
  }
  return answers > 0 ? seconds / answers : 0;
}

function between(before: Sample, now: Sample): Shares {
  let [received, lost, played, madeUp] = [0, 0, 0, 0];
  for (const [id, after] of now.streams) {
    const earlier = before.streams.get(id);
    if (earlier === undefined) continue;
    received += Math.max(0, after.received - earlier.received);
    lost += Math.max(0, after.lost - earlier.lost);
    played += Math.max(0, after.played - earlier.played);
    madeUp += Math.max(0, after.madeUp - earlier.madeUp);
  }
  const fresh = [...now.reports]
    .filter(([id, { at }]) => at > (before.reports.get(id)?.at ?? 0))
    .map(([, report]) => report);
  return {
    lost: received + lost < ENOUGH ? 0 : lost / (received + lost),
    madeUp: played < ENOUGH_SOUND ? 0 : madeUp / played,
    roundTrip: roundTrip(before, now),
    sentLost: Math.max(0, ...fresh.map(({ lost }) => lost)),
  };
}

function beyond(shares: Shares, limits: Shares): boolean {
  return (
    shares.lost > limits.lost ||
    shares.madeUp > limits.madeUp ||
    shares.roundTrip > limits.roundTrip ||
    shares.sentLost > limits.sentLost
  );
}

type Look = 'well' | 'weak' | 'poor';

/** How many looks a judgement rests on: one bad moment is no poor line, one good one no good line. */
const LOOKS = 4;
const OF_WHICH = 3;
/** Poor for so long that pictures had better go: not for one tunnel, nor for a phone that is busy for a moment. */
const LASTING = 10;
const LASTING_OF_WHICH = 8;
/** So many looks without any sign of the other side, and the line is dead. */
const DEAD = 5;

/** Judges a line from one look after the other, taken every two seconds. */
export class Judge {
  private before: Sample | null = null;
  private looks: readonly Look[] = [];
  private silent = 0;
  private verdict: Reception = 'unknown';

  /** The judgement with this look taken in. */
  take(now: Sample): Reception {
    const { before } = this;
    this.before = now;
    if (before === null) return this.verdict;
    this.silent = now.signs !== null && now.signs === before.signs ? this.silent + 1 : 0;
    if (this.silent > 0) return this.verdict;
    const shares = between(before, now);
    const look: Look = beyond(shares, POOR) ? 'poor' : beyond(shares, WEAK) ? 'weak' : 'well';
    this.looks = [...this.looks, look].slice(-LASTING);
    this.verdict = this.judged();
    return this.verdict;
  }

  /** It has been poor for long enough to act upon. */
  get lasting(): boolean {
    return this.looks.filter((look) => look === 'poor').length >= LASTING_OF_WHICH;
  }

  /** Nothing has been heard of the other side for a while. */
  get dead(): boolean {
    return this.silent >= DEAD;
  }

  private judged(): Reception {
    const last = this.looks.slice(-LOOKS);
    const count = (...kinds: readonly Look[]) => last.filter((look) => kinds.includes(look)).length;
    if (count('poor') >= OF_WHICH) return 'poor';
    if (count('poor', 'weak') >= OF_WHICH)
      return this.verdict === 'poor' && count('poor') > 0 ? 'poor' : 'weak';
    return count('well') >= Math.min(OF_WHICH, last.length) ? 'well' : this.verdict;
  }
}
