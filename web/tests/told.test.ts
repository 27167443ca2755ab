import { describe, expect, test } from 'vitest';
import { announcements, failure, held, lifted } from '../src/room/told';
import { desk, room } from '../src/words/en';
import { someone, view } from './views';

describe('a screen reader is told', () => {
  test('who joins and who leaves', () => {
    const before = view({ people: [someone('amira'), someone('dee')] });
    const now = view({ people: [someone('dee'), someone('kaz')] });
    expect(announcements(before, now)).toEqual(['KAZ joined.', 'AMIRA left.']);
  });

  test('who is muted by a host and who may speak again', () => {
    const before = view({ people: [someone('amira'), someone('dee', { microphone_held: true })] });
    const now = view({ people: [someone('amira', { microphone_held: true }), someone('dee')] });
    expect(announcements(before, now)).toEqual([room.announce.muted('AMIRA'), room.announce.lifted('DEE')]);
  });

  test('that the host was lost and is back', () => {
    const open = view();
    const frozen = view({ phase: 'unattended' });
    expect(announcements(open, frozen)).toEqual([room.hangOn]);
    expect(announcements(frozen, open)).toEqual([room.announce.hostBack]);
  });

  test('nothing about who was there before oneself', () => {
    const before = view({ you: { place: 'waiting' } });
    expect(announcements(before, view({ people: [someone('amira')] }))).toEqual([]);
    expect(announcements(null, view({ people: [someone('amira')] }))).toEqual([]);
  });

  test('nothing about oneself: that is said above the controls', () => {
    const before = view({ people: [someone('s1')] });
    expect(announcements(before, view({ people: [someone('s1', { microphone_held: true })] }))).toEqual([]);
  });
});

describe('above the controls', () => {
  test('stands what a host holds', () => {
    expect(held(view())).toBeNull();
    expect(held(view({ you: { microphone_held: true } }))).toBe(room.microphoneHeld);
    expect(held(view({ you: { camera_held: true } }))).toBe(room.cameraHeld);
    expect(held(view({ you: { microphone_held: true, camera_held: true } }))).toBe(room.bothHeld);
  });

  test('is said once that the mute was lifted', () => {
    expect(lifted(view({ you: { microphone_held: true } }), view())).toBe(room.microphoneLifted);
    expect(lifted(view(), view())).toBeNull();
  });

  test.each(['not_allowed', 'locked', 'unattended', 'target_is_host', 'lost'] as const)(
    '%s has its own sentence',
    (error) => {
      expect(failure(error, false)).toBe(desk.failed[error]);
    },
  );

  test('a restriction that stands is told apart from one that was not saved', () => {
    expect(failure('not_recorded', true)).not.toBe(failure('not_recorded', false));
  });

  test('an error unknown here still has a sentence', () => {
    expect(failure('toString', false)).toBe(desk.failed.other);
  });
});
