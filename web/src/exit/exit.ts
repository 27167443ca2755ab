/** The quick exit: everything stops, the page goes blank, the seat ends, a neutral page takes this one's place. */

import { attempt, endTheRest, stopEverything } from './leaving';
import { Shifts } from './shifts';

let exited = false;

function exitUrl(): string {
  return document.documentElement.dataset['exitUrl'] ?? 'about:blank';
}

/** However the blank page gets to the screen, the rest is cleared away behind it after this long. */
const CLEARED_WITHIN_MS = 250;

function mediaElements(): NodeListOf<HTMLMediaElement> {
  return document.querySelectorAll('audio, video');
}

function silence(): void {
  for (const element of mediaElements()) element.muted = true;
}

/** Nothing is drawn any more, not even what lies over the page: one attribute, the least that takes it off the screen. */
function blank(): void {
  document.documentElement.hidden = true;
}

/** What takes longer than that, with nobody waiting for it: no name stays in the page, no connection open. */
function clear(): void {
  for (const element of mediaElements()) attempt(() => (element.srcObject = null));
  attempt(() => {
    document.body.replaceChildren();
  });
  endTheRest();
}

/** Once the blank page is on the screen; earlier where this page goes before that. */
function clearSoon(): void {
  addEventListener('pagehide', clear, { once: true });
  setTimeout(clear, CLEARED_WITHIN_MS);
  // A frame's callback comes just before its picture, a message of it just after.
  requestAnimationFrame(() => setTimeout(clear));
}

/** Leaves now. Each step stands alone, so that none that fails keeps the next from happening. */
export function exitQuickly(): void {
  exited = true;
  attempt(stopEverything);
  attempt(silence);
  attempt(blank);
  attempt(() => navigator.sendBeacon('/exit/seat'));
  attempt(clearSoon);
  location.replace(exitUrl());
}

/** Binds the button and the Shift key, and keeps a page that the browser kept from being shown again. */
export function bindExit(): void {
  const shifts = new Shifts();
  document.addEventListener(
    'click',
    (event) => {
      if (!(event.target instanceof Element) || event.target.closest('[data-exit]') === null) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      exitQuickly();
    },
    true,
  );
  addEventListener(
    'keydown',
    (event) => {
      if (shifts.press(event.key, event.repeat, event.timeStamp)) exitQuickly();
    },
    true,
  );
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    if (exited) location.replace(exitUrl());
    else location.reload();
  });
}
