/** Keyboard shortcuts: single keys, so they can be turned off, and never while somebody writes or answers a question. */

import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Session } from './session';

export interface Key {
  /** As the browser names it; an upper-case letter means with Shift. */
  key: string;
  text: string;
  does: () => void;
}

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
  target: EventTarget | null;
}

const WRITES = 'input, textarea, select, [contenteditable]';

/** The key of this press among these; null where it means something else. */
export function chosen(keys: readonly Key[], pressed: Pressed, asked: boolean): Key | null {
  if (asked || pressed.repeat || pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  if (pressed.target instanceof Element && pressed.target.closest(WRITES) !== null) return null;
  return keys.find(({ key }) => key === pressed.key) ?? null;
}

/** Binds them for as long as the screen is there and they are wanted. */
export function useKeys(session: Session, keys: readonly Key[]): void {
  const now = useRef(keys);
  now.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const key = chosen(now.current, event, document.querySelector('dialog[open]') !== null);
      if (key === null) return;
      event.preventDefault();
      key.does();
    };
    return effect(() => {
      if (!session.keysOn.value) return undefined;
      addEventListener('keydown', press);
      return () => {
        removeEventListener('keydown', press);
      };
    });
  }, [session]);
}
