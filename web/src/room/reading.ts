/** Checks what comes in on the event connection. Everything here is Malformed or as `protocol` says. */

import {
  CHAT_MODES,
  DEPARTURES,
  FEATURES,
  FLOOR_MODES,
  HOST_KINDS,
  MARKS,
  PHASES,
  PLACES,
  PLANS,
  REACTIONS,
  READINESS,
  RETURN_WORDS,
  ROLES,
  STANDINGS,
  STATES,
  type Address,
  type Answer,
  type Aside,
  type Captioned,
  type Departed,
  type Expected,
  type Floor,
  type Out,
  type Reacted,
  type Said,
  type SideRoom,
  type Someone,
  type View,
  type Waiting,
  type You,
} from './protocol';

export class Malformed extends Error {
  override name = 'Malformed';
}

type Fields = Record<string, unknown>;
type Read<T> = (from: Fields, name: string) => T;

function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Malformed(`${what} is no object`);
  return value as Fields;
}

function text(from: Fields, name: string): string {
  const value = from[name];
  if (typeof value !== 'string') throw new Malformed(`${name} is no text`);
  return value;
}

function yes(from: Fields, name: string): boolean {
  const value = from[name];
  if (typeof value !== 'boolean') throw new Malformed(`${name} is neither true nor false`);
  return value;
}

function count(from: Fields, name: string): number {
  const value = from[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw new Malformed(`${name} is no whole number`);
  return value;
}

function time(from: Fields, name: string): Date {
  const value = new Date(text(from, name));
  if (Number.isNaN(value.getTime())) throw new Malformed(`${name} is no time`);
  return value;
}

function known<T extends string>(of: readonly T[]): Read<T> {
  return (from, name) => {
    const found = of.find((each) => each === from[name]);
    if (found === undefined) throw new Malformed(`${name} is none of ${of.join(', ')}`);
    return found;
  };
}

function orNull<T>(read: Read<T>): Read<T | null> {
  return (from, name) => (from[name] === null || from[name] === undefined ? null : read(from, name));
}

/** What only some are sent, by role or place. */
function orElse<T>(from: Fields, name: string, read: Read<T>, otherwise: T): T {
  return from[name] === undefined ? otherwise : read(from, name);
}

function list<T>(read: (each: Fields) => T): Read<readonly T[]> {
  return (from, name) => {
    const value = from[name];
    if (!Array.isArray(value)) throw new Malformed(`${name} is no list`);
    return value.map((each) => read(fields(each, name)));
  };
}

function texts(from: Fields, name: string): readonly string[] {
  const value = from[name];
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
    throw new Malformed(`${name} is no list of texts`);
  return value;
}

/** Those that this page knows: a later platform may have more. */
function knownAmong<T extends string>(of: readonly T[]): Read<readonly T[]> {
  return (from, name) => {
    const given = texts(from, name);
    return of.filter((each) => given.includes(each));
  };
}

const role = known(ROLES);
const mark = known(MARKS);
const state = known(['invited', 'in'] as const);

function someone(from: Fields): Someone {
  return {
    seat: text(from, 'seat'),
    person: text(from, 'person'),
    name: text(from, 'name'),
    role: role(from, 'role'),
    microphone_held: yes(from, 'microphone_held'),
    camera_held: yes(from, 'camera_held'),
    connected: yes(from, 'connected'),
    stepped_out: yes(from, 'stepped_out'),
    hand: orNull(count)(from, 'hand'),
    mark: orElse(from, 'mark', mark, 'none'),
  };
}

function aside(from: Fields, name: string): Aside {
  const value = fields(from[name], name);
  return { state: state(value, 'state'), with: texts(value, 'with') };
}

function you(from: Fields): You {
  return {
    seat: text(from, 'seat'),
    person: text(from, 'person'),
    name: text(from, 'name'),
    role: role(from, 'role'),
    place: known(PLACES)(from, 'place'),
    standing: known(STANDINGS)(from, 'standing'),
    suspended: yes(from, 'suspended'),
    returned_with: known(RETURN_WORDS)(from, 'returned_with'),
    microphone_held: yes(from, 'microphone_held'),
    camera_held: yes(from, 'camera_held'),
    mark: mark(from, 'mark'),
    hand_up: yes(from, 'hand_up'),
    has_word: yes(from, 'has_word'),
    may_share: yes(from, 'may_share'),
    aside: orNull(aside)(from, 'aside'),
  };
}

function waiting(from: Fields): Waiting {
  return {
    seat: text(from, 'seat'),
    person: text(from, 'person'),
    name: text(from, 'name'),
    first_visit: yes(from, 'first_visit'),
    second_device: yes(from, 'second_device'),
    readiness: known(READINESS)(from, 'readiness'),
    ring_me: yes(from, 'ring_me'),
    connected: yes(from, 'connected'),
    mark: mark(from, 'mark'),
    late: yes(from, 'late'),
    full: yes(from, 'full'),
    kept_apart_from: texts(from, 'kept_apart_from'),
    similar_name: yes(from, 'similar_name'),
  };
}

function out(from: Fields): Out {
  return {
    person: text(from, 'person'),
    name: text(from, 'name'),
    standing: known(['declined', 'removed'] as const)(from, 'standing'),
    suspended: yes(from, 'suspended'),
    reason: orNull(text)(from, 'reason'),
  };
}

function expected(from: Fields): Expected {
  return {
    person: text(from, 'person'),
    name: text(from, 'name'),
    state: known(STATES)(from, 'state'),
  };
}

function departed(from: Fields): Departed {
  return {
    person: text(from, 'person'),
    name: text(from, 'name'),
    how: known(DEPARTURES)(from, 'how'),
    since: time(from, 'since'),
    plan: orNull(known(PLANS))(from, 'plan'),
  };
}

function floor(from: Fields, name: string): Floor {
  const value = fields(from[name], name);
  return {
    mode: known(FLOOR_MODES)(value, 'mode'),
    speaker: orNull(text)(value, 'speaker'),
    since: orNull(time)(value, 'since'),
  };
}

function sideRoom(from: Fields, name: string): SideRoom {
  const value = fields(from[name], name);
  return {
    state: state(value, 'state'),
    person: text(value, 'person'),
    host: text(value, 'host'),
    witness: orNull(text)(value, 'witness'),
  };
}

const OPEN_FLOOR: Floor = { mode: 'open', speaker: null, since: null };

/** Reads a `view`. Throws Malformed; fields this page does not know are left alone. */
export function readView(value: unknown): View {
  const from = fields(value, 'view');
  return {
    seq: count(from, 'seq'),
    phase: known(PHASES)(from, 'phase'),
    you: you(fields(from['you'], 'you')),
    hosts: texts(from, 'hosts'),
    theme: text(from, 'theme'),
    note: orElse(from, 'note', text, ''),
    starts: time(from, 'starts'),
    ends: time(from, 'ends'),
    locked: yes(from, 'locked'),
    people: list(someone)(from, 'people'),
    paused: orElse(from, 'paused', knownAmong(FEATURES), []),
    floor: orElse(from, 'floor', floor, OPEN_FLOOR),
    hands: orElse(from, 'hands', texts, []),
    chat: orElse(from, 'chat', known(CHAT_MODES), 'off'),
    closing_since: orElse(from, 'closing_since', orNull(time), null),
    waiting: orElse(from, 'waiting', list(waiting), []),
    out: orElse(from, 'out', list(out), []),
    expected: orElse(from, 'expected', list(expected), []),
    departed: orElse(from, 'departed', list(departed), []),
    attending: orElse(from, 'attending', count, 0),
    missing_kind: orElse(from, 'missing_kind', orNull(known(HOST_KINDS)), null),
    side_room: orElse(from, 'side_room', orNull(sideRoom), null),
    tasks: orElse(
      from,
      'tasks',
      list((each) => each),
      [],
    ).length,
    title: orElse(from, 'title', text, ''),
  };
}

/** Reads the answer to an act; one that cannot be read counts as refused. */
export function readAnswer(value: unknown): Answer {
  if (typeof value === 'object' && value !== null) {
    const from = value as Fields;
    const place = from['location'];
    if (from['ok'] === true)
      return typeof place === 'string' || place === null ? { ok: true, location: place } : { ok: true };
    if (typeof from['error'] === 'string')
      return { ok: false, error: from['error'], stands: from['stands'] === true };
  }
  return { ok: false, error: 'other', stands: false };
}

function address(from: Fields, name: string): Address {
  const value = from[name];
  if (typeof value === 'object') return { seat: text(fields(value, name), 'seat') };
  return known(['you', 'everyone', 'hosts', 'waiting'] as const)(from, name);
}

/** Reads a `said`. */
export function readSaid(value: unknown): Said {
  const from = fields(value, 'said');
  const speaker = fields(from['from'], 'from');
  return {
    id: text(from, 'id'),
    from: { seat: text(speaker, 'seat'), name: text(speaker, 'name'), role: role(speaker, 'role') },
    to: address(from, 'to'),
    text: text(from, 'text'),
    at: time(from, 'at'),
    links: yes(from, 'links'),
  };
}

/** Reads an `unsaid`: a message's id, or "all". */
export function readUnsaid(value: unknown): string {
  return text(fields(value, 'unsaid'), 'id');
}

/** Reads a `reacted`. */
export function readReacted(value: unknown): Reacted {
  const from = fields(value, 'reacted');
  return { seat: text(from, 'seat'), reaction: known(REACTIONS)(from, 'reaction') };
}

/** Reads a `captioned`. */
export function readCaptioned(value: unknown): Captioned {
  const from = fields(value, 'captioned');
  return { seat: text(from, 'seat'), text: text(from, 'text') };
}
