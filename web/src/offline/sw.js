/** Keeps the helplines page, with its style and way out, for when there is no internet. It touches no other page. */

const KEPT = 'helplines';
const PAGE = '/helplines';
const PARTS_OF_PAGE = /(?:href|src)="(\/(?:static|words)\/[^"]+)"/g;
/** One copy is kept, in the language it came in: better that than none. */
const ANY_LANGUAGE = { ignoreVary: true };
const PARTS_OF_SCRIPT = /(?:from|import)\s*["'](\.\/[^"']+)["']/g;

/** Fetches without cookies, so that what is kept is the same for everybody. */
async function keep() {
  const cache = await caches.open(KEPT);
  const kept = new Set();
  const next = [PAGE];
  for (let address = next.shift(); address !== undefined; address = next.shift()) {
    if (kept.has(address)) continue;
    kept.add(address);
    const answer = await fetch(address, { credentials: 'omit' });
    if (!answer.ok) throw new Error(`not kept: ${answer.status}`);
    const text = await answer.clone().text();
    for (const [, part] of text.matchAll(address === PAGE ? PARTS_OF_PAGE : PARTS_OF_SCRIPT))
      next.push(new URL(part, new URL(address, self.location.origin)).pathname);
    await cache.put(address, answer);
  }
}

async function fresh(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request, ANY_LANGUAGE)) ?? Response.error();
  }
}

self.addEventListener('install', (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') event.respondWith(fresh(event.request));
});
