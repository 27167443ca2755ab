/** The host's desk: faces left, people right; on a phone one or the other. */

import { useSignal } from '@preact/signals';
import { LayoutGrid, Users } from 'lucide-preact';
import { desk as words } from '../words/en';
import { Control, Controls, Sentence } from './Controls';
import { Faces, Sounds } from './Faces';
import { People } from './People';
import type { Session } from './session';

export function Desk({ session }: { session: Session }) {
  const view = session.view.value;
  const pane = useSignal<'faces' | 'people'>('faces');
  if (view === null) return null;
  const opened = view.phase !== 'scheduled';
  const toPeople = pane.value === 'faces';
  return (
    <div class="scene" data-pane={pane.value}>
      <h1 class="unseen" tabIndex={-1}>
        {view.title}
      </h1>
      <div class="desk">
        <div class="stage">
          {opened ? <Faces session={session} /> : <Opening session={session} />}
          {opened && <Sounds session={session} />}
        </div>
        <People session={session} />
      </div>
      <div class="below">
        {view.locked && <p class="say locked">{words.lockedNote}</p>}
        <ToastLine session={session} />
        <Sentence session={session} />
        <Controls session={session} host>
          <span class="switch">
            <Control
              icon={toPeople ? Users : LayoutGrid}
              text={toPeople ? words.showPeople(view.waiting.length) : words.faces}
              label={toPeople ? words.showPeopleLabel(view.waiting.length) : words.faces}
              kind={toPeople && view.waiting.length > 0 ? 'on' : ''}
              onClick={() => {
                pane.value = toPeople ? 'people' : 'faces';
              }}
            />
          </span>
        </Controls>
      </div>
    </div>
  );
}

function Opening({ session }: { session: Session }) {
  const view = session.view.value;
  if (view === null) return null;
  return (
    <div class="hang-on centre">
      <div class="glow" aria-hidden="true" />
      <h2>{words.ready}</h2>
      <p class="soft">{words.readyText(view.starts)}</p>
      <button type="button" class="btn fit" onClick={() => void session.act({ do: 'open' })}>
        {words.open}
      </button>
    </div>
  );
}

function ToastLine({ session }: { session: Session }) {
  const toast = session.toast.value;
  return (
    <div role="status">
      {toast !== null && (
        <p class="say plain">
          <span>{toast.text}</span>
          <button type="button" class="link" onClick={() => void session.undo()}>
            {words.undo}
          </button>
        </p>
      )}
    </div>
  );
}

/** What touches everybody, in the bar: the door, all mutes. */
export function Tools({ session }: { session: Session }) {
  const view = session.view.value;
  if (session.screen.value.name !== 'desk' || view === null || view.phase === 'scheduled') return null;
  const parents = view.people.filter((someone) => someone.role === 'parent');
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
        disabled={parents.every((someone) => someone.microphone_held)}
        onClick={() => void session.act({ do: 'mute_all' })}
      >
        {words.muteAll}
      </button>
      <button
        type="button"
        class="mini"
        disabled={!parents.some((someone) => someone.microphone_held)}
        onClick={() => void session.act({ do: 'lift_all' })}
      >
        {words.liftAll}
      </button>
    </div>
  );
}
