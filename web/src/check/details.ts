/** What the details show: gathered while the parts are tried, and never sent anywhere. */

import { signal } from '@preact/signals';
import { check as words } from '../words/check';
import type { Browser } from './browser';
import type { Report } from './internet';

export const details = signal<ReadonlyMap<string, string>>(new Map());

const say = words.details;

export function note(name: string, value: string): void {
  details.value = new Map(details.value).set(name, value);
}

export function noteBrowser({ maker, system, inApp }: Browser): void {
  const told = [say.makers[maker], say.systems[system], ...(inApp ? [say.insideApp] : [])];
  note(say.browser, told.join(', '));
}

export function noteInternet({ signalling, ways, figures }: Report): void {
  note(say.signalling, say.found[signalling]);
  for (const way of ['udp', 'tcp', 'relay'] as const) note(say[way], say.found[ways[way]]);
  const told = (value: number | null | undefined, as: (value: number) => string) =>
    value === null || value === undefined ? say.unknown : as(value);
  note(say.roundTrip, told(figures?.roundTrip, say.milliseconds));
  note(say.jitter, told(figures?.jitter, say.milliseconds));
  note(say.lossOut, told(figures?.lossOut, say.percent));
  note(say.lossIn, told(figures?.lossIn, say.percent));
  note(say.out, told(figures?.out, say.kilobits));
  note(say.in, told(figures?.in, say.kilobits));
}
