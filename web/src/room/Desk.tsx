/** The host's desk: faces left, people right; on a phone one or the other. */

import '../styles/stage.css';
import '../styles/desk.css';
import { LayoutGrid, ShieldAlert, Users } from 'lucide-preact';
import { useSignal, type Signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { danger as dangerWords, desk as words, keys as keyWords, pause as pauseWords } from '../words/en';
import { CaptionField, CaptionStrip } from './CaptionStrip';
import { Control, Controls, press, Sentence } from './Controls';
import { DangerChoice } from './Danger';
import { DOOR, isLastHost, needs, parents } from './desk-facts';
import { HostMore } from './Everyone';
import { Faces, Sounds } from './Faces';
import { Glance, goTo } from './Glance';
import { isFrozen } from './holds';
import { HostNotices } from './HostNotices';
import { KeyList } from './KeyList';
import { useKeys, type Key } from './keys';
import { Knock } from './knock';
import { useNews } from './news';
import { Side } from './Side';
import { useStay } from './stay';
import type { Someone, View } from './protocol';
import type { Session } from './session';
import { knocks } from './told';

/** What is open over the desk. */
type Open = 'nothing' | 'danger' | 'keys';
type Pane = 'faces' | 'people';

export function Desk({ session }: { session: Session }) {
  const view = session.view.value;
  const pane = useSignal<Pane>('faces');
  const open = useSignal<Open>('nothing');
  const knock = useMemo(() => new Knock(), []);
  const show = (to: Pane) => {
    if (to === 'faces') session.talk.close();
    pane.value = to;
  };
  const go = (row: string) => {
    session.talk.close();
    pane.value = 'people';
    requestAnimationFrame(() => {
      goTo(row);
    });
  };
  const keys = hostKeys(session, open, show, go);
  useNews(session, (before, now) => {
    if (knocks(before, now)) knock.strike();
  });
  useKeys(session, keys);
  useStay(view !== null && isLastHost(view));
  if (view === null) return null;
  const opened = view.phase !== 'scheduled';
  const close = () => {
    open.value = 'nothing';
  };
  return (
    <div class="scene" data-pane={pane.value}>
      <h1 class="unseen" tabIndex={-1}>
        {view.title}
      </h1>
      <div class="desk">
        {opened && <Glance session={session} view={view} onGo={go} />}
        <div class="stage">
          {opened ? <Faces session={session} /> : <Opening session={session} view={view} />}
          {opened && <Sounds session={session} />}
        </div>
        <Side session={session} view={view} />
      </div>
      <div class="below">
        <CaptionStrip session={session} view={view} />
        <HostNotices
          session={session}
          view={view}
          onAnswer={() => {
            pane.value = 'people';
          }}
        />
        <Sentence session={session} />
        {opened && <CaptionField session={session} />}
        <Controls session={session} view={view}>
          <Switch session={session} view={view} pane={pane.value} onSwitch={show} />
          {opened && <DangerControl onPress={() => (open.value = 'danger')} />}
          {opened && (
            <HostMore session={session} view={view} knock={knock} onKeys={() => (open.value = 'keys')} />
          )}
        </Controls>
      </div>
      {open.value === 'danger' && <DangerChoice session={session} view={view} onClose={close} />}
      {open.value === 'keys' && <KeyList session={session} keys={keys} onClose={close} />}
    </div>
  );
}

function hostKeys(
  session: Session,
  open: Signal<Open>,
  show: (to: Pane) => void,
  go: (row: string) => void,
): Key[] {
  const { layout, talk } = session;
  const opened = () => session.view.value?.phase !== 'scheduled';
  const key = (name: string, text: string, does: () => void): Key => ({
    key: name,
    text,
    does: () => {
      if (opened()) does();
    },
  });
  return [
    key('m', keyWords.microphone, () => {
      press(session, 'microphone');
    }),
    key('c', keyWords.camera, () => {
      press(session, 'camera');
    }),
    key('w', keyWords.people, () => {
      go(DOOR);
    }),
    key('t', keyWords.messages, () => {
      show('people');
      talk.open(talk.to.value);
    }),
    key('g', keyWords.layout, () => {
      layout.value = layout.value === 'gallery' ? 'speaker' : 'gallery';
    }),
    key('l', keyWords.lock, () => {
      void session.act({ do: session.view.value?.locked === true ? 'unlock' : 'lock' });
    }),
    key('P', keyWords.pause, () => {
      void session.act({ do: 'pause' });
    }),
    key('d', keyWords.danger, () => {
      open.value = 'danger';
    }),
    key('u', keyWords.undo, () => {
      void session.undo();
    }),
    { key: '?', text: keyWords.list, does: () => (open.value = 'keys') },
  ];
}

interface SwitchProps {
  session: Session;
  view: View;
  pane: Pane;
  onSwitch: (to: Pane) => void;
}

/** Phones only: the one or the other. */
function Switch({ session, view, pane, onSwitch }: SwitchProps) {
  const toPeople = pane === 'faces';
  const pressing = needs(view, session.media.seats.value).filter((need) => need.pressing);
  const asks = pressing.reduce((sum, { count }) => sum + count, session.talk.unread.value);
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

function DangerControl({ onPress }: { onPress: () => void }) {
  return <Control icon={ShieldAlert} text={dangerWords.choose} onClick={onPress} />;
}

/** Top left: which group, what it is about, the time, and when it ends. */
export function Mark({ session }: { session: Session }) {
  const view = session.view.value;
  if (view === null) return null;
  return (
    <>
      {view.title}{' '}
      <span class="clock">
        {words.until(session.now.value, view.ends)}
        {words.theme(view.theme)}
      </span>
    </>
  );
}

/** The way back is offered only where it lifts no mute from before. */
function muteAll(session: Session, all: readonly Someone[]): Promise<unknown> {
  if (all.some((someone) => someone.microphone_held)) return session.act({ do: 'mute_all' });
  return session.actWithUndo({ do: 'mute_all' }, words.mutedToast, { do: 'lift_all' });
}

/**
 * What touches everybody, in the bar: the door, all mutes, and apart from them the pause. What has nothing to do
 * just now stays in reach, because a button that is switched off while it has the focus loses it.
 */
export function Tools({ session }: { session: Session }) {
  const view = session.view.value;
  if (session.screen.value.name !== 'desk' || view === null || view.phase === 'scheduled') return null;
  const all = parents(view);
  const muted = all.every((someone) => someone.microphone_held);
  const paused = isFrozen(view) && view.paused.length === 4;
  return (
    <div class="tools">
      <button
        type="button"
        class={view.locked ? 'mini careful' : 'mini'}
        onClick={() => void session.act({ do: view.locked ? 'unlock' : 'lock' })}
      >
        {view.locked ? words.unlock : words.lock}
      </button>
      <button
        type="button"
        class="mini"
        aria-disabled={muted}
        onClick={() => {
          if (!muted) void muteAll(session, all);
        }}
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
        aria-disabled={paused}
        onClick={() => {
          if (!paused) void session.act({ do: 'pause' });
        }}
      >
        {pauseWords.all}
      </button>
    </div>
  );
}
