import { describe, expect, test } from 'vitest';
import { company, isEnding, mediaRoom, screen, stayUntil, type Memory } from '../src/room/screens';
import { someone, view } from './views';

const FRESH: Memory = { gone: null, left: false, wasPresent: false };

describe('the screen', () => {
  test.each([
    ['nothing known yet', null, FRESH, { name: 'connecting' }],
    ['waiting', view({ you: { place: 'waiting' } }), FRESH, { name: 'waiting', kind: 'normal' }],
    [
      'waiting at a locked door',
      view({ locked: true, you: { place: 'waiting' } }),
      FRESH,
      { name: 'waiting', kind: 'locked' },
    ],
    [
      'waiting while hosts are away',
      view({ phase: 'unattended', you: { place: 'waiting' } }),
      FRESH,
      { name: 'waiting', kind: 'unattended' },
    ],
    [
      'returned to the waiting room',
      view({ you: { place: 'waiting' } }),
      { ...FRESH, wasPresent: true },
      { name: 'waiting', kind: 'returned' },
    ],
    ['in the room', view(), FRESH, { name: 'room', hangOn: false }],
    ['in the room without a host', view({ phase: 'unattended' }), FRESH, { name: 'room', hangOn: true }],
    ['a host', view({ you: { role: 'facilitator' } }), FRESH, { name: 'desk' }],
    [
      'a host before opening',
      view({ phase: 'scheduled', you: { role: 'facilitator' } }),
      FRESH,
      { name: 'desk' },
    ],
    [
      'declined',
      view({ you: { place: 'outside', standing: 'declined' } }),
      FRESH,
      { name: 'final', why: 'declined' },
    ],
    [
      'removed',
      view({ you: { place: 'outside', standing: 'removed' } }),
      FRESH,
      { name: 'final', why: 'removed' },
    ],
    [
      'suspended',
      view({ you: { place: 'outside', standing: 'removed', suspended: true } }),
      FRESH,
      { name: 'final', why: 'suspended' },
    ],
    [
      'suspended from another session',
      null,
      { ...FRESH, gone: 'suspended' },
      { name: 'final', why: 'suspended' },
    ],
    [
      'returned with a word, on a page that was loaded since',
      view({ you: { place: 'waiting', returned_with: 'breather' } }),
      FRESH,
      { name: 'waiting', kind: 'returned' },
    ],
    ['ended', view({ phase: 'ended' }), FRESH, { name: 'final', why: 'ended' }],
    ['left', view({ you: { place: 'outside' } }), { ...FRESH, left: true }, { name: 'final', why: 'left' }],
    ['left before the answer came', view(), { ...FRESH, left: true }, { name: 'final', why: 'left' }],
    [
      'let in on another device',
      view({ you: { place: 'outside' } }),
      FRESH,
      { name: 'final', why: 'elsewhere' },
    ],
    ['seat ended', view(), { ...FRESH, gone: 'seat_ended' }, { name: 'final', why: 'seat_ended' }],
    [
      'closed for a reason unknown here',
      null,
      { ...FRESH, gone: 'eclipse' },
      { name: 'final', why: 'refused' },
    ],
  ])('for %s', (_, now, memory, expected) => {
    expect(screen(now, memory, false)).toEqual(expected);
  });

  test('before opening says whether the planned time is still to come', () => {
    const early = view({ phase: 'scheduled', you: { place: 'waiting' } });
    expect(screen(early, FRESH, true)).toEqual({ name: 'waiting', kind: 'early' });
    expect(screen(early, FRESH, false)).toEqual({ name: 'waiting', kind: 'late' });
  });
});

describe('media is connected', () => {
  test('in the room, frozen or not', () => {
    expect(mediaRoom(view(), FRESH)).toBe('main');
    expect(mediaRoom(view({ phase: 'unattended' }), FRESH)).toBe('main');
  });

  test('in the side room once one has gone along, not while one is only asked', () => {
    expect(mediaRoom(view({ you: { aside: { state: 'invited', with: ['Jo'] } } }), FRESH)).toBe('main');
    expect(mediaRoom(view({ you: { aside: { state: 'in', with: ['Jo'] } } }), FRESH)).toBe('aside');
  });

  test.each([
    ['before anything is known', null, FRESH],
    ['in the waiting room', view({ you: { place: 'waiting' } }), FRESH],
    ['before opening', view({ phase: 'scheduled' }), FRESH],
    ['after the end', view({ phase: 'ended' }), FRESH],
    ['outside', view({ you: { place: 'outside' } }), FRESH],
    ['for somebody removed', view({ you: { standing: 'removed' } }), FRESH],
    ['after Leave', view(), { ...FRESH, left: true }],
    ['once the seat has ended', view(), { ...FRESH, gone: 'seat_ended' }],
  ])('never %s', (_, now, memory) => {
    expect(mediaRoom(now, memory)).toBeNull();
  });
});

describe('company', () => {
  const people = [someone('me', { stepped_out: true }), someone('jo', { stepped_out: true }), someone('dee')];

  test('in the side room is who stepped out too', () => {
    const aside = view({ people, you: { aside: { state: 'in', with: ['Jo'] } } });
    expect(company(aside).map(({ seat }) => seat)).toEqual(['me', 'jo']);
  });

  test('in the group is everybody', () => {
    expect(company(view({ people }))).toHaveLength(3);
  });
});

describe('the end', () => {
  const ends = new Date('2026-03-03T20:30:00Z');

  test('is near ten minutes before, and no more once goodbyes have begun', () => {
    expect(isEnding(view({ ends }), new Date('2026-03-03T20:19:59Z'))).toBe(false);
    expect(isEnding(view({ ends }), new Date('2026-03-03T20:20:00Z'))).toBe(true);
    expect(isEnding(view({ ends, closing_since: ends }), ends)).toBe(false);
  });

  test('comes a quarter of an hour after the goodbyes', () => {
    expect(stayUntil(view())).toBeNull();
    expect(stayUntil(view({ closing_since: ends }))?.toISOString()).toBe('2026-03-03T20:45:00.000Z');
  });
});
