/** What is written while this page is open. Nothing of it is kept anywhere, here only until the page goes. */

import { computed, signal } from '@preact/signals';
import { onceBlank } from '../exit/leaving';
import { talk as words } from '../words/en';
import type { Reacted, Reaction, Said, To, View } from './protocol';

/** More than this is more than anybody reads back. */
const KEPT = 200;
const REACTION_MS = 6000;

export class Talk {
  readonly messages = signal<readonly Said[]>([]);
  readonly reactions = signal<ReadonlyMap<string, Reaction>>(new Map());
  /** The page shows the messages just now. */
  readonly reading = signal(false);
  /** Whom the next message goes to, where somebody has been chosen. */
  readonly to = signal<To | null>(null);
  private readonly unseen = signal<readonly string[]>([]);
  readonly unread = computed(() => this.unseen.value.length);
  /** The newest that was meant for this person and has not been read. */
  readonly privately = computed(
    () =>
      this.messages.value
        .filter(({ id, to }) => to !== 'everyone' && to !== 'waiting' && this.unseen.value.includes(id))
        .at(-1) ?? null,
  );

  constructor() {
    onceBlank(() => {
      this.messages.value = [];
    });
  }

  take(said: Said, mine: string): void {
    this.messages.value = [...this.messages.value, said].slice(-KEPT);
    if (said.from.seat !== mine && !this.reading.value) this.unseen.value = [...this.unseen.value, said.id];
  }

  takeBack(id: string): void {
    this.messages.value = id === 'all' ? [] : this.messages.value.filter((said) => said.id !== id);
    this.unseen.value = id === 'all' ? [] : this.unseen.value.filter((each) => each !== id);
  }

  /** Everything so far has been seen. */
  read(): void {
    this.unseen.value = [];
  }

  open(to: To | null): void {
    this.to.value = to;
    this.reading.value = true;
    this.read();
  }

  close(): void {
    this.reading.value = false;
  }

  react({ seat, reaction }: Reacted): void {
    this.reactions.value = new Map([...this.reactions.value, [seat, reaction]]);
    setTimeout(() => {
      if (this.reactions.value.get(seat) !== reaction) return;
      const left = new Map(this.reactions.value);
      left.delete(seat);
      this.reactions.value = left;
    }, REACTION_MS);
  }
}

/** Whom somebody may write to at this moment, the usual one first. */
export function audiences(view: View): To[] {
  const here = view.you.place === 'present';
  if (view.you.role === 'parent') {
    const open = here && view.phase === 'open' && view.chat === 'everyone' && !view.paused.includes('chat');
    return open ? ['everyone', 'hosts'] : ['hosts'];
  }
  const others = [...view.people, ...view.waiting].filter(({ person }) => person !== view.you.person);
  const each = others.map(({ seat }) => ({ seat }));
  return ['everyone', 'hosts', ...(view.waiting.length > 0 ? (['waiting'] as const) : []), ...each];
}

/** Whom the next message goes to. What was meant for one who has gone by now never goes to more than the hosts. */
export function addressee(choices: readonly To[], wanted: To | null): To {
  if (wanted === null) return choices[0] ?? 'hosts';
  return choices.find((choice) => asKey(choice) === asKey(wanted)) ?? 'hosts';
}

/** To whom a host answers: the device that was written on, where it still is here. */
export function answering(view: View, said: Said): To {
  if (view.you.role === 'parent') return 'hosts';
  const { seat } = said.from;
  return [...view.people, ...view.waiting].some((each) => each.seat === seat) ? { seat } : 'hosts';
}

/** What somebody is called here; where they have several devices here, with a number. */
export function called(view: View, seat: string): string | null {
  const here = [...view.people, ...view.waiting];
  const found = here.find((each) => each.seat === seat);
  if (found === undefined) return null;
  const devices = here.filter(({ person }) => person === found.person);
  return devices.length > 1 ? words.device(found.name, devices.indexOf(found) + 1) : found.name;
}

/** One audience as one word, for lists of choices. */
export function asKey(to: To): string {
  return typeof to === 'string' ? to : `seat:${to.seat}`;
}

export interface Piece {
  text: string;
  href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]/g;

/** A message cut into text and addresses. Without `links` it is all text. */
export function pieces(text: string, links: boolean): Piece[] {
  if (!links) return [{ text, href: null }];
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), href: null });
    found.push({ text: match[0], href: match[0] });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), href: null });
  return found;
}
