/** The room as a parent sees it. */

import '../styles/stage.css';
import { useSignal } from '@preact/signals';
import { Headphones, Images } from 'lucide-preact';
import { clock, keys as keyWords, pause, room as words } from '../words/en';
import { ParentControls, press, Sentence } from './Controls';
import { CaptionStrip } from './CaptionStrip';
import { ConversationSheet } from './Conversation';
import { Faces, Sounds } from './Faces';
import { isFrozen } from './holds';
import { KeyList } from './KeyList';
import { useKeys, type Key } from './keys';
import { useNews } from './news';
import { ParentNotices } from './Notices';
import type { Session } from './session';

export function Room({ session, hangOn }: { session: Session; hangOn: boolean }) {
  const view = session.view.value;
  const listed = useSignal(false);
  const keys = parentKeys(session, () => {
    listed.value = true;
  });
  useNews(session);
  useKeys(session, keys);
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
        <CaptionStrip session={session} view={view} />
        <ParentNotices session={session} view={view} />
        <Sentence session={session} />
        <ParentControls
          session={session}
          view={view}
          onKeys={() => {
            listed.value = true;
          }}
        />
      </div>
      <ConversationSheet session={session} view={view} />
      {listed.value && (
        <KeyList
          session={session}
          keys={keys}
          onClose={() => {
            listed.value = false;
          }}
        />
      )}
    </div>
  );
}

function parentKeys(session: Session, onList: () => void): Key[] {
  const { layout, media, talk } = session;
  const hand = () => {
    const up = session.view.value?.you.hand_up === true;
    void session.act({ do: up ? 'lower_own_hand' : 'raise_hand' });
  };
  return [
    {
      key: 'm',
      text: keyWords.microphone,
      does: () => {
        press(session, 'microphone');
      },
    },
    {
      key: 'c',
      text: keyWords.camera,
      does: () => {
        press(session, 'camera');
      },
    },
    { key: 'h', text: keyWords.hand, does: hand },
    {
      key: 's',
      text: keyWords.soundOnly,
      does: () => void session.hearOnly(media.soundOnly.value === 'no' ? 'chosen' : 'no'),
    },
    {
      key: 'g',
      text: keyWords.layout,
      does: () => {
        layout.value = layout.value === 'gallery' ? 'speaker' : 'gallery';
      },
    },
    {
      key: 't',
      text: keyWords.messages,
      does: () => {
        talk.open(null);
      },
    },
    { key: '?', text: keyWords.list, does: onList },
  ];
}

/** Top left: the time, and where there is room for it when the session ends. */
export function Mark({ session }: { session: Session }) {
  const ends = session.view.value?.ends;
  return (
    <span class="clock">
      {clock(session.now.value)}
      {ends !== undefined && <span class="ends"> · {words.ends(ends)}</span>}
    </span>
  );
}

/** In the bar: pictures off with one press, for whoever has a poor line or little data. */
export function Tools({ session }: { session: Session }) {
  const without = session.media.soundOnly.value !== 'no';
  return (
    <button
      type="button"
      class={without ? 'mini careful' : 'mini'}
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
