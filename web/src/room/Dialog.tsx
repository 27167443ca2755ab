/**
 * A small question over the page; the browser's own dialog keeps the focus inside and Escape working. It makes the
 * page behind it inert, the way out too: so the dialog has the way out itself, in the same place.
 */

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { pages } from '../words/en';
import { Announced } from './Announced';

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const over = useRef(false);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element?.open === false) element.showModal();
    return () => {
      // Closed by its own means, the focus goes back to where it came from. The word of it comes too late to matter.
      over.current = true;
      element?.close();
    };
  }, []);
  // Another question in the same dialog: whatever had the focus is gone. At once, before the next key is pressed.
  useLayoutEffect(() => {
    heading.current?.focus();
  }, [title]);
  return (
    <dialog
      class="sheet ask"
      ref={dialog}
      onClose={() => {
        if (!over.current) onClose();
      }}
      aria-labelledby="ask-title"
    >
      <h2 id="ask-title" tabIndex={-1} ref={heading}>
        {title}
      </h2>
      {children}
      <button type="button" class="exit" data-exit>
        {pages.exit}
      </button>
      <Announced />
    </dialog>
  );
}

interface QuestionProps {
  title: string;
  text: string;
  yes: string;
  no: string;
  /** Ending and removing wear red. */
  grave?: boolean;
  onYes: () => void;
  onClose: () => void;
}

export function Question({ title, text, yes, no, grave = false, onYes, onClose }: QuestionProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="soft">{text}</p>
      <div class="stack">
        <button type="button" class={grave ? 'btn stop' : 'btn'} onClick={onYes}>
          {yes}
        </button>
        <button type="button" class="btn quiet" onClick={onClose}>
          {no}
        </button>
      </div>
    </Dialog>
  );
}
