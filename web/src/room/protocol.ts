/** What the platform sends and takes on the event connection (signalling/meeting/PROTOCOL.md), checked as it comes in. */

export const PHASES = ['scheduled', 'unattended', 'open', 'ended'] as const;
export const ROLES = ['parent', 'facilitator'] as const;
export const PLACES = ['waiting', 'present', 'outside'] as const;
export const STANDINGS = ['welcome', 'declined', 'removed'] as const;
export const READINESS = ['ready', 'sound_only', 'needs_help', 'not_checked'] as const;
export const REASONS = ['broke_agreement', 'unsafe', 'not_expected', 'other'] as const;

export type Phase = (typeof PHASES)[number];
export type Role = (typeof ROLES)[number];
export type Place = (typeof PLACES)[number];
export type Standing = (typeof STANDINGS)[number];
export type Readiness = (typeof READINESS)[number];
export type RemovalReason = (typeof REASONS)[number];

export interface You {
  seat: string;
  person: string;
  name: string;
  role: Role;
  place: Place;
  standing: Standing;
  microphone_held: boolean;
  camera_held: boolean;
}

/** Somebody present; `connected` is whether their event connection is there. */
export interface Someone {
  seat: string;
  person: string;
  name: string;
  role: Role;
  microphone_held: boolean;
  camera_held: boolean;
  connected: boolean;
}

export interface Waiting {
  seat: string;
  person: string;
  name: string;
  first_visit: boolean;
  second_device: boolean;
  readiness: Readiness;
  ring_me: boolean;
  connected: boolean;
}

export interface Out {
  person: string;
  name: string;
  standing: 'declined' | 'removed';
  reason: string | null;
}

export interface View {
  seq: number;
  phase: Phase;
  you: You;
  hosts: readonly string[];
  theme: string;
  starts: Date;
  ends: Date;
  locked: boolean;
  people: readonly Someone[];
  /** The last three: hosts only, otherwise empty. */
  waiting: readonly Waiting[];
  out: readonly Out[];
  title: string;
}

type Simple = 'open' | 'admit_all' | 'mute_all' | 'lift_all' | 'lock' | 'unlock' | 'end' | 'leave';
type AboutPerson =
  'decline' | 'mute' | 'lift' | 'hold_camera' | 'lift_camera' | 'return_to_waiting' | 'restore';

/** What one may ask for; the platform decides. */
export type Act =
  | { do: Simple }
  | { do: 'admit'; seat: string }
  | { do: AboutPerson; person: string }
  | { do: 'remove'; person: string; reason: RemovalReason };

export type Answer = { ok: true } | { ok: false; error: string; stands: boolean };

export class Malformed extends Error {
  override name = 'Malformed';
}

type Fields = Record<string, unknown>;

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

function one<T extends string>(from: Fields, name: string, of: readonly T[]): T {
  const value = from[name];
  const known = of.find((each) => each === value);
  if (known === undefined) throw new Malformed(`${name} is none of ${of.join(', ')}`);
  return known;
}

function list<T>(value: unknown, name: string, read: (each: Fields) => T): T[] {
  if (!Array.isArray(value)) throw new Malformed(`${name} is no list`);
  return value.map((each) => read(fields(each, name)));
}

function time(from: Fields, name: string): Date {
  const value = new Date(text(from, name));
  if (Number.isNaN(value.getTime())) throw new Malformed(`${name} is no time`);
  return value;
}

function someone(from: Fields): Someone {
  return {
    seat: text(from, 'seat'),
    person: text(from, 'person'),
    name: text(from, 'name'),
    role: one(from, 'role', ROLES),
    microphone_held: yes(from, 'microphone_held'),
    camera_held: yes(from, 'camera_held'),
    connected: yes(from, 'connected'),
  };
}

function you(from: Fields): You {
  return {
    seat: text(from, 'seat'),
    person: text(from, 'person'),
    name: text(from, 'name'),
    role: one(from, 'role', ROLES),
    place: one(from, 'place', PLACES),
    standing: one(from, 'standing', STANDINGS),
    microphone_held: yes(from, 'microphone_held'),
    camera_held: yes(from, 'camera_held'),
  };
}

function waiting(from: Fields): Waiting {
  return {
    seat: text(from, 'seat'),
    person: text(from, 'person'),
    name: text(from, 'name'),
    first_visit: yes(from, 'first_visit'),
    second_device: yes(from, 'second_device'),
    readiness: one(from, 'readiness', READINESS),
    ring_me: yes(from, 'ring_me'),
    connected: yes(from, 'connected'),
  };
}

function out(from: Fields): Out {
  const reason = from['reason'];
  return {
    person: text(from, 'person'),
    name: text(from, 'name'),
    standing: one(from, 'standing', ['declined', 'removed'] as const),
    reason: typeof reason === 'string' ? reason : null,
  };
}

/** Reads a `view`. Throws Malformed; fields this page does not know are left alone. */
export function readView(value: unknown): View {
  const from = fields(value, 'view');
  const seq = from['seq'];
  if (typeof seq !== 'number' || !Number.isInteger(seq) || seq < 0)
    throw new Malformed('seq is no sequence number');
  const hosts = from['hosts'];
  if (!Array.isArray(hosts) || !hosts.every((each) => typeof each === 'string'))
    throw new Malformed('hosts are no names');
  return {
    seq,
    phase: one(from, 'phase', PHASES),
    you: you(fields(from['you'], 'you')),
    hosts,
    theme: text(from, 'theme'),
    starts: time(from, 'starts'),
    ends: time(from, 'ends'),
    locked: yes(from, 'locked'),
    people: list(from['people'], 'people', someone),
    waiting: from['waiting'] === undefined ? [] : list(from['waiting'], 'waiting', waiting),
    out: from['out'] === undefined ? [] : list(from['out'], 'out', out),
    title: from['title'] === undefined ? '' : text(from, 'title'),
  };
}

/** Reads the answer to an act; one that cannot be read counts as refused. */
export function readAnswer(value: unknown): Answer {
  if (typeof value === 'object' && value !== null) {
    const from = value as Fields;
    if (from['ok'] === true) return { ok: true };
    if (typeof from['error'] === 'string')
      return { ok: false, error: from['error'], stands: from['stands'] === true };
  }
  return { ok: false, error: 'other', stands: false };
}
