/**
 * A list that stays where it is under a pressing finger. What comes or goes above, a hand or a knock, would otherwise
 * move the button away between press and release, and the press would be lost.
 */

import { useEffect, useRef, type MutableRef } from 'preact/hooks';

/** Holds the list's parts still, by `--held` in its style, from a press on a button until its release. */
export function keepStill(list: HTMLElement): () => void {
  let pressed: { button: Element; top: number } | null = null;
  let held = 0;
  const watch = new MutationObserver(() => {
    if (pressed?.button.isConnected !== true) return;
    held += pressed.top - pressed.button.getBoundingClientRect().top;
    list.style.setProperty('--held', `${held.toString()}px`);
  });
  const release = () => {
    watch.disconnect();
    pressed = null;
    held = 0;
    list.style.removeProperty('--held');
  };
  const press = ({ target }: Event) => {
    release();
    const button = target instanceof Element ? target.closest('button') : null;
    if (button?.closest('dialog') !== null) return;
    pressed = { button, top: button.getBoundingClientRect().top };
    watch.observe(document.body, { childList: true, subtree: true, characterData: true });
  };
  // The click comes right after the release, to what is there then.
  const lift = () => setTimeout(release);
  list.addEventListener('pointerdown', press);
  addEventListener('pointerup', lift);
  addEventListener('pointercancel', lift);
  return () => {
    release();
    list.removeEventListener('pointerdown', press);
    removeEventListener('pointerup', lift);
    removeEventListener('pointercancel', lift);
  };
}

/** For the element that takes the returned reference. */
export function useStill<T extends HTMLElement>(): MutableRef<T | null> {
  const list = useRef<T>(null);
  useEffect(() => (list.current === null ? undefined : keepStill(list.current)), []);
  return list;
}
