/** What is written: read from the top, write at the bottom. Plain text; only a host's addresses can be opened. */

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { clock, pages, talk as words } from '../words/en';
import { Dialog } from './Dialog';
import type { Address, Said, To, View } from './protocol';
import type { Session } from './session';
import { addressee, asKey, audiences, called, pieces } from './talk';

/** As long as the platform takes. */
const LONGEST = 500;

interface Props {
  session: Session;
  view: View;
}

function addressed(view: View, to: Address): string {
  return typeof to === 'string'
    ? words.addressed[to]
    : words.addressed.one(called(view, to.seat) ?? words.gone);
}

function audience(view: View, to: To): string {
  switch (to) {
    case 'everyone':
      return words.toEveryone;
    case 'hosts':
      return words.toHosts;
    case 'waiting':
      return words.toWaiting;
    default:
      return words.toOne(called(view, to.seat) ?? words.gone);
  }
}

export function Text({ said }: { said: Said }) {
  return (
    <>
      {pieces(said.text, said.links).map(({ text, href }, at) =>
        href === null ? (
          text
        ) : (
          <a key={at} href={href} target="_blank" rel="noopener noreferrer">
            {text}
          </a>
        ),
      )}
    </>
  );
}

function Message({ session, view, said }: Props & { said: Said }) {
  const mine = said.from.seat === view.you.seat;
  const host = view.you.role === 'facilitator';
  return (
    <li class={mine ? 'message mine' : 'message'}>
      <p class="soft small">
        <bdi>{mine ? words.you : (called(view, said.from.seat) ?? said.from.name)}</bdi>{' '}
        {addressed(view, said.to)}, {clock(said.at)}
      </p>
      <p class="text" dir="auto">
        <Text said={said} />
      </p>
      {host && (
        <button
          type="button"
          class="link small"
          aria-label={words.removeLabel(said.from.name)}
          onClick={() => void session.unsay(said.id)}
        >
          {words.remove}
        </button>
      )}
    </li>
  );
}

/** Why a parent cannot write to everyone just now. */
function limits(view: View): string | null {
  if (view.you.role !== 'parent' || view.you.place !== 'present') return null;
  if (view.chat === 'off') return words.off;
  if (view.chat === 'hosts') return words.hostsOnly;
  return view.paused.includes('chat') ? words.paused : null;
}

function Compose({ session, view }: Props) {
  const draft = useSignal('');
  const problem = useSignal<string | null>(null);
  const choices = audiences(view);
  const wanted = session.talk.to.value;
  const to = addressee(choices, wanted);
  const field = useRef<HTMLTextAreaElement>(null);
  // Somebody was chosen to write to: the next thing is to write.
  useEffect(() => {
    if (wanted !== null) field.current?.focus();
  }, [wanted]);
  const send = async () => {
    const text = draft.value.trim();
    if (text === '') return;
    problem.value = text.length > LONGEST ? words.tooLong : await session.say(to, text);
    if (problem.value === null) draft.value = '';
  };
  return (
    <form
      class="compose"
      data-plain
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label for="talk-to">{words.to}</label>
      <select
        id="talk-to"
        class="input"
        value={asKey(to)}
        onChange={(event) => {
          const key = event.currentTarget.value;
          session.talk.to.value = choices.find((choice) => asKey(choice) === key) ?? null;
        }}
      >
        {choices.map((choice) => (
          <option key={asKey(choice)} value={asKey(choice)}>
            {audience(view, choice)}
          </option>
        ))}
      </select>
      <label for="talk-text" class="unseen">
        {words.write}
      </label>
      <textarea
        id="talk-text"
        ref={field}
        class="input"
        rows={2}
        autocomplete="off"
        placeholder={words.write}
        value={draft.value}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
        }}
      />
      <div role="status">{problem.value !== null && <p class="say">{problem.value}</p>}</div>
      <button type="submit" class="btn small">
        {words.send}
      </button>
    </form>
  );
}

export function Conversation({ session, view }: Props) {
  const messages = session.talk.messages.value;
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.lastElementChild?.scrollIntoView({ block: 'nearest' });
  }, [messages.length]);
  const limit = limits(view);
  return (
    <div class="conversation">
      {messages.length === 0 ? (
        <div class="empty">
          <h3>{words.empty}</h3>
          <p>{words.emptyText}</p>
        </div>
      ) : (
        <ol class="messages" ref={list}>
          {messages.map((said) => (
            <Message key={said.id} session={session} view={view} said={said} />
          ))}
        </ol>
      )}
      {limit !== null && <p class="soft small">{limit}</p>}
      <Compose session={session} view={view} />
    </div>
  );
}

/** The same as a sheet, for whoever has no room beside the faces. */
export function ConversationSheet({ session, view }: Props) {
  if (!session.talk.reading.value) return null;
  const close = () => {
    session.talk.close();
  };
  return (
    <Dialog title={words.title} onClose={close}>
      <Conversation session={session} view={view} />
      <button type="button" class="link" onClick={close}>
        {pages.close}
      </button>
    </Dialog>
  );
}
