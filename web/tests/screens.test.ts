import { describe, expect, test } from 'vitest';
import { screen, wantsMedia, type Memory } from '../src/room/screens';
import { view } from './views';

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
    expect(wantsMedia(view(), FRESH)).toBe(true);
    expect(wantsMedia(view({ phase: 'unattended' }), FRESH)).toBe(true);
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
    expect(wantsMedia(now, memory)).toBe(false);
  });
});
