/** Beside the faces: people, or messages. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { departed as departedWords, desk as words, talk as talkWords } from '../words/en';
import { Conversation } from './Conversation';
import { Question } from './Dialog';
import { Door } from './Door';
import { InRoom } from './InRoom';
import type { Departed, Out, View } from './protocol';
import type { Session } from './session';
import { useStill } from './still';

interface Props {
  session: Session;
  view: View;
}

export function Side({ session, view }: Props) {
  const reading = session.talk.reading.value;
  const lists = useStill<HTMLDivElement>();
  return (
    <aside class="side" aria-label={words.people}>
      {view.phase !== 'scheduled' && <Tabs session={session} />}
      <div class="lists" ref={lists}>
        {reading ? (
          <Messages session={session} view={view} />
        ) : (
          <>
            <Door session={session} view={view} />
            <Gone session={session} view={view} />
            <InRoom session={session} view={view} />
            {view.out.length > 0 && <OutList session={session} out={view.out} />}
          </>
        )}
      </div>
      {/* Never beside the button that sends. */}
      {view.phase !== 'scheduled' && !reading && <End session={session} />}
    </aside>
  );
}

function Tabs({ session }: { session: Session }) {
  const { talk } = session;
  const reading = talk.reading.value;
  return (
    <div class="segments tabs" role="group" aria-label={words.people}>
      <button
        type="button"
        class="mini"
        aria-pressed={!reading}
        onClick={() => {
          talk.close();
        }}
      >
        {words.side.people}
      </button>
      <button
        type="button"
        class="mini"
        aria-pressed={reading}
        onClick={() => {
          talk.open(talk.to.value);
        }}
      >
        {words.side.messages}
        {words.unread(talk.unread.value)}
      </button>
    </div>
  );
}

function Messages({ session, view }: Props) {
  const { talk } = session;
  // Leaving the desk, for the side room's end or otherwise, is not reading any more.
  useEffect(
    () => () => {
      talk.close();
    },
    [talk],
  );
  return (
    <>
      <h2 class="unseen">{talkWords.title}</h2>
      <Conversation session={session} view={view} />
      {talk.messages.value.length > 1 && (
        <button type="button" class="link small" onClick={() => void session.unsay('all')}>
          {talkWords.removeAll}
        </button>
      )}
    </>
  );
}

/** Who is gone, and what they wished for. Only hosts know how somebody went. */
function Gone({ session, view }: Props) {
  if (view.departed.length === 0) return null;
  return (
    <section>
      <h2>
        {departedWords.title} <span class="tag careful">{view.departed.length}</span>
      </h2>
      <ul class="people">
        {view.departed.map((gone) => (
          <GoneRow key={gone.person} gone={gone} now={session.now.value} />
        ))}
      </ul>
    </section>
  );
}

function GoneRow({ gone, now }: { gone: Departed; now: Date }) {
  const { name, how, since, plan } = gone;
  return (
    <li class="who" data-row={gone.person} tabIndex={-1}>
      <div class="grow">
        <b>{name}</b> <span class="soft">{departedWords.how[how](since, now)}</span>
        {how === 'exited' && <span class="wish">{departedWords.exited}</span>}
        {how !== 'exited' && plan !== null && <span class="wish">{departedWords.plan[plan]}</span>}
      </div>
    </li>
  );
}

function OutList({ session, out }: { session: Session; out: readonly Out[] }) {
  return (
    <section>
      <h2>{words.out}</h2>
      <ul class="people">
        {out.map(({ person, name, standing, suspended }) => (
          <li class="who" key={person}>
            <div class="grow">
              <b>{name}</b> <span class="soft">{words.outWhy[suspended ? 'suspended' : standing]}</span>
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
