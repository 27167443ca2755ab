import { describe, expect, test } from 'vitest';
import { Judge, read, type Sample } from '../src/room/reception';
import { NOBODY, settled } from '../src/room/speaker';
import { isVoice } from '../src/room/ear';

/** Looks two seconds apart, of one stream of 100 packets each, with this share lost. */
function looks(shares: readonly number[], changes: Partial<Sample> = {}): Sample[] {
  let [received, lost] = [0, 0];
  return [0, ...shares].map((share, at) => {
    received += 100 * (1 - share);
    lost += 100 * share;
    const streams = new Map([['a', { received, lost, played: at * 96_000, madeUp: 0 }]]);
    const pairs = new Map([['p', { answers: at, seconds: at * 0.05 }]]);
    return { streams, pairs, reports: new Map(), signs: at, ...changes };
  });
}

/** Looks with one answer each, which took so many seconds; null is none. */
function answered(seconds: readonly (number | null)[]): Sample[] {
  const pair = { answers: 0, seconds: 0 };
  return looks(times(seconds.length, 0)).map((sample, at) => {
    const took = at === 0 ? null : seconds[at - 1];
    if (typeof took === 'number') {
      pair.answers += 1;
      pair.seconds += took;
    }
    // A pair that is not used any more keeps what it counted.
    const old = { answers: 1, seconds: 9 };
    return { ...sample, pairs: new Map(Object.entries({ pair: { ...pair }, old })) };
  });
}

function judged(samples: readonly Sample[]): Judge & { last: string } {
  const judge = new Judge();
  const last = samples.map((sample) => judge.take(sample)).at(-1) ?? '';
  return Object.assign(judge, { last });
}

const times = (count: number, share: number) => Array.from({ length: count }, () => share);

describe('a line', () => {
  test('without loss is good', () => {
    expect(judged(looks(times(4, 0))).last).toBe('well');
  });

  test('that loses a little is weak, one that loses much is poor', () => {
    expect(judged(looks(times(4, 0.06))).last).toBe('weak');
    expect(judged(looks(times(4, 0.3))).last).toBe('poor');
  });

  test('is not poor for one bad moment', () => {
    expect(judged(looks([0, 0, 0, 0.5])).last).toBe('well');
  });

  test('is poor for good only after a while, and not on account of a busy device', () => {
    expect(judged(looks(times(6, 0.3))).lasting).toBe(false);
    expect(judged(looks(times(9, 0.3))).lasting).toBe(true);
    const busy = looks(times(12, 0)).map((sample, at) => ({
      ...sample,
      streams: new Map([['a', { received: at * 100, lost: 0, played: at * 96_000, madeUp: at * 40_000 }]]),
    }));
    expect(judged(busy)).toMatchObject({ last: 'weak', lasting: false });
  });

  test('is poor when answers keep coming late, and not for one that did', () => {
    expect(judged(answered(times(12, 2)))).toMatchObject({ last: 'poor', lasting: true });
    expect(judged(answered([9, ...times(11, 0).map(() => null)]))).toMatchObject({
      last: 'well',
      lasting: false,
    });
  });

  test('is poor when much of what is sent is lost, as long as that is reported anew', () => {
    const reported = (at: (look: number) => number) =>
      looks(times(12, 0)).map((sample, look) => ({
        ...sample,
        reports: new Map([['s', { at: at(look), lost: 0.5 }]]),
      }));
    expect(judged(reported((look) => look + 1))).toMatchObject({ last: 'poor', lasting: true });
    expect(judged(reported(() => 1))).toMatchObject({ last: 'well', lasting: false });
  });

  test('that is silent tells nothing of how well it carries', () => {
    const poor = looks([...times(3, 0), 0.3]);
    const silent = times(12, 0).flatMap(() => poor.slice(-1));
    expect(judged([...poor, ...silent])).toMatchObject({ last: 'well', lasting: false, dead: true });
  });

  test('that nobody answers on any more is dead', () => {
    expect(judged(looks(times(6, 0), { signs: 7 })).dead).toBe(true);
    expect(judged(looks(times(6, 0))).dead).toBe(false);
    expect(judged(looks(times(6, 0), { signs: null })).dead).toBe(false);
  });

  test('is read from what the browser counts, whatever it leaves out', () => {
    expect(read([])).toEqual({ streams: new Map(), pairs: new Map(), reports: new Map(), signs: null });
    const rows = [
      { type: 'inbound-rtp', id: 'x', packetsReceived: 9, packetsLost: 1 },
      { type: 'candidate-pair', id: 'p', nominated: true, totalRoundTripTime: 0.6, responsesReceived: 3 },
      { type: 'candidate-pair', id: 'q', nominated: true },
      { type: 'candidate-pair', id: 'r', nominated: false, totalRoundTripTime: 9, responsesReceived: 1 },
      { type: 'remote-inbound-rtp', id: 's', fractionLost: 0.1, timestamp: 5 },
    ];
    expect(read(rows)).toMatchObject({ signs: 3, reports: new Map([['s', { at: 5, lost: 0.1 }]]) });
    expect(read(rows).pairs).toEqual(new Map([['p', { answers: 3, seconds: 0.6 }]]));
  });
});

describe('who speaks', () => {
  test('is whoever speaks for a moment, and stays so through silence', () => {
    const began = settled(NOBODY, ['a'], 0);
    expect(began.seat).toBeNull();
    const spoke = settled(began, ['a'], 1200);
    expect(spoke.seat).toBe('a');
    expect(settled(spoke, [], 9000).seat).toBe('a');
  });

  test('is not whoever coughs while another speaks', () => {
    const spoke = { seat: 'a', next: null, since: 0 };
    expect(settled(settled(spoke, ['a', 'b'], 100), ['a', 'b'], 5000).seat).toBe('a');
    expect(settled(settled(spoke, ['b'], 100), [], 400)).toMatchObject({ seat: 'a', next: null });
  });
});

describe('a voice into a microphone that is off', () => {
  test('is noticed, a knock on the table is not', () => {
    expect(isVoice(times(12, 0.6))).toBe(true);
    expect(isVoice([...times(9, 0), ...times(3, 1)])).toBe(false);
  });
});
