/** The people beside the faces: who waits, who is in, who is not here. Every person one line, one action. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { desk as words, room as roomWords } from '../words/en';
import { Dialog, Question } from './Dialog';
import { ordered } from './Faces';
import { NOTHING } from './media';
import { REASONS, type Out, type Someone, type View, type Waiting } from './protocol';
import type { Session } from './session';

export function People({ session }: { session: Session }) {
  const view = session.view.value;
  if (view === null) return null;
  return (
    <aside class="side" aria-label={words.people}>
      <div class="lists">
        <WaitingList session={session} view={view} />
        <InRoom session={session} view={view} />
        {view.out.length > 0 && <OutList session={session} out={view.out} />}
      </div>
      {view.phase !== 'scheduled' && <End session={session} />}
    </aside>
  );
}

interface ListProps {
  session: Session;
  view: View;
}

function WaitingList({ session, view }: ListProps) {
  return (
    <section>
      <h2>
        {words.waiting} {view.waiting.length > 0 && <span class="tag careful">{view.waiting.length}</span>}
      </h2>
      {view.waiting.length === 0 && <p class="soft">{words.nobodyWaits}</p>}
      <ul class="people">
        {view.waiting.map((someone) => (
          <WaitingRow
            key={someone.seat}
            session={session}
            someone={someone}
            opened={view.phase !== 'scheduled'}
          />
        ))}
      </ul>
      {view.waiting.length > 1 && view.phase === 'open' && (
        <button type="button" class="mini go whole" onClick={() => void session.act({ do: 'admit_all' })}>
          {words.letAllIn}
        </button>
      )}
    </section>
  );
}

interface WaitingRowProps {
  session: Session;
  someone: Waiting;
  opened: boolean;
}

function WaitingRow({ session, someone, opened }: WaitingRowProps) {
  const { name, seat, person } = someone;
  const decline = () =>
    session.actWithUndo({ do: 'decline', person }, words.declinedToast(name), { do: 'restore', person });
  return (
    <li class="who">
      <div class="grow">
        <b>{name}</b> <span class="soft">{words.readiness[someone.readiness]}</span>{' '}
        {someone.first_visit && <Tag>{words.firstVisit}</Tag>}{' '}
        {someone.second_device && <Tag>{words.secondDevice}</Tag>}{' '}
        {someone.ring_me && <Tag>{words.ringMe}</Tag>} {!someone.connected && <Tag>{words.away}</Tag>}
      </div>
      {opened && (
        <div class="does">
          <button
            type="button"
            class="mini bare"
            aria-label={words.notNowLabel(name)}
            onClick={() => void decline()}
          >
            {words.notNow}
          </button>
          <button
            type="button"
            class="mini go"
            aria-label={words.letInLabel(name)}
            onClick={() => void session.act({ do: 'admit', seat })}
          >
            {words.letIn}
          </button>
        </div>
      )}
    </li>
  );
}

function Tag({ children }: { children: ComponentChildren }) {
  return <span class="tag careful">{children}</span>;
}

function InRoom({ session, view }: ListProps) {
  const more = useSignal<string | null>(null);
  const chosen = view.people.find((someone) => someone.person === more.value);
  return (
    <section>
      <h2>
        {words.inRoom} <span class="soft">{view.people.length}</span>
      </h2>
      <ul class="people">
        {ordered(view.people, view.you.seat).map((someone) => (
          <PersonRow
            key={someone.seat}
            session={session}
            someone={someone}
            mine={someone.seat === view.you.seat}
            onMore={() => {
              more.value = someone.person;
            }}
          />
        ))}
      </ul>
      {chosen !== undefined && (
        <More
          session={session}
          someone={chosen}
          onClose={() => {
            more.value = null;
          }}
        />
      )}
    </section>
  );
}

interface PersonRowProps {
  session: Session;
  someone: Someone;
  mine: boolean;
  onMore: () => void;
}

function PersonRow({ session, someone, mine, onMore }: PersonRowProps) {
  const { name, person, microphone_held: muted } = someone;
  const sent = session.media.seats.value.get(someone.seat) ?? NOTHING;
  const state = muted
    ? words.heldByYou
    : sent.speaking
      ? words.speaking
      : sent.speaks
        ? words.micOn
        : words.micOff;
  return (
    <li class="who">
      <div class="grow">
        <b>{mine ? roomWords.you : name}</b>{' '}
        {someone.role === 'facilitator' && <span class="host">{roomWords.host}</span>}{' '}
        <span class="soft">{someone.camera_held ? `${state} · ${words.cameraHeld}` : state}</span>{' '}
        {!someone.connected && <Tag>{words.away}</Tag>}
      </div>
      {someone.role === 'parent' && (
        <div class="does">
          <button
            type="button"
            class="mini"
            aria-label={muted ? words.liftLabel(name) : words.muteLabel(name)}
            onClick={() => void session.act({ do: muted ? 'lift' : 'mute', person })}
          >
            {muted ? words.lift : words.mute}
          </button>
          <button type="button" class="mini bare" aria-label={words.moreLabel(name)} onClick={onMore}>
            {words.more}
          </button>
        </div>
      )}
    </li>
  );
}

interface MoreProps {
  session: Session;
  someone: Someone;
  onClose: () => void;
}

/** The rarer steps about one person, the mildest first; removing asks why. */
function More({ session, someone, onClose }: MoreProps) {
  const removing = useSignal(false);
  const { name, person, camera_held: cameraHeld } = someone;
  const then = (work: Promise<unknown>) => {
    onClose();
    void work;
  };
  if (removing.value) {
    return (
      <Dialog title={words.removeTitle(name)} onClose={onClose}>
        <p class="soft">{words.removeText}</p>
        <div class="stack">
          {REASONS.map((reason) => (
            <button
              key={reason}
              type="button"
              class="btn stop"
              onClick={() => {
                then(
                  session.actWithUndo({ do: 'remove', person, reason }, words.removedToast(name), {
                    do: 'restore',
                    person,
                  }),
                );
              }}
            >
              {words.reasons[reason]}
            </button>
          ))}
          <button type="button" class="btn quiet" onClick={onClose}>
            {words.cancel}
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={name} onClose={onClose}>
      <div class="stack">
        <button
          type="button"
          class="btn quiet"
          onClick={() => {
            then(session.act({ do: cameraHeld ? 'lift_camera' : 'hold_camera', person }));
          }}
        >
          {cameraHeld ? words.cameraLift : words.cameraOff}
        </button>
        <button
          type="button"
          class="btn quiet"
          onClick={() => {
            then(session.act({ do: 'return_to_waiting', person }));
          }}
        >
          {words.toWaiting}
        </button>
        <p class="soft small">{words.toWaitingHint}</p>
        <button
          type="button"
          class="btn stop"
          onClick={() => {
            removing.value = true;
          }}
        >
          {words.remove}
        </button>
        <button type="button" class="btn quiet" onClick={onClose}>
          {words.cancel}
        </button>
      </div>
    </Dialog>
  );
}

function OutList({ session, out }: { session: Session; out: readonly Out[] }) {
  return (
    <section>
      <h2>{words.out}</h2>
      <ul class="people">
        {out.map(({ person, name, standing }) => (
          <li class="who" key={person}>
            <div class="grow">
              <b>{name}</b> <span class="soft">{words.outWhy[standing]}</span>
            </div>
            <button
              type="button"
              class="mini"
              aria-label={words.undoLabel(name)}
              onClick={() => void session.act({ do: 'restore', person })}
            >
              {words.undo}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Far from everything else, and asks once. */
function End({ session }: { session: Session }) {
  const asking = useSignal(false);
  const close = () => {
    asking.value = false;
  };
  return (
    <div class="end">
      <button
        type="button"
        class="btn stop small"
        onClick={() => {
          asking.value = true;
        }}
      >
        {words.end}
      </button>
      {asking.value && (
        <Question
          title={words.endTitle}
          text={words.endText}
          yes={words.endYes}
          no={words.endNo}
          grave
          onYes={() => {
            close();
            void session.act({ do: 'end' });
          }}
          onClose={close}
        />
      )}
    </div>
  );
}
