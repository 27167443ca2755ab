/** What wants a host's eye, in one line at the top: each press leads to the person it is about. */

import { desk as words } from '../words/en';
import { needs, type Need } from './desk-facts';
import type { View } from './protocol';
import type { Session } from './session';

interface Props {
  session: Session;
  view: View;
  onGo: (row: string) => void;
}

export function Glance({ session, view, onGo }: Props) {
  const all = needs(view, session.media.seats.value);
  if (all.length === 0) return null;
  return (
    <ul class="glance" aria-label={words.glance}>
      {all.map((need) => (
        <li key={`${need.kind} ${need.row}`}>
          <button
            type="button"
            class={need.pressing ? 'mini careful' : 'mini'}
            onClick={() => {
              onGo(need.row);
            }}
          >
            {said(need)}
          </button>
        </li>
      ))}
    </ul>
  );
}

function said({ kind, name, count }: Need): string {
  return kind === 'waiting' ? words.needs.waiting(count) : `${name} · ${words.needs[kind]}`;
}

/** Brings a row of the desk into sight, and the focus to it. */
export function goTo(row: string): void {
  const element = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(row)}"]`);
  element?.scrollIntoView({ block: 'nearest' });
  element?.focus({ preventScroll: true });
}
