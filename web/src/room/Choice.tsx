/** One of several things to press in a dialog, perhaps with a word about what it does. */

import type { LucideIcon } from 'lucide-preact';
import { useId } from 'preact/hooks';

interface Props {
  text: string;
  hint?: string;
  icon?: LucideIcon;
  onClick: () => unknown;
}

/** Its name is the text alone, so that who speaks to the phone can say it; the hint is read out after it. */
export function Choice({ text, hint, icon: Sign, onClick }: Props) {
  const id = useId();
  return (
    <button
      type="button"
      class="btn quiet"
      aria-label={text}
      aria-describedby={hint === undefined ? undefined : id}
      onClick={() => void onClick()}
    >
      {Sign !== undefined && <Sign aria-hidden="true" />}
      <span>
        {text}
        {hint !== undefined && (
          <small class="soft" id={id}>
            {hint}
          </small>
        )}
      </span>
    </button>
  );
}
