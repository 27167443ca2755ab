/** A line above the controls that lasts a while, with its ways to answer. */

import type { ComponentChildren } from 'preact';

interface NoticeProps {
  text: string;
  more?: string;
  kind?: 'plain' | 'well' | 'careful';
  children?: ComponentChildren;
}

export function Notice({ text, more, kind = 'plain', children }: NoticeProps) {
  return (
    <div class={`say notice-line ${kind === 'careful' ? '' : kind}`}>
      <span class="grow">
        {text}
        {more !== undefined && <small>{more}</small>}
      </span>
      {children !== undefined && <span class="does">{children}</span>}
    </div>
  );
}

interface PressProps {
  text: string;
  label?: string;
  go?: boolean;
  onClick: () => unknown;
}

export function Press({ text, label, go = false, onClick }: PressProps) {
  return (
    <button type="button" class={go ? 'mini go' : 'mini'} aria-label={label} onClick={() => void onClick()}>
      {text}
    </button>
  );
}
