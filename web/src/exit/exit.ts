/** The quick exit: everything stops, the page goes blank, the seat ends, a neutral page takes this one's place. */

import { attempt, stopEverything } from './leaving';
import { Shifts } from './shifts';

let exited = false;

function exitUrl(): string {
  return document.documentElement.dataset['exitUrl'] ?? 'about:blank';
}

function silence(): void {
  for (const element of document.querySelectorAll<HTMLMediaElement>('audio, video')) {
    element.muted = true;
    element.pause();
    element.srcObject = null;
  }
}

function blank(): void {
  document.documentElement.className = '';
  document.body.className = '';
  document.body.replaceChildren();
}

/** Leaves now. Each step stands alone, so that none that fails keeps the next from happening. */
export function exitQuickly(): void {
  exited = true;
  attempt(stopEverything);
  attempt(silence);
  attempt(blank);
  attempt(() => navigator.sendBeacon('/exit/seat'));
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
