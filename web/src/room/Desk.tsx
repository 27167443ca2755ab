/** The host's desk: faces left, people right; on a phone one or the other. */

import '../styles/stage.css';
import '../styles/desk.css';
import { LayoutGrid, ShieldAlert, Users } from 'lucide-preact';
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { danger as dangerWords, desk as words, pause as pauseWords } from '../words/en';
import { Control, Controls, Sentence } from './Controls';
import { DangerChoice } from './Danger';
import { parents } from './desk-facts';
import { HostMore } from './Everyone';
import { Faces, Sounds } from './Faces';
import { isFrozen } from './holds';
import { HostNotices } from './HostNotices';
import { Knock } from './knock';
import { useNews } from './news';
import { Side } from './Side';
import type { View } from './protocol';
import type { Session } from './session';
import { knocks } from './told';

export function Desk({ session }: { session: Session }) {
  const view = session.view.value;
  const pane = useSignal<'faces' | 'people'>('faces');
  const knock = useMemo(() => new Knock(), []);
  useNews(session, (before, now) => {
    if (knocks(before, now)) knock.strike();
  });
  if (view === null) return null;
  const opened = view.phase !== 'scheduled';
  return (
    <div class="scene" data-pane={pane.value}>
      <h1 class="unseen" tabIndex={-1}>
        {view.title}
      </h1>
      <div class="desk">
        <div class="stage">
          {opened ? <Faces session={session} /> : <Opening session={session} view={view} />}
          {opened && <Sounds session={session} />}
        </div>
        <Side session={session} view={view} />
      </div>
      <div class="below">
        <HostNotices
          session={session}
          view={view}
          onAnswer={() => {
            pane.value = 'people';
          }}
        />
        <Sentence session={session} />
        <Controls session={session} view={view}>
          <Switch
            session={session}
            view={view}
            pane={pane.value}
            onSwitch={(to) => {
              if (to === 'faces') session.talk.close();
              pane.value = to;
            }}
          />
          {opened && <DangerControl session={session} view={view} />}
          {opened && <HostMore session={session} view={view} knock={knock} />}
        </Controls>
      </div>
    </div>
  );
}

interface SwitchProps {
  session: Session;
  view: View;
  pane: 'faces' | 'people';
  onSwitch: (to: 'faces' | 'people') => void;
}

/** Phones only: the one or the other. */
function Switch({ session, view, pane, onSwitch }: SwitchProps) {
  const toPeople = pane === 'faces';
  const asks = view.waiting.length + session.talk.unread.value;
  return (
    <span class="switch">
      <Control
        icon={toPeople ? Users : LayoutGrid}
        text={toPeople ? words.showPeople(asks) : words.faces}
        label={toPeople ? words.showPeopleLabel(view.waiting.length) : words.faces}
        kind={toPeople && asks > 0 ? 'on' : ''}
        onClick={() => {
          onSwitch(toPeople ? 'people' : 'faces');
        }}
      />
    </span>
  );
}

function Opening({ session, view }: { session: Session; view: View }) {
  return (
    <div class="hang-on centre">
      <div class="glow" aria-hidden="true" />
      <h2>{words.ready}</h2>
      <p class="soft">{words.readyText(view.starts)}</p>
      {view.missing_kind !== null && <p class="say">{words.missing[view.missing_kind]}</p>}
      <button type="button" class="btn fit" onClick={() => void session.act({ do: 'open' })}>
        {words.open}
      </button>
    </div>
  );
}

function DangerControl({ session, view }: { session: Session; view: View }) {
  const open = useSignal(false);
  return (
    <>
      <Control
        icon={ShieldAlert}
        text={dangerWords.choose}
        onClick={() => {
          open.value = true;
        }}
      />
      {open.value && (
        <DangerChoice
          session={session}
          view={view}
          onClose={() => {
            open.value = false;
          }}
        />
      )}
    </>
  );
}

/** Top left: which group, the time, and when it ends. */
export function Mark({ session }: { session: Session }) {
  const view = session.view.value;
  if (view === null) return null;
  return (
    <>
      {view.title} <span class="clock">{words.until(session.now.value, view.ends)}</span>
    </>
  );
}

/** What touches everybody, in the bar: the door, all mutes, and apart from them the pause. */
export function Tools({ session }: { session: Session }) {
  const view = session.view.value;
  if (session.screen.value.name !== 'desk' || view === null || view.phase === 'scheduled') return null;
  const all = parents(view);
  return (
    <div class="tools">
      <button
        type="button"
        class="mini"
        aria-pressed={view.locked}
        onClick={() => void session.act({ do: view.locked ? 'unlock' : 'lock' })}
      >
        {view.locked ? words.unlock : words.lock}
      </button>
      <button
        type="button"
        class="mini"
        disabled={all.every((someone) => someone.microphone_held)}
        onClick={() => void session.act({ do: 'mute_all' })}
      >
        {words.muteAll}
      </button>
      {all.some((someone) => someone.microphone_held) && (
        <button type="button" class="mini" onClick={() => void session.act({ do: 'lift_all' })}>
          {words.liftAll}
        </button>
      )}
      <button
        type="button"
        class="mini careful apart"
        disabled={isFrozen(view) && view.paused.length === 4}
        onClick={() => void session.act({ do: 'pause' })}
      >
        {pauseWords.all}
      </button>
    </div>
  );
}
