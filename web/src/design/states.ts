/**
 * The live client in every state, without a session: for whoever works on it. The server serves the page it is for in
 * the demo alone, and no other page fetches this file.
 */

import type { Someone, View, You } from '../room/protocol';
import type { Memory } from '../room/screens';
import { NOTHING } from '../room/sent';
import type { Session } from '../room/session';
import { atTheDoor, inTheRoom, named, SAM } from './sample';

const NAMES = ['Pat', 'Kim', 'Alexandra-Josephine', 'Lou', 'Ray', 'Dee', 'Max', 'Noor'];
const MINUTE = 60_000;
const NOW = Date.now();

const JO: You = { ...SAM, seat: 'jo', person: 'jo', name: 'Jo', role: 'facilitator' };

const someone = (name: string, changes: Partial<Someone> = {}) => inTheRoom(named(name), changes);

function company(count: number): readonly Someone[] {
  return [
    someone('Jo', { role: 'facilitator' }),
    someone('Sam'),
    ...NAMES.slice(0, Math.max(0, count - 2)).map((name) => someone(name)),
  ];
}

const ROOM: View = {
  seq: 1,
  phase: 'open',
  you: SAM,
  hosts: ['Jo'],
  theme: 'Talking with school',
  note: '',
  starts: new Date(NOW - 20 * MINUTE),
  ends: new Date(NOW + 70 * MINUTE),
  locked: false,
  people: company(4),
  paused: [],
  floor: { mode: 'open', speaker: null, since: null },
  hands: [],
  chat: 'everyone',
  closing_since: null,
  waiting: [],
  out: [],
  expected: [],
  departed: [],
  attending: 1,
  missing_kind: null,
  side_room: null,
  tasks: 0,
  title: 'Tuesday group',
};
const SPOKEN = 'I rang the school on Monday. They said nobody had told them, and that they would ring back.';
const QUEUE: View = { ...ROOM, you: { ...SAM, place: 'waiting' }, people: [] };
const DESK: View = { ...ROOM, you: JO };

const parent = (changes: Partial<You>): View => ({ ...ROOM, you: { ...SAM, ...changes } });
const waits = (changes: Partial<You>): View => ({ ...QUEUE, you: { ...QUEUE.you, ...changes } });

/** What one state takes beside the view. */
interface Pose {
  view: View | null;
  memory?: Partial<Memory>;
  and?: (session: Session) => void;
}

const gone = (why: string): Pose => ({ view: QUEUE, memory: { gone: why } });

const POSES: Readonly<Record<string, Pose>> = {
  connecting: { view: null },
  connecting_lost: {
    view: null,
    and: (session) => {
      session.link.value = 'lost';
    },
  },
  waiting_early: { view: { ...QUEUE, phase: 'scheduled', starts: new Date(NOW + 10 * MINUTE) } },
  waiting_late: { view: { ...QUEUE, phase: 'scheduled' } },
  waiting: { view: QUEUE },
  waiting_note: { view: { ...QUEUE, note: 'We will talk about court.' } },
  waiting_locked: { view: { ...QUEUE, locked: true } },
  waiting_unattended: { view: { ...QUEUE, phase: 'unattended' } },
  waiting_returned: { view: waits({ returned_with: 'breather' }) },
  waiting_marked: { view: waits({ mark: 'moment' }) },
  waiting_lost: {
    view: QUEUE,
    and: (session) => {
      session.link.value = 'lost';
    },
  },
  final_declined: { view: waits({ standing: 'declined' }) },
  final_removed: { view: waits({ standing: 'removed' }) },
  final_suspended: { view: waits({ standing: 'removed', suspended: true }) },
  final_ended: { view: { ...QUEUE, phase: 'ended' } },
  final_left: { view: QUEUE, memory: { left: true } },
  final_elsewhere: { view: waits({ place: 'outside' }) },
  final_replaced: gone('replaced'),
  final_seat_ended: gone('seat_ended'),
  final_not_your_session: gone('not_your_session'),
  final_refused: gone('something else'),
  room_two: { view: { ...ROOM, people: company(2) } },
  room_four: { view: ROOM },
  room_nine: { view: { ...ROOM, people: company(9) } },
  room_speaker: {
    view: ROOM,
    and: (session) => {
      session.layout.value = 'speaker';
    },
  },
  room_captions: {
    view: ROOM,
    and: (session) => {
      session.captions.take({ seat: 'jo', text: SPOKEN });
    },
  },
  room_captions_hidden: {
    view: ROOM,
    and: (session) => {
      session.captions.take({ seat: 'jo', text: SPOKEN });
      session.captions.hidden.value = true;
    },
  },
  room_hang_on: { view: { ...ROOM, phase: 'unattended' } },
  room_muted_by_host: { view: parent({ microphone_held: true }) },
  room_camera_held: { view: parent({ camera_held: true }) },
  room_paused: { view: { ...ROOM, paused: ['sound', 'picture', 'chat', 'hands'] } },
  room_hand_up: { view: { ...parent({ hand_up: true }), hands: ['sam'] } },
  room_has_word: {
    view: { ...parent({ has_word: true }), floor: { mode: 'round', speaker: 'sam', since: new Date(NOW) } },
  },
  room_marked: { view: parent({ mark: 'check_on_me' }) },
  room_may_share: { view: parent({ may_share: true }) },
  room_asked_aside: { view: parent({ aside: { state: 'invited', with: ['Jo'] } }) },
  room_goodbyes: { view: { ...ROOM, closing_since: new Date(NOW) } },
  room_sound_only: {
    view: ROOM,
    and: (session) => {
      session.media.soundOnly.value = 'poor';
    },
  },
  room_sound_only_screen: {
    view: ROOM,
    and: (session) => {
      session.media.soundOnly.value = 'chosen';
      session.media.seats.value = new Map([['jo', { ...NOTHING, shares: true }]]);
    },
  },
  room_no_sound_yet: {
    view: ROOM,
    and: (session) => {
      session.media.blocked.value = true;
    },
  },
  room_no_microphone: {
    view: ROOM,
    and: (session) => {
      session.media.trouble.value = { device: 'microphone', why: 'missing' };
    },
  },
  room_media_lost: {
    view: ROOM,
    and: (session) => {
      session.media.state.value = 'lost';
    },
  },
  desk_before: { view: { ...DESK, phase: 'scheduled', people: company(1) } },
  desk_alone: { view: { ...DESK, people: company(1) } },
  desk: { view: DESK },
  desk_busy: {
    view: {
      ...DESK,
      people: [
        ...company(5),
        someone('Dee', { hand: 1 }),
        someone('Max', { microphone_held: true, mark: 'moment' }),
        someone('Noor', { connected: false }),
      ],
      hands: ['dee'],
      locked: true,
      tasks: 2,
      missing_kind: 'lived_experience',
      waiting: [
        atTheDoor(named('Bel'), { first_visit: true, ring_me: true, readiness: 'needs_help' }),
        atTheDoor(named('Cam'), { late: true, full: true, kept_apart_from: ['Pat'], similar_name: true }),
        atTheDoor(named('Ash'), { second_device: true, connected: false, mark: 'check_on_me' }),
      ],
      out: [{ person: 'vic', name: 'Vic', standing: 'removed', suspended: true, reason: 'unsafe' }],
      expected: [{ person: 'tam', name: 'Tam', state: 'not_here' }],
      departed: [
        { person: 'lee', name: 'Lee', how: 'lost', since: new Date(NOW - 3 * MINUTE), plan: 'ring' },
      ],
    },
  },
  desk_captions: {
    view: DESK,
    and: (session) => {
      session.captions.take({ seat: 'jo', text: SPOKEN });
      session.captions.typing.value = true;
    },
  },
  desk_paused: { view: { ...DESK, paused: ['sound', 'picture', 'chat', 'hands'] } },
  desk_goodbyes: { view: { ...DESK, closing_since: new Date(NOW) } },
};

/** Takes the place of the platform: shows the state that the address names after its #, and offers the others. */
export function pose(session: Session): void {
  // Nothing may come from outside, and no call is begun.
  (session as unknown as { connection: { close: () => void } }).connection.close();
  session.media.enter = () => undefined;
  const pick = document.createElement('select');
  pick.setAttribute('aria-label', 'state');
  for (const name of Object.keys(POSES)) pick.add(new Option(name, name));
  pick.addEventListener('change', () => {
    location.hash = pick.value;
    location.reload();
  });
  document.getElementById('bar')?.append(pick);
  const name = location.hash.slice(1);
  pick.value = name in POSES ? name : 'waiting';
  const chosen = POSES[pick.value];
  if (chosen === undefined) return;
  session.link.value = 'online';
  session.memory.value = { gone: null, left: false, wasPresent: false, ...chosen.memory };
  session.view.value = chosen.view;
  session.media.state.value = chosen.view?.you.place === 'present' ? 'on' : 'off';
  chosen.and?.(session);
}
