import { describe, expect, test } from 'vitest';
import { Malformed, readAnswer, readView } from '../src/room/protocol';
import { raw } from './views';

describe('a view', () => {
  test('is read whole, with times as times', () => {
    const view = readView(raw());
    expect(view.you.name).toBe('Sam');
    expect(view.ends.toISOString()).toBe('2026-03-03T20:30:00.000Z');
  });

  test('of a parent has no lists of hosts', () => {
    expect(readView(raw())).toMatchObject({ waiting: [], out: [], title: '' });
  });

  test('of a host names who waits and who is not here', () => {
    const waiting = {
      seat: 's9',
      person: 'p9',
      name: 'Pat',
      first_visit: true,
      second_device: false,
      readiness: 'sound_only',
      ring_me: true,
      connected: true,
    };
    const out = { person: 'p8', name: 'Lou', standing: 'removed', reason: 'unsafe' };
    const view = readView({ ...raw(), waiting: [waiting], out: [out], title: 'Tuesday' });
    expect(view.waiting).toEqual([waiting]);
    expect(view.out).toEqual([out]);
  });

  test('may carry more than this page knows', () => {
    expect(() => readView({ ...raw(), later: true })).not.toThrow();
  });

  test.each([
    ['nothing', null],
    ['a list', []],
    ['no sequence number', { ...raw(), seq: '7' }],
    ['a negative sequence number', { ...raw(), seq: -1 }],
    ['an unknown phase', { ...raw(), phase: 'paused' }],
    ['no person', { ...raw(), you: undefined }],
    ['an unknown place', { ...raw(), you: { ...(raw()['you'] as object), place: 'roof' } }],
    ['a host with a number for a name', { ...raw(), hosts: [4] }],
    ['a start that is no time', { ...raw(), starts: 'soon' }],
    ['people that are no list', { ...raw(), people: {} }],
    ['somebody without a seat', { ...raw(), people: [{ person: 'p2' }] }],
    ['a lock that is a word', { ...raw(), locked: 'yes' }],
  ])('with %s is refused', (_, value) => {
    expect(() => readView(value)).toThrow(Malformed);
  });
});

describe('an answer', () => {
  test('is done, or says why not', () => {
    expect(readAnswer({ ok: true, seq: 3 })).toEqual({ ok: true });
    expect(readAnswer({ ok: false, error: 'locked' })).toEqual({ ok: false, error: 'locked', stands: false });
    expect(readAnswer({ ok: false, error: 'not_recorded', stands: true })).toMatchObject({ stands: true });
  });

  test.each([undefined, null, 'ok', { ok: 'true' }, {}])(
    'that cannot be read counts as refused: %j',
    (value) => {
      expect(readAnswer(value).ok).toBe(false);
    },
  );
});
