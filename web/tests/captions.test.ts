import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Captions, latest, ripe } from '../src/room/captions';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('captions', () => {
  test('go on where they stopped, and go when nobody types any more', () => {
    const captions = new Captions();
    captions.take({ seat: 'jo', text: 'We rang' });
    vi.advanceTimersByTime(14_000);
    captions.take({ seat: 'jo', text: 'the school.' });
    expect(captions.shown.value).toEqual({ seat: 'jo', text: 'We rang the school.' });
    vi.advanceTimersByTime(14_000);
    expect(captions.shown.value).not.toBeNull();
    vi.advanceTimersByTime(2_000);
    expect(captions.shown.value).toBeNull();
  });

  test('of somebody else begin anew', () => {
    const captions = new Captions();
    captions.take({ seat: 'jo', text: 'We rang' });
    captions.take({ seat: 'ray', text: 'Yes.' });
    expect(captions.shown.value).toEqual({ seat: 'ray', text: 'Yes.' });
  });

  test('show the last of it, from the beginning of a word', () => {
    const text = latest(`${'word '.repeat(60)}end`);
    expect(text.length).toBeLessThanOrEqual(140);
    expect(text).toMatch(/^word .* end$/);
    expect(latest('x'.repeat(200))).toHaveLength(140);
  });

  test('go out by whole words, or when a sentence ends', () => {
    expect(ripe('We rang the sch')).toEqual(['', 'We rang the sch']);
    expect(ripe('We rang. ')).toEqual(['We rang.', '']);
    const long = 'We rang the school on Monday and they said that nob';
    expect(ripe(long)).toEqual(['We rang the school on Monday and they said that', 'nob']);
    expect(ripe('x'.repeat(60))).toEqual(['', 'x'.repeat(60)]);
  });
});
