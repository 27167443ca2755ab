/** The kind screens: not this time, place paused, ended, left, somewhere else. */

import { ending as words } from '../words/en';
import type { Final } from './screens';
import type { Session } from './session';

/** Where one press leads from each: back in by loading the page again, or on. */
const AGAIN: Partial<Record<Final, string>> = {
  left: words.comeBack,
  elsewhere: words.comeBack,
  replaced: words.carryOnHere,
  refused: words.tryAgain,
};

export function FinalScreen({ session, why }: { session: Session; why: Final }) {
  const view = session.view.value;
  const host = view?.you.role === 'facilitator';
  const { title, text } = words[why];
  const again = AGAIN[why];
  return (
    <div class="page centre">
      <div class="glow" aria-hidden="true" />
      <h1 tabIndex={-1}>{title}</h1>
      <div role="status">
        <p>{typeof text === 'string' ? text : text(view?.hosts ?? [])}</p>
      </div>
      <div class="stack">
        {again !== undefined && (
          <button
            type="button"
            class="btn quiet"
            onClick={() => {
              location.reload();
            }}
          >
            {again}
          </button>
        )}
        {host && (
          <>
            {why === 'ended' && (
              <a class="btn" href={session.places.debrief}>
                {words.debrief}
              </a>
            )}
            <a class={why === 'ended' ? 'btn quiet' : 'btn'} href={session.places.home}>
              {words.home}
            </a>
          </>
        )}
        {!host && (why === 'ended' || why === 'left') && (
          <a class="btn" href={session.places.goodbye}>
            {words.goodbye}
          </a>
        )}
      </div>
      {!host && (why === 'declined' || why === 'removed' || why === 'suspended') && (
        <p class="soft">{words.worried}</p>
      )}
      {!host && (
        <p class="soft foot">
          <a href={session.places.helplines} data-sheet>
            {words.helplines}
          </a>
        </p>
      )}
    </div>
  );
}
