import { describe, expect, test } from 'vitest';
import { DOOR, isLastHost, needs, notHere, speaksAgainst, stays, tomorrow } from '../src/room/desk-facts';
import { mayKnock } from '../src/room/knock';
import { putOut } from '../src/room/Ladder';
import { NOTHING } from '../src/room/sent';
import { ladder, ordinal } from '../src/words/en';
import { someone, view, waiting } from './views';

const HOST = { role: 'facilitator', person: 'p1' } as const;
const jo = someone('jo', { person: 'p1', role: 'facilitator' });
const ray = someone('ray', { role: 'facilitator' });

describe('a host is warned before leaving', () => {
  test('alone with parents', () => {
    expect(isLastHost(view({ you: HOST, people: [jo, someone('dee')], attending: 1 }))).toBe(true);
  });

  test('also where the other host is in the side room or has lost connection', () => {
    const people = [jo, { ...ray, stepped_out: true }, someone('dee')];
    expect(isLastHost(view({ you: HOST, people, attending: 1 }))).toBe(true);
    const lost = [jo, { ...ray, connected: false }, someone('dee')];
    expect(isLastHost(view({ you: HOST, people: lost, attending: 1 }))).toBe(true);
  });

  test('but not beside another host, nor in an empty room', () => {
    expect(isLastHost(view({ you: HOST, people: [jo, ray, someone('dee')], attending: 2 }))).toBe(false);
    expect(isLastHost(view({ you: HOST, people: [jo], attending: 1 }))).toBe(false);
  });

  test('and is never told that another host stays who is not there', () => {
    expect(stays(view({ you: HOST, people: [jo], attending: 1 }))).toBe(false);
    expect(stays(view({ you: HOST, people: [jo, ray], attending: 1 }))).toBe(false);
    expect(stays(view({ you: HOST, people: [jo, ray], attending: 2 }))).toBe(true);
    expect(stays(view({ you: HOST, people: [jo, ray], attending: 0, phase: 'scheduled' }))).toBe(true);
  });
});

describe('the door', () => {
  test.each([{ late: true }, { full: true }, { kept_apart_from: ['Lou'] }])('asks twice for %j', (why) => {
    expect(speaksAgainst(waiting('pat', why))).toBe(true);
  });

  test('asks once for anybody else, known name or new', () => {
    expect(speaksAgainst(waiting('pat', { first_visit: true, similar_name: true }))).toBe(false);
  });

  test('lists those who are still expected, not those who were here and are gone', () => {
    const expected = [
      { person: 'a', name: 'Ana', state: 'not_here' },
      { person: 'b', name: 'Bea', state: 'present' },
      { person: 'c', name: 'Cat', state: 'not_here' },
    ] as const;
    const departed = [{ person: 'c', name: 'Cat', how: 'left', since: new Date(), plan: null }] as const;
    expect(notHere(view({ expected, departed }))).toEqual(['Ana']);
  });

  test('knocks seldom, however many come', () => {
    expect(mayKnock(null, 0)).toBe(true);
    expect(mayKnock(0, 9_999)).toBe(false);
    expect(mayKnock(0, 10_000)).toBe(true);
  });
});

describe('at a glance a host sees', () => {
  const nobody = new Map();
  const kinds = (of: ReturnType<typeof needs>) => of.map(({ kind, row }) => `${kind} ${row}`);

  test('nothing, where nobody needs anything', () => {
    expect(needs(view({ you: HOST, people: [jo, someone('dee')] }), nobody)).toEqual([]);
  });

  test('who asked for help before who waits, who waits before hands, hands in their order', () => {
    const people = [
      jo,
      someone('kaz', { hand: 2 }),
      someone('lou', { hand: 1 }),
      someone('dee', { mark: 'moment' }),
    ];
    const found = needs(view({ you: HOST, people, waiting: [waiting('sam'), waiting('pat')] }), nobody);
    expect(kinds(found)).toEqual(['moment dee', `waiting ${DOOR}`, 'hand lou', 'hand kaz']);
    expect(found.find(({ kind }) => kind === 'waiting')?.count).toBe(2);
    expect(found.every(({ pressing }) => pressing)).toBe(true);
  });

  test('who is lost or left quickly, but not who said goodbye', () => {
    const gone = (person: string, how: 'left' | 'lost' | 'exited') =>
      ({ person, name: person, how, since: new Date(), plan: null }) as const;
    const departed = [gone('a', 'left'), gone('b', 'lost'), gone('c', 'exited')];
    expect(kinds(needs(view({ you: HOST, people: [jo], departed }), nobody))).toEqual(['lost b', 'gone c']);
  });

  test('a poor line and a mute, which press nobody', () => {
    const people = [jo, someone('kaz', { microphone_held: true }), someone('lou')];
    const found = needs(view({ you: HOST, people }), new Map([['lou', { ...NOTHING, poor: true }]]));
    expect(kinds(found)).toEqual(['held kaz', 'poor lou']);
    expect(found.some(({ pressing }) => pressing)).toBe(false);
  });
});

describe('putting somebody out', () => {
  const now = new Date(2026, 2, 31, 20, 0);
  const chosen = { reason: 'unsafe', note: '  ', until: null } as const;

  test('takes a reason, and a note only where there is one', () => {
    expect(putOut('remove', 'p4', { ...chosen, reason: null }, now)).toBe(ladder.whyMissing);
    expect(putOut('remove', 'p4', chosen, now)).toEqual({ do: 'remove', person: 'p4', reason: 'unsafe' });
    expect(putOut('remove', 'p4', { ...chosen, note: ' seen ' }, now)).toMatchObject({ note: 'seen' });
  });

  test('for longer is until a talk, or a day to come', () => {
    expect(putOut('suspend', 'p4', chosen, now)).toMatchObject({ do: 'suspend', until: null });
    expect(putOut('suspend', 'p4', { ...chosen, until: '' }, now)).toBe(ladder.dayMissing);
    expect(putOut('suspend', 'p4', { ...chosen, until: '2026-03-31' }, now)).toBe(ladder.dayMissing);
    expect(putOut('suspend', 'p4', { ...chosen, until: '2026-04-01' }, now)).toMatchObject({
      until: '2026-04-01',
    });
    expect(tomorrow(now)).toBe('2026-04-01');
  });
});

test.each([
  [1, '1st'],
  [2, '2nd'],
  [3, '3rd'],
  [4, '4th'],
  [11, '11th'],
  [12, '12th'],
  [22, '22nd'],
])('hand %i is the %s', (place, said) => {
  expect(ordinal(place)).toBe(said);
});
