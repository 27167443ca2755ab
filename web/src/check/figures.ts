/** What a connection's statistics say, and what they mean for sound and picture. Pure. */

import type { Fault, Outcome } from './verdict';

export type Way = 'udp' | 'tcp' | 'relay';
export type WayFound = 'passed' | 'failed' | 'not_checked';
export type Ways = Readonly<Record<Way, WayFound>>;

export const NO_WAYS: Ways = { udp: 'not_checked', tcp: 'not_checked', relay: 'not_checked' };

/** Counted since the connection began, at one moment (milliseconds). null: the browser does not say. */
export interface Counts {
  at: number;
  bytesOut: number;
  bytesIn: number;
  soundOut: number;
  soundLostOut: number | null;
  soundIn: number;
  soundLostIn: number;
  packetsIn: number;
  /** How often the browser asked for packets that did not come. */
  missed: number;
  sentAgain: number;
  packetsOut: number;
  /** Seconds. */
  roundTrip: number | null;
  jitter: number | null;
  pictures: number;
  /** The browser makes the picture poorer because the line carries no more. */
  heldBack: boolean;
  way: Way | null;
}

/** Seconds, shares of packets, and bits a second; null where nothing was measured. */
export interface Figures {
  roundTrip: number | null;
  /** In the middle of what was sent. */
  loadedRoundTrip: number | null;
  jitter: number | null;
  lossOut: number | null;
  lossIn: number | null;
  out: number | null;
  in: number | null;
  /** This phone made too few pictures to fill a line, so how much it carries was not learnt. */
  starved: boolean;
}

/** Round trips in seconds. */
export const FAR = 0.15;
/** Beyond these, sound works better than picture. */
export const VERY_FAR = 0.4;
export const MUCH_LOSS = 0.03;
export const NARROW = 250_000;
/** A second; half of what is asked for. */
const FEW_PICTURES = 8;
const QUEUE = 0.1;
/** Bad wifi loses less than this; a line that is too narrow loses more. */
const FLOOD = 0.2;

type Entry = Readonly<Record<string, unknown>>;

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

const sum = (entries: readonly Entry[], name: string): number =>
  entries.reduce((total, entry) => total + (number(entry[name]) ?? 0), 0);

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

const least = (values: readonly (number | null)[]): number | null =>
  known(values).length > 0 ? Math.min(...known(values)) : null;

const middle = (values: readonly number[]): number | null =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? null;

const most = (values: readonly (number | null)[]): number | null =>
  known(values).length > 0 ? Math.max(...known(values)) : null;

/** The way that media takes: of the pair of addresses that was chosen. */
export function wayOf(entries: readonly Entry[]): Way | null {
  const pair = chosenPair(entries);
  const own = entries.find(
    (entry) => entry['type'] === 'local-candidate' && entry['id'] === pair?.['localCandidateId'],
  );
  if (own === undefined) return null;
  if (own['candidateType'] === 'relay') return 'relay';
  return own['protocol'] === 'tcp' ? 'tcp' : 'udp';
}

/** Firefox says "selected"; the others name the pair in the transport, or have one that is nominated and works. */
function chosenPair(entries: readonly Entry[]): Entry | undefined {
  const pairs = entries.filter((entry) => entry['type'] === 'candidate-pair');
  const named = entries.find((entry) => entry['type'] === 'transport')?.['selectedCandidatePairId'];
  return (
    pairs.find((pair) => pair['id'] === named) ??
    pairs.find((pair) => pair['selected'] === true) ??
    pairs.find((pair) => pair['nominated'] === true && pair['state'] === 'succeeded')
  );
}

/** Which direct ways the other side has named an address for, in its description (RFC 8839, 5.1). */
export function offered(description: string): ReadonlySet<Way> {
  const named = description.split(/\r?\n/).filter((line) => line.startsWith('a=candidate:'));
  return new Set(named.map((line) => (line.split(' ')[2]?.toLowerCase() === 'tcp' ? 'tcp' : 'udp')));
}

/** Takes what counts from the statistics of the connection that sends and of the one that receives. */
export function count(sending: readonly Entry[], receiving: readonly Entry[], at: number): Counts {
  const out = sending.filter((entry) => entry['type'] === 'outbound-rtp');
  const back = sending.filter((entry) => entry['type'] === 'remote-inbound-rtp');
  const into = receiving.filter((entry) => entry['type'] === 'inbound-rtp');
  const ofSound = (entries: readonly Entry[]) => entries.filter((entry) => entry['kind'] === 'audio');
  const pair = chosenPair(sending);
  return {
    at,
    bytesOut: sum(out, 'bytesSent'),
    bytesIn: sum(into, 'bytesReceived'),
    soundOut: sum(ofSound(out), 'packetsSent'),
    soundLostOut: ofSound(back).length > 0 ? sum(ofSound(back), 'packetsLost') : null,
    soundIn: sum(ofSound(into), 'packetsReceived'),
    soundLostIn: sum(ofSound(into), 'packetsLost'),
    packetsIn: sum(into, 'packetsReceived'),
    missed: sum(into, 'nackCount'),
    sentAgain: sum(out, 'retransmittedPacketsSent'),
    packetsOut: sum(out, 'packetsSent'),
    roundTrip: most([
      number(pair?.['currentRoundTripTime']),
      ...back.map((entry) => number(entry['roundTripTime'])),
    ]),
    jitter: number(ofSound(into)[0]?.['jitter']),
    pictures: sum(out, 'framesEncoded'),
    heldBack: out.some((entry) => entry['qualityLimitationReason'] === 'bandwidth'),
    way: wayOf(sending),
  };
}

/**
 * What happened between the first and the last look. Fewer than two looks measure nothing.
 * `idle`: the round trip in seconds before anything was sent.
 */
export function figures(idle: number | null, looks: readonly Counts[]): Figures {
  const [first, last] = [looks[0], looks.at(-1)];
  const trips = looks.map((look) => look.roundTrip).filter((trip) => trip !== null);
  const common = {
    roundTrip: least([idle, ...trips]),
    loadedRoundTrip: middle(trips),
    jitter: most(looks.map((look) => look.jitter)),
  };
  if (first === undefined || last === undefined || last.at <= first.at)
    return { ...common, lossOut: null, lossIn: null, out: null, in: null, starved: true };
  const since = (name: Counted) => last[name] - first[name];
  const aSecond = (name: Counted) => (1000 * since(name)) / (last.at - first.at);
  const lossOut = lostOut(first, last);
  const out = 8 * aSecond('bytesOut') * (1 - (lossOut ?? 0));
  return {
    ...common,
    lossOut,
    lossIn: most([
      share(since('soundLostIn'), since('soundIn') + since('soundLostIn')),
      share(since('missed'), since('packetsIn')),
    ]),
    out: since('packetsOut') > 0 ? out : null,
    in: since('bytesIn') > 0 ? 8 * aSecond('bytesIn') : null,
    starved: !last.heldBack && aSecond('pictures') < FEW_PICTURES,
  };
}

type Counted =
  'bytesOut' | 'bytesIn' | 'soundIn' | 'soundLostIn' | 'missed' | 'packetsIn' | 'packetsOut' | 'pictures';

/** Lost pictures are sent again and then count as come, so what was sent again counts as lost, too. */
function lostOut(first: Counts, last: Counts): number | null {
  const sound =
    last.soundLostOut === null
      ? null
      : share(last.soundLostOut - (first.soundLostOut ?? 0), last.soundOut - first.soundOut);
  return most([sound, share(last.sentAgain - first.sentAgain, last.packetsOut - first.packetsOut)]);
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : null;
}

/**
 * What it means. A connection that carried nothing measurable was not checked well enough to be called good.
 * A line that is too narrow makes packets queue and then drops them; one that merely loses them does not.
 */
export function judge(found: Figures, ways: Ways): { outcome: Outcome; fault: Fault | null } {
  const { roundTrip, loadedRoundTrip, out, starved } = found;
  if (roundTrip === null || out === null || found.in === null)
    return { outcome: 'careful', fault: 'not_measured' };
  const loss = Math.max(found.lossOut ?? 0, found.lossIn ?? 0);
  const overflows = (loadedRoundTrip ?? roundTrip) - roundTrip > QUEUE || loss >= FLOOD;
  const isNarrow = Math.min(out, found.in) < NARROW;
  if (isNarrow && (overflows || (loss < MUCH_LOSS && !starved)))
    return { outcome: 'careful', fault: 'narrow' };
  if (loss >= MUCH_LOSS) return { outcome: 'careful', fault: 'lossy' };
  const far = roundTrip >= FAR ? 'far' : null;
  if (roundTrip >= VERY_FAR) return { outcome: 'careful', fault: far };
  if (isNarrow) return { outcome: 'careful', fault: far ?? 'not_measured' };
  if (ways.udp === 'failed')
    return { outcome: 'well', fault: ways.tcp === 'passed' ? 'udp_blocked' : 'relay_only' };
  return { outcome: 'well', fault: far };
}
