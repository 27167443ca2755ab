/** One of several things to press in a dialog, perhaps with a word about what it does. */

import type { LucideIcon } from 'lucide-preact';
import { useId } from 'preact/hooks';

interface Props {
  text: string;
  hint?: string;
  icon?: LucideIcon;
  onClick: () => unknown;
}

/** What it does stands beneath it, so that its name is what one reads on it: who speaks to the phone can say it. */
export function Choice({ text, hint, icon: Sign, onClick }: Props) {
  const id = useId();
  return (
    <div>
      <button
        type="button"
        class="btn quiet"
        aria-describedby={hint === undefined ? undefined : id}
        onClick={() => void onClick()}
      >
        {Sign !== undefined && <Sign aria-hidden="true" />}
        {text}
      </button>
      {hint !== undefined && (
        <p class="hint" id={id}>
          {hint}
        </p>
      )}
    </div>
  );
}
