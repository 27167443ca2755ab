import { describe, expect, test } from 'vitest';
import { judged, read } from '../src/check/internet';
import { bar } from '../src/check/level';
import { brightness } from '../src/check/picture';
import { verdict, type Outcome, type Outcomes } from '../src/check/verdict';
import { trouble, unable } from '../src/devices';

const ALL: Outcomes = { sound: 'well', voice: 'well', picture: 'well', internet: 'well' };

describe('the verdict', () => {
  test('is ready when everything works', () => {
    expect(verdict(ALL)).toBe('ready');
  });

  test.each<[string, Partial<Outcomes>]>([
    ['the camera is missing', { picture: 'failed' }],
    ['the camera was passed over', { picture: 'skipped' }],
    ['the picture is black', { picture: 'careful' }],
    ['the internet is slow', { internet: 'careful' }],
  ])('is sound only when %s', (_, changes) => {
    expect(verdict({ ...ALL, ...changes })).toBe('sound_only');
  });

  test.each(['sound', 'voice', 'internet'] as const)('needs help when %s failed', (part) => {
    expect(verdict({ ...ALL, [part]: 'failed' })).toBe('needs_help');
  });

  test.each(['sound', 'voice', 'internet'] as const)('is never ready when %s was not checked', (part) => {
    for (const outcome of ['untried', 'trying', 'skipped'] satisfies Outcome[]) {
      expect(verdict({ ...ALL, [part]: outcome })).toBe('not_checked');
    }
  });
});

describe('the internet', () => {
  const pair = {
    type: 'candidate-pair',
    nominated: true,
    currentRoundTripTime: 0.05,
    availableOutgoingBitrate: 1e6,
  };

  test('looks good when fast and whole', () => {
    expect(judged(read([pair, { type: 'remote-inbound-rtp', fractionLost: 0 }]))).toBe('well');
  });

  test.each([
    ['far away', [{ ...pair, currentRoundTripTime: 0.9 }]],
    ['losing much', [pair, { type: 'remote-inbound-rtp', fractionLost: 0.2 }]],
    ['narrow', [{ ...pair, availableOutgoingBitrate: 60_000 }]],
    ['without anything measured', [{ type: 'codec' }]],
  ])('is slow when %s', (_, report) => {
    expect(judged(read(report))).toBe('careful');
  });
});

describe('the voice', () => {
  test('leaves the bar still in silence and moves it for speech', () => {
    expect(bar(new Float32Array(64))).toBe(0);
    expect(bar(new Float32Array(64).fill(0.1))).toBeGreaterThan(0.5);
    expect(bar(new Float32Array(64).fill(1))).toBe(1);
  });
});

describe('the picture', () => {
  test('is as bright as its pixels', () => {
    expect(brightness([0, 0, 0, 255, 0, 0, 0, 255])).toBe(0);
    expect(brightness([100, 150, 200, 255])).toBe(150);
  });
});

describe('trouble', () => {
  test.each([
    ['NotAllowedError', 'refused'],
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'busy'],
    ['AnythingElse', 'busy'],
  ])('%s is %s', (name, expected) => {
    expect(trouble(Object.assign(new Error(), { name }))).toBe(expected);
  });

  test('an app’s own browser is told apart from an old one', () => {
    const without = { media: false, connection: true };
    expect(unable('Mozilla/5.0 (iPhone) [FBAN/FBIOS;FBAV/440]', without)).toBe('in_app');
    expect(unable('Mozilla/5.0 (iPhone) Safari', without)).toBe('too_old');
    expect(unable('Mozilla/5.0 (iPhone) [FBAN/FBIOS]', { media: true, connection: true })).toBeNull();
  });
});
