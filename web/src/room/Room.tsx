/** The room as a parent sees it. */

import { room as words } from '../words/en';
import { Controls, Sentence } from './Controls';
import { Faces, Sounds } from './Faces';
import type { Session } from './session';

export function Room({ session, hangOn }: { session: Session; hangOn: boolean }) {
  return (
    <div class="scene">
      {hangOn ? (
        <HangOn />
      ) : (
        <>
          <h1 class="unseen" tabIndex={-1}>
            {words.everyone}
          </h1>
          <Faces session={session} />
          <Sounds session={session} />
        </>
      )}
      <div class="below">
        <Sentence session={session} />
        <Controls session={session} />
      </div>
    </div>
  );
}

function HangOn() {
  return (
    <div class="hang-on centre">
      <div class="glow breathes" aria-hidden="true" />
      <h1 tabIndex={-1}>{words.hangOn}</h1>
      <p class="soft">{words.hangOnText}</p>
    </div>
  );
}
