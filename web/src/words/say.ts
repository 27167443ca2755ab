/** How names and times are said. */

/** "Jo", "Jo and Ray", "Jo, Ray and Kim"; `word` joins the last two. */
export function joined(names: readonly string[], word: string): string {
  if (names.length < 2) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1) ?? ''}`;
}

/** "7pm", "7.24pm", as people say it. */
export function clock(time: Date): string {
  const hour = time.getHours();
  const minutes = time.getMinutes();
  const past = minutes === 0 ? '' : `.${String(minutes).padStart(2, '0')}`;
  return `${hour % 12 === 0 ? 12 : hour % 12}${past}${hour < 12 ? 'am' : 'pm'}`;
}

export const hostsOr = (hosts: readonly string[]) => (hosts.length === 0 ? 'Your host' : joined(hosts, 'or'));

/** "0 min", "7 min": how long, in whole minutes. */
export function minutes(from: Date, to: Date): string {
  return `${Math.max(0, Math.floor((to.getTime() - from.getTime()) / 60_000))} min`;
}

/** "1st", "2nd", "3rd", "4th". */
export function ordinal(place: number): string {
  const teen = place % 100 > 10 && place % 100 < 14;
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th');
  return `${place}${ending}`;
}
