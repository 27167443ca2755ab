/** The door: who waits and what speaks against each, who has not come yet. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { desk as words, door as doorWords } from '../words/en';
import { DOOR, notHere, speaksAgainst } from './desk-facts';
import { Dialog } from './Dialog';
import { MarkAnswer } from './InRoom';
import { PersonDialog } from './Person';
import type { View, Waiting } from './protocol';
import type { Session } from './session';

interface Props {
  session: Session;
  view: View;
}

export function Door({ session, view }: Props) {
  const { waiting } = view;
  const more = useSignal<string | null>(null);
  const chosen = waiting.find(({ seat }) => seat === more.value);
  return (
    <section>
      <h2 data-row={DOOR} tabIndex={-1}>
        {words.waiting} {waiting.length > 0 && <span class="tag careful">{waiting.length}</span>}
      </h2>
      {waiting.length === 0 && <p class="soft">{words.nobodyWaits}</p>}
      <ul class="people">
        {waiting.map((someone) => (
          <WaitingRow
            key={someone.seat}
            session={session}
            someone={someone}
            opened={view.phase !== 'scheduled'}
            onMore={() => {
              more.value = someone.seat;
            }}
          />
        ))}
      </ul>
      {waiting.length > 1 && view.phase === 'open' && (
        <button type="button" class="mini go whole" onClick={() => void session.act({ do: 'admit_all' })}>
          {words.letAllIn}
        </button>
      )}
      {waiting.length > 1 && view.phase !== 'scheduled' && (
        <button
          type="button"
          class="link small"
          onClick={() => {
            session.talk.open('waiting');
          }}
        >
          {doorWords.writeAll}
        </button>
      )}
      <NotHere names={notHere(view)} />
      {chosen !== undefined && (
        <PersonDialog
          session={session}
          view={view}
          about={{ person: chosen.person, name: chosen.name, seat: chosen.seat, present: null }}
          onClose={() => {
            more.value = null;
          }}
        />
      )}
    </section>
  );
}

function NotHere({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <details class="not-here">
      <summary>{doorWords.expected(names.length)}</summary>
      <p class="soft">{names.join(', ')}</p>
    </details>
  );
}

interface RowProps {
  session: Session;
  someone: Waiting;
  opened: boolean;
  onMore: () => void;
}

function WaitingRow({ session, someone, opened, onMore }: RowProps) {
  const { name, person } = someone;
  const decline = () =>
    session.actWithUndo({ do: 'decline', person }, words.declinedToast(name), { do: 'restore', person });
  return (
    <li class="who" data-row={someone.seat} tabIndex={-1}>
      <div class="grow">
        <b>{name}</b> <span class="soft">{words.readiness[someone.readiness]}</span>{' '}
        <Tags someone={someone} />
      </div>
      {opened && (
        <div class="does whole">
          <button
            type="button"
            class="mini bare away"
            aria-label={words.notNowLabel(name)}
            onClick={() => void decline()}
          >
            {words.notNow}
          </button>
          <button type="button" class="mini bare" aria-label={words.moreLabel(name)} onClick={onMore}>
            {words.more}
          </button>
          <MarkAnswer session={session} someone={someone} />
          <LetIn session={session} someone={someone} />
        </div>
      )}
    </li>
  );
}

function Tags({ someone }: { someone: Waiting }) {
  const { kept_apart_from: apart } = someone;
  return (
    <>
      {apart.length > 0 && <Tag>{doorWords.apart(apart)}</Tag>}{' '}
      {someone.mark !== 'none' && <Tag>{words.marks[someone.mark]}</Tag>}{' '}
      {someone.first_visit && <Tag>{words.firstVisit}</Tag>} {someone.late && <Tag>{doorWords.late}</Tag>}{' '}
      {someone.full && <Tag>{doorWords.full}</Tag>} {someone.similar_name && <Tag>{doorWords.similar}</Tag>}{' '}
      {someone.second_device && <Tag>{words.secondDevice}</Tag>}{' '}
      {someone.ring_me && <Tag>{words.ringMe}</Tag>} {!someone.connected && <Tag>{words.away}</Tag>}
    </>
  );
}

export function Tag({ children }: { children: ComponentChildren }) {
  return <span class="tag careful">{children}</span>;
}

/** One press, unless something speaks against it: then a second one, on purpose. */
function LetIn({ session, someone }: { session: Session; someone: Waiting }) {
  const asking = useSignal(false);
  const { name, seat } = someone;
  if (!speaksAgainst(someone))
    return (
      <button
        type="button"
        class="mini go"
        aria-label={words.letInLabel(name)}
        onClick={() => void session.act({ do: 'admit', seat })}
      >
        {words.letIn}
      </button>
    );
  const close = () => {
    asking.value = false;
  };
  return (
    <>
      <button
        type="button"
        class="mini careful"
        aria-label={doorWords.anywayLabel(name)}
        onClick={() => {
          asking.value = true;
        }}
      >
        {doorWords.anyway}
      </button>
      {asking.value && (
        <Dialog title={doorWords.anywayTitle(name)} onClose={close}>
          {someone.kept_apart_from.length > 0 && (
            <p class="notice careful">{doorWords.apartText(name, someone.kept_apart_from)}</p>
          )}
          {someone.late && <p>{doorWords.lateText}</p>}
          {someone.full && <p>{doorWords.fullText}</p>}
          <p class="soft">{doorWords.anywayRecorded}</p>
          <div class="stack">
            <button type="button" class="btn quiet" onClick={close}>
              {doorWords.anywayNo}
            </button>
            <button
              type="button"
              class="btn quiet"
              onClick={() => {
                close();
                void session.act({ do: 'admit_anyway', seat });
              }}
            >
              {doorWords.anywayYes(name)}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
