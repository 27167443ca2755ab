/** Where media is signalled: the platform's own origin, so that the content security policy stays 'self'. */
export function mediaUrl(room: string): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}/media/${encodeURIComponent(room)}`;
}
