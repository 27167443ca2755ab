/** What is spoken, as a host types it along: the last of it, for a while. Nothing of it is kept. */

import { signal } from '@preact/signals';
import { onceBlank } from '../exit/leaving';
import type { Captioned } from './protocol';

/** So long the last words stand. */
const STANDS_MS = 15_000;
/** As much as one takes in at a glance. */
const GLANCE = 140;
/** What is typed goes out when it is so long … */
const LONG = 50;

export class Captions {
  readonly shown = signal<Captioned | null>(null);
  /** Whoever sits here would rather not see them. */
  readonly hidden = signal(false);
  /** Whoever sits here types them. */
  readonly typing = signal(false);
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    onceBlank(() => {
      this.clear();
    });
  }

  take({ seat, text }: Captioned): void {
    const before = this.shown.value?.seat === seat ? this.shown.value.text : '';
    this.shown.value = { seat, text: latest(`${before} ${text}`) };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.clear();
    }, STANDS_MS);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.shown.value = null;
  }
}

/** The end of it, from the beginning of a word. */
export function latest(text: string): string {
  const whole = text.trim();
  if (whole.length <= GLANCE) return whole;
  const end = whole.slice(-GLANCE);
  return end.slice(end.indexOf(' ') + 1);
}

/** … or ends a sentence: what goes out now of what is typed, in whole words, and what stays to be gone on with. */
export function ripe(typed: string): [now: string, later: string] {
  const ends = /[.!?…]\s+$/.test(typed);
  const cut = ends ? typed.length : typed.length < LONG ? -1 : typed.lastIndexOf(' ');
  return cut <= 0 ? ['', typed] : [typed.slice(0, cut).trim(), typed.slice(cut).trimStart()];
}
