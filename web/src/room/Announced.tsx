/** What a screen reader is told, unseen. An open dialog makes the page behind it mute, so each dialog says it too. */

import { signal, type ReadonlySignal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext, useRef } from 'preact/hooks';

/** `id` tells the same words said again from those said before. */
export interface Told {
  id: number;
  sentences: readonly string[];
}

const NOTHING: ReadonlySignal<Told> = signal({ id: 0, sentences: [] });

export const ToldContext = createContext(NOTHING);

/** Says what is told from here on. */
export function Announced() {
  const { id, sentences } = useContext(ToldContext).value;
  const before = useRef(id).current;
  return (
    <div class="unseen" aria-live="polite">
      {id > before && sentences.map((sentence) => <p key={`${id} ${sentence}`}>{sentence}</p>)}
    </div>
  );
}
