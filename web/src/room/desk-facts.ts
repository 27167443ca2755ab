/** What a host's desk makes of a view. Pure. */

import type { Mark, Someone, View, Waiting } from './protocol';
import type { Sent } from './sent';

export function parents(view: View): readonly Someone[] {
  return view.people.filter((someone) => someone.role === 'parent');
}

/** Another host attends the group, and would still do so if this one left. */
export function stays(view: View): boolean {
  const others = view.people.some(
    (someone) =>
      someone.role === 'facilitator' &&
      someone.person !== view.you.person &&
      someone.connected &&
      !someone.stepped_out,
  );
  return others && (view.phase === 'scheduled' || view.attending >= 2);
}

/** Parents would be left without a host. */
export function isLastHost(view: View): boolean {
  const opened = view.phase === 'open' || view.phase === 'unattended';
  return opened && parents(view).length > 0 && !stays(view);
}

/** What has to be set aside on purpose to let this one in. */
export function speaksAgainst(someone: Waiting): boolean {
  return someone.late || someone.full || someone.kept_apart_from.length > 0;
}

/** Those expected of whom nothing has been seen yet. */
export function notHere(view: View): readonly string[] {
  const gone = new Set(view.departed.map(({ person }) => person));
  return view.expected
    .filter(({ person, state }) => state === 'not_here' && !gone.has(person))
    .map(({ name }) => name);
}

/** The first day that a suspension may end, as a date field takes it: tomorrow. */
export function tomorrow(now: Date): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

export type NeedKind = 'waiting' | 'hand' | Exclude<Mark, 'none'> | 'lost' | 'gone' | 'poor' | 'held';

/** Something a host should see. `pressing`: somebody waits for an answer. */
export interface Need {
  kind: NeedKind;
  /** The row of the desk that it is about. */
  row: string;
  name: string;
  count: number;
  pressing: boolean;
}

/** The row of those who wait, as a whole. */
export const DOOR = 'door';

/** What wants a host's eye, the most pressing first, otherwise in the order of the view: nothing jumps about. */
export function needs(view: View, seats: ReadonlyMap<string, Sent>): Need[] {
  const need = (kind: NeedKind, row: string, name: string, pressing: boolean): Need => ({
    kind,
    row,
    name,
    count: 1,
    pressing,
  });
  const marked = [...view.people, ...view.waiting].flatMap(({ mark, seat, name }) =>
    mark === 'none' ? [] : [need(mark, seat, name, true)],
  );
  const gone = view.departed
    .filter(({ how }) => how !== 'left')
    .map(({ person, name, how }) => need(how === 'lost' ? 'lost' : 'gone', person, name, true));
  const hands = view.people
    .filter(({ hand }) => hand !== null)
    .sort((one, other) => (one.hand ?? 0) - (other.hand ?? 0))
    .map(({ seat, name }) => need('hand', seat, name, true));
  const known = new Set(view.departed.map(({ person }) => person));
  const quiet = parents(view).flatMap(({ seat, person, name, connected, microphone_held: held }) => {
    if (!connected && !known.has(person)) return [need('lost', seat, name, true)];
    if (seats.get(seat)?.poor === true) return [need('poor', seat, name, false)];
    return held ? [need('held', seat, name, false)] : [];
  });
  const waits = view.waiting.length;
  const door = waits === 0 ? [] : [{ ...need('waiting', DOOR, '', true), count: waits }];
  return [...marked, ...gone, ...door, ...hands, ...quiet];
}
