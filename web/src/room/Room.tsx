/** The room as a parent sees it. */

import '../styles/stage.css';
import { Headphones, Images } from 'lucide-preact';
import { clock, pause, room as words } from '../words/en';
import { ParentControls, Sentence } from './Controls';
import { ConversationSheet } from './Conversation';
import { Faces, Sounds } from './Faces';
import { isFrozen } from './holds';
import { useNews } from './news';
import { ParentNotices } from './Notices';
import type { Session } from './session';

export function Room({ session, hangOn }: { session: Session; hangOn: boolean }) {
  const view = session.view.value;
  useNews(session);
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

/** Top left: the time. */
export function Mark({ session }: { session: Session }) {
  return <span class="clock">{clock(session.now.value)}</span>;
}

/** In the bar: pictures off with one press, for whoever has a poor line or little data. */
export function Tools({ session }: { session: Session }) {
  const without = session.media.soundOnly.value !== 'no';
  return (
    <button
      type="button"
      class="mini"
      aria-pressed={without}
      onClick={() => void session.hearOnly(without ? 'no' : 'chosen')}
    >
      {without ? <Images aria-hidden="true" /> : <Headphones aria-hidden="true" />}
      {without ? words.soundOnly.back : words.soundOnly.name}
    </button>
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
