/** How names, numbers and times are said. */

import { area, isEnglish, locale } from './catalogue';

const say = area('say');

const TYPES = { and: 'conjunction', or: 'disjunction' } as const;

/** "Jo", "Jo and Ray", "Jo, Ray and Kim"; `word` joins the last two. */
export function joined(names: readonly string[], word: 'and' | 'or'): string {
  if (!('ListFormat' in Intl)) return names.join(', ');
  return new Intl.ListFormat(locale(), { type: TYPES[word] }).format(names);
}

/** "7pm", "7.24pm", as people say it. */
export function clock(time: Date): string {
  if (!isEnglish())
    return new Intl.DateTimeFormat(locale(), { hour: 'numeric', minute: '2-digit' }).format(time);
  const hour = time.getHours();
  const minutes = time.getMinutes();
  const past = minutes === 0 ? '' : `.${String(minutes).padStart(2, '0')}`;
  return `${hour % 12 === 0 ? 12 : hour % 12}${past}${hour < 12 ? 'am' : 'pm'}`;
}

export const hostsOr = (hosts: readonly string[]) =>
  hosts.length === 0 ? say('Your host') : joined(hosts, 'or');

/** "0 min", "7 min": how long, in whole minutes. */
export function minutes(from: Date, to: Date): string {
  const whole = Math.max(0, Math.floor((to.getTime() - from.getTime()) / 60_000));
  return say.counted('{count} min', '{count} min', whole);
}

/** "1st", "2nd", "3rd", "4th"; the bare number where it is not English. */
export function ordinal(place: number): string {
  if (!isEnglish()) return new Intl.NumberFormat(locale()).format(place);
  const teen = place % 100 > 10 && place % 100 < 14;
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th');
  return `${place}${ending}`;
}
