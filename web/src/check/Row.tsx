/** What all parts of the check look like: a sign, a name, what it says, and how to try it. */

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { check as words } from '../words/check';
import type { Found, Outcome, Part } from './verdict';

export interface PartProps extends Found {
  /** It is this part's turn: its first button stands out. */
  current: boolean;
  set: (found: Found) => void;
}

export const UNTRIED: Found = { outcome: 'untried', fault: null };
export const TRYING: Found = { outcome: 'trying', fault: null };
export const WELL: Found = { outcome: 'well', fault: null };
export const SKIPPED: Found = { outcome: 'skipped', fault: null };

/** Counts up when microphone and camera must be let go: the check is over. */
export const hush = signal(0);
export function letGo(): void {
  hush.value += 1;
}

const SIGNS: Record<Outcome, { kind: string; sign: string }> = {
  untried: { kind: '', sign: '' },
  trying: { kind: '', sign: '…' },
  well: { kind: 'well', sign: '✓' },
  careful: { kind: 'careful', sign: '!' },
  failed: { kind: 'careful', sign: '!' },
  skipped: { kind: '', sign: '–' },
};

interface RowProps {
  part: Part;
  of: PartProps;
  says: string;
  children: ComponentChildren;
}

/** A part whose turn is still to come shows its name only. */
export function Row({ part, of: { outcome, fault, current }, says, children }: RowProps) {
  const { kind, sign } = SIGNS[outcome];
  const shown = current || outcome !== 'untried';
  const { name } = words[part];
  return (
    <section class="row" aria-label={name} data-part={part} data-outcome={outcome} data-fault={fault ?? ''}>
      <span class={`dot ${kind}`} aria-hidden="true">
        {sign}
      </span>
      <div class="grow">
        <b data-heading>{name}</b> <span class="unseen">{words.state[outcome]}</span>
        <div class="soft" role="status">
          {shown && (outcome === 'skipped' ? words.skipped : says)}
        </div>
        {shown && children}
      </div>
    </section>
  );
}

interface TryProps {
  of: PartProps;
  start: string;
  go: () => void;
}

/** "Try my voice" and "Skip this" before, "Try again" after. */
export function Try({ of: { outcome, current, set }, start, go }: TryProps) {
  if (outcome === 'trying') return null;
  const before = outcome === 'untried';
  return (
    <div class="answers">
      <button type="button" class={before && current ? 'btn small' : 'btn quiet small'} onClick={go}>
        {before ? start : words.again}
      </button>
      {before && current && (
        <button
          type="button"
          class="link small"
          onClick={() => {
            set(SKIPPED);
          }}
        >
          {words.skip}
        </button>
      )}
    </div>
  );
}

export function Steps({ steps }: { steps: readonly string[] }) {
  return (
    <ol class="how">
      {steps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
}
