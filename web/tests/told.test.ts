import { describe, expect, test } from 'vitest';
import { announcements, happened, knocks } from '../src/room/told';
import { aside, desk, failed, failure, floor, pause, room } from '../src/words/en';
import { someone, view, waiting } from './views';

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

  test('but not the host who is back', () => {
    const you = { role: 'facilitator' as const };
    expect(announcements(view({ phase: 'unattended', you }), view({ you }))).toEqual([]);
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

describe('a screen reader hears what touches everybody', () => {
  test('pausing, and each thing that comes back', () => {
    const all = view({ paused: ['sound', 'picture', 'chat', 'hands'] });
    expect(announcements(view(), all)).toEqual([pause.told]);
    expect(announcements(all, view({ paused: ['picture', 'chat', 'hands'] }))).toEqual([pause.resumed.sound]);
  });

  test('whose turn it is, but not one’s own', () => {
    const people = [someone('amira')];
    const given = (speaker: string) => view({ people, floor: { mode: 'round', speaker, since: new Date() } });
    expect(announcements(view({ people }), given('person of amira'))).toEqual(['It is AMIRA’s turn.']);
    expect(announcements(view({ people }), given('p1'))).toEqual([]);
  });

  test('who stepped out and is back', () => {
    const [here, out] = [
      view({ people: [someone('dee')] }),
      view({ people: [someone('dee', { stepped_out: true })] }),
    ];
    expect(announcements(here, out)).toEqual(['DEE stepped out.']);
    expect(announcements(out, here)).toEqual(['DEE is back.']);
  });
});

describe('a host’s screen reader', () => {
  const host = { role: 'facilitator' } as const;

  test('hears hands and marks', () => {
    const before = view({ you: host, people: [someone('dee')] });
    const now = view({ you: host, people: [someone('dee', { hand: 1, mark: 'moment' })] });
    expect(announcements(before, now)).toEqual([
      room.announce.handUp('DEE'),
      desk.markAnnounced.moment('DEE'),
    ]);
  });

  test('hears a quick exit as such, once', () => {
    const before = view({ you: host, people: [someone('dee')] });
    const departed = [
      { person: 'person of dee', name: 'DEE', how: 'exited', since: new Date(), plan: null } as const,
    ];
    expect(announcements(before, view({ you: host, departed }))).toEqual(['DEE left quickly.']);
  });

  test('hears somebody who waits ask for help', () => {
    const before = view({ you: host, waiting: [waiting('pat')] });
    const now = view({ you: host, waiting: [waiting('pat', { mark: 'check_on_me' })] });
    expect(announcements(before, now)).toEqual([desk.markAnnounced.check_on_me('PAT')]);
  });
});

describe('a knock', () => {
  test('is somebody new at the door, not whoever waited before', () => {
    const before = view({ waiting: [waiting('pat')] });
    expect(knocks(before, view({ waiting: [waiting('pat', { connected: false })] }))).toBe(false);
    expect(knocks(before, view({ waiting: [waiting('pat'), waiting('sam')] }))).toBe(true);
    expect(knocks(null, before)).toBe(false);
  });
});

describe('above the controls', () => {
  test('is said once that the mute was lifted', () => {
    expect(happened(view({ you: { microphone_held: true } }), view())).toBe(room.microphoneLifted);
    expect(happened(view(), view())).toBeNull();
  });

  test('is said that one is back with the group, and that the turn is over', () => {
    const alone = view({ you: { aside: { state: 'in', with: ['Jo'] } } });
    expect(happened(alone, view())).toBe(aside.returned);
    const round = { mode: 'round', speaker: null, since: null } as const;
    const turn = view({ floor: round, you: { has_word: true } });
    expect(happened(turn, view({ floor: round }))).toBe(floor.over);
  });

  test.each([
    'not_allowed',
    'locked',
    'kept_apart',
    'would_be_unattended',
    'paused',
    'unattended',
    'target_is_host',
    'lost',
  ] as const)('%s has its own sentence', (error) => {
    expect(failure(error, false)).toBe(failed[error]);
  });

  test('a restriction that stands is told apart from one that was not saved', () => {
    expect(failure('not_recorded', true)).not.toBe(failure('not_recorded', false));
  });

  test('an error unknown here still has a sentence', () => {
    expect(failure('toString', false)).toBe(failed.other);
  });
});
