import { describe, expect, test } from 'vitest';
import { Malformed, readAnswer, readReacted, readSaid, readUnsaid, readView } from '../src/room/reading';
import { raw, waiting } from './views';

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
    const pat = waiting('s9', { first_visit: true, readiness: 'sound_only', kept_apart_from: ['Lou'] });
    const out = { person: 'p8', name: 'Lou', standing: 'removed', suspended: true, reason: 'unsafe' };
    const view = readView({ ...raw(), waiting: [pat], out: [out], title: 'Tuesday' });
    expect(view.waiting).toEqual([pat]);
    expect(view.out).toEqual([out]);
  });

  test('of the room says what is paused, who has the word and whose hand is up', () => {
    const view = readView({
      ...raw(),
      paused: ['sound', 'smell'],
      floor: { mode: 'round', speaker: 'p2', since: '2026-03-03T19:10:00+00:00' },
      hands: ['p3', 'p2'],
      closing_since: '2026-03-03T20:20:00+00:00',
    });
    expect(view.paused).toEqual(['sound']);
    expect(view.floor.since?.toISOString()).toBe('2026-03-03T19:10:00.000Z');
    expect(view.hands).toEqual(['p3', 'p2']);
    expect(view.closing_since?.getUTCHours()).toBe(20);
  });

  test('from the waiting room leaves all of that out', () => {
    const { paused, floor, hands, chat, closing_since, ...little } = raw();
    expect([paused, floor, hands, chat, closing_since]).toHaveLength(5);
    expect(readView(little)).toMatchObject({ paused: [], floor: { mode: 'open' }, chat: 'off' });
  });

  test('of a host counts follow-ups and says who is gone', () => {
    const gone = { person: 'p7', name: 'Kaz', how: 'lost', since: '2026-03-03T19:10:00+00:00', plan: 'ring' };
    const view = readView({ ...raw(), departed: [gone], tasks: [{ id: 't1' }, { id: 't2' }], attending: 2 });
    expect(view.departed[0]).toMatchObject({ how: 'lost', plan: 'ring' });
    expect(view).toMatchObject({ tasks: 2, attending: 2, missing_kind: null });
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
    ['a pause that is no list', { ...raw(), paused: 'sound' }],
    ['an unknown floor', { ...raw(), floor: { mode: 'shouting', speaker: null, since: null } }],
    ['a lock that is a word', { ...raw(), locked: 'yes' }],
  ])('with %s is refused', (_, value) => {
    expect(() => readView(value)).toThrow(Malformed);
  });
});

describe('an answer', () => {
  test('is done, or says why not', () => {
    expect(readAnswer({ ok: true, seq: 3 })).toEqual({ ok: true });
    expect(readAnswer({ ok: true, seq: 3, location: null })).toEqual({ ok: true, location: null });
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

describe('something said', () => {
  const said = {
    id: 'm1',
    from: { seat: 's2', name: 'Jo', role: 'facilitator' },
    to: 'you',
    text: 'Hello',
    at: '2026-03-03T19:10:00+00:00',
    links: true,
  };

  test('names who says it, to whom, and whether addresses may be opened', () => {
    expect(readSaid(said)).toMatchObject({ from: { name: 'Jo' }, to: 'you', links: true });
    expect(readSaid({ ...said, to: { seat: 's4' } }).to).toEqual({ seat: 's4' });
  });

  test.each([
    ['nobody', { ...said, from: null }],
    ['an unknown audience', { ...said, to: 'the world' }],
    ['nothing', null],
  ])('with %s is refused', (_, value) => {
    expect(() => readSaid(value)).toThrow(Malformed);
  });

  test('is taken back by its id, and a reaction is one of the few', () => {
    expect(readUnsaid({ id: 'all' })).toBe('all');
    expect(readReacted({ seat: 's1', reaction: 'heart' })).toEqual({ seat: 's1', reaction: 'heart' });
    expect(() => readReacted({ seat: 's1', reaction: 'thumb' })).toThrow(Malformed);
  });
});
