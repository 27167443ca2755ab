/** What the platform sends and takes on the event connection (signalling/meeting/PROTOCOL.md). */

export const PHASES = ['scheduled', 'unattended', 'open', 'ended'] as const;
export const ROLES = ['parent', 'facilitator'] as const;
export const PLACES = ['waiting', 'present', 'outside'] as const;
export const STANDINGS = ['welcome', 'declined', 'removed'] as const;
export const READINESS = ['ready', 'sound_only', 'needs_help', 'not_checked'] as const;
export const REASONS = ['broke_agreement', 'unsafe', 'not_expected', 'other'] as const;
export const FEATURES = ['sound', 'picture', 'chat', 'hands'] as const;
export const CHAT_MODES = ['off', 'hosts', 'everyone'] as const;
export const FLOOR_MODES = ['open', 'invitation', 'round'] as const;
export const MARKS = ['none', 'moment', 'check_on_me'] as const;
export const RETURN_WORDS = ['none', 'breather', 'talk_alone', 'sort_sound', 'safety'] as const;
export const REACTIONS = ['heart', 'thanks', 'with_you', 'tear'] as const;
export const HOST_KINDS = ['worker', 'lived_experience'] as const;
export const DEPARTURES = ['left', 'lost', 'exited'] as const;
export const PLANS = ['wait', 'text', 'ring', 'ring_contact'] as const;
export const STATES = ['not_here', 'waiting', 'present', 'out'] as const;

export type Phase = (typeof PHASES)[number];
export type Role = (typeof ROLES)[number];
export type Place = (typeof PLACES)[number];
export type Standing = (typeof STANDINGS)[number];
export type Readiness = (typeof READINESS)[number];
export type RemovalReason = (typeof REASONS)[number];
export type Feature = (typeof FEATURES)[number];
export type ChatMode = (typeof CHAT_MODES)[number];
export type FloorMode = (typeof FLOOR_MODES)[number];
export type Mark = (typeof MARKS)[number];
export type ReturnWord = (typeof RETURN_WORDS)[number];
export type Reaction = (typeof REACTIONS)[number];
export type HostKind = (typeof HOST_KINDS)[number];
export type Departure = (typeof DEPARTURES)[number];
export type Plan = (typeof PLANS)[number];
export type ExpectedState = (typeof STATES)[number];

/** The side room, for those asked into it or in it: with whom. */
export interface Aside {
  state: 'invited' | 'in';
  with: readonly string[];
}

export interface You {
  seat: string;
  person: string;
  name: string;
  role: Role;
  place: Place;
  standing: Standing;
  suspended: boolean;
  returned_with: ReturnWord;
  microphone_held: boolean;
  camera_held: boolean;
  mark: Mark;
  hand_up: boolean;
  has_word: boolean;
  may_share: boolean;
  aside: Aside | null;
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
  /** In the side room. */
  stepped_out: boolean;
  /** Place in the order of hands, from 1. */
  hand: number | null;
  /** Hosts only, otherwise none. */
  mark: Mark;
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
  mark: Mark;
  /** What a host would have to set aside on purpose to let them in. */
  late: boolean;
  full: boolean;
  kept_apart_from: readonly string[];
  similar_name: boolean;
}

export interface Out {
  person: string;
  name: string;
  standing: 'declined' | 'removed';
  suspended: boolean;
  reason: string | null;
}

export interface Expected {
  person: string;
  name: string;
  state: ExpectedState;
}

/** Somebody who is gone; their own choice what to do comes after two minutes, never after a quick exit. */
export interface Departed {
  person: string;
  name: string;
  how: Departure;
  since: Date;
  plan: Plan | null;
}

export interface Floor {
  mode: FloorMode;
  speaker: string | null;
  since: Date | null;
}

/** The side room as every host sees it; `host` and `witness` are seats. */
export interface SideRoom {
  state: 'invited' | 'in';
  person: string;
  host: string;
  witness: string | null;
}

export interface View {
  seq: number;
  phase: Phase;
  you: You;
  hosts: readonly string[];
  theme: string;
  /** What may be hard to hear; often nothing. */
  note: string;
  starts: Date;
  ends: Date;
  locked: boolean;
  /** From here to `closing_since`: of the room, so empty for whoever is not in it. */
  people: readonly Someone[];
  paused: readonly Feature[];
  floor: Floor;
  hands: readonly string[];
  chat: ChatMode;
  closing_since: Date | null;
  /** The rest: hosts only, otherwise empty. */
  waiting: readonly Waiting[];
  out: readonly Out[];
  expected: readonly Expected[];
  departed: readonly Departed[];
  attending: number;
  missing_kind: HostKind | null;
  side_room: SideRoom | null;
  /** How many follow-ups of the group are open. */
  tasks: number;
  title: string;
}

type Simple =
  | 'open'
  | 'admit_all'
  | 'mute_all'
  | 'lift_all'
  | 'lock'
  | 'unlock'
  | 'end'
  | 'leave'
  | 'pause'
  | 'hold_floor'
  | 'open_floor'
  | 'take_word'
  | 'start_round'
  | 'next_in_round'
  | 'lower_all_hands'
  | 'stop_screen'
  | 'join_aside'
  | 'end_aside'
  | 'start_closing'
  | 'raise_hand'
  | 'lower_own_hand'
  | 'pass_word'
  | 'accept_aside'
  | 'leave_aside';

type AboutPerson =
  | 'decline'
  | 'mute'
  | 'mute_all_but'
  | 'lift'
  | 'hold_camera'
  | 'lift_camera'
  | 'restore'
  | 'give_word'
  | 'lower_hand'
  | 'clear_mark'
  | 'allow_screen'
  | 'invite_aside'
  | 'reveal_location'
  | 'call_danger';

/** What one may ask for; the platform decides. */
export type Act =
  | { do: Simple }
  | { do: 'admit' | 'admit_anyway' | 'eject'; seat: string }
  | { do: AboutPerson; person: string }
  | { do: 'return_to_waiting'; person: string; word: ReturnWord }
  | { do: 'remove'; person: string; reason: RemovalReason; note?: string }
  /** `until` is a day, YYYY-MM-DD; null is until a talk. */
  | { do: 'suspend'; person: string; reason: RemovalReason; until: string | null; note?: string }
  | { do: 'resume_feature'; feature: Feature }
  | { do: 'set_chat'; mode: ChatMode }
  | { do: 'tell_hosts'; mark: Mark };

/** `location` is only in the answer to reveal_location: what they said, or null. */
export type Answer = { ok: true; location?: string | null } | { ok: false; error: string; stands: boolean };

/** To whom one writes. */
export type To = 'everyone' | 'hosts' | 'waiting' | { seat: string };

/** To whom a message is shown to be: oneself, an audience, or for hosts one device. */
export type Address = To | 'you';

/** Something written, passed on and never kept. Addresses in it may be opened only where `links` says so. */
export interface Said {
  id: string;
  from: { seat: string; name: string; role: Role };
  to: Address;
  text: string;
  at: Date;
  links: boolean;
}

export interface Reacted {
  seat: string;
  reaction: Reaction;
}

/** What is being spoken, as the host on this seat types it. */
export interface Captioned {
  seat: string;
  text: string;
}
