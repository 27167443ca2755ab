/** What a host's desk makes of a view. Pure. */

import type { Someone, View, Waiting } from './protocol';

export function parents(view: View): readonly Someone[] {
  return view.people.filter((someone) => someone.role === 'parent');
}

/** Nobody else would attend the group if this host left it. */
export function isLastHost(view: View): boolean {
  const others = view.people.some(
    (someone) =>
      someone.role === 'facilitator' &&
      someone.person !== view.you.person &&
      someone.connected &&
      !someone.stepped_out,
  );
  return (
    (view.phase === 'open' || view.phase === 'unattended') &&
    parents(view).length > 0 &&
    (!others || view.attending < 2)
  );
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
