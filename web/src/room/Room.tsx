/** The room as a parent sees it. */

import { pause, room as words } from '../words/en';
import { ParentControls, Sentence } from './Controls';
import { ConversationSheet } from './Conversation';
import { Faces, Sounds } from './Faces';
import { isFrozen } from './holds';
import { ParentNotices } from './Notices';
import type { Session } from './session';

export function Room({ session, hangOn }: { session: Session; hangOn: boolean }) {
  const view = session.view.value;
  if (view === null) return null;
  return (
    <div class="scene">
      {hangOn ? (
        <Calm title={words.hangOn} text={words.hangOnText} />
      ) : isFrozen(view) ? (
        <Calm title={pause.title} text={pause.text} />
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
        <ParentNotices session={session} view={view} />
        <Sentence session={session} />
        <ParentControls session={session} view={view} />
      </div>
      <ConversationSheet session={session} view={view} />
    </div>
  );
}

function Calm({ title, text }: { title: string; text: string }) {
  return (
    <div class="hang-on centre">
      <div class="glow breathes" aria-hidden="true" />
      <h1 tabIndex={-1}>{title}</h1>
      <p class="soft">{text}</p>
    </div>
  );
}
