/** Captions: large, for everybody in the room; and the field that a host types them in. */

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { captions as words } from '../words/en';
import { ripe } from './captions';
import type { View } from './protocol';
import type { Session } from './session';
import { called } from './talk';

/** After so long without a key, what is typed goes out as it is. */
const PAUSE_MS = 1200;
/** As long as the platform takes. */
const LONGEST = 200;

interface Props {
  session: Session;
  view: View;
}

/** Not read out: whoever listens hears the voice itself. */
export function CaptionStrip({ session, view }: Props) {
  const shown = session.captions.shown.value;
  if (shown === null) return null;
  const { hidden } = session.captions;
  const by = called(view, shown.seat);
  return (
    <section class="captions" aria-label={words.title}>
      {!hidden.value && (
        <p class="spoken" dir="auto">
          {shown.text}
        </p>
      )}
      <p class="soft small">
        {by === null ? words.title : words.by(by)}{' '}
        <button
          type="button"
          class="link"
          onClick={() => {
            hidden.value = !hidden.value;
          }}
        >
          {hidden.value ? words.show : words.hide}
        </button>
      </p>
    </section>
  );
}

export function CaptionField({ session }: { session: Session }) {
  return session.captions.typing.value ? <Typing session={session} /> : null;
}

function Typing({ session }: { session: Session }) {
  const typed = useSignal('');
  const problem = useSignal<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    field.current?.focus();
    return () => {
      clearTimeout(timer.current ?? undefined);
    };
  }, []);
  const send = async (text: string) => {
    if (text === '') return;
    problem.value = await session.caption(text);
    if (problem.value !== null) typed.value = `${text} ${typed.value}`.trim();
  };
  const sendAll = () => {
    clearTimeout(timer.current ?? undefined);
    const all = typed.value.trim();
    typed.value = '';
    void send(all);
  };
  const take = (text: string) => {
    const [now, later] = ripe(text);
    typed.value = later;
    void send(now);
    clearTimeout(timer.current ?? undefined);
    timer.current = setTimeout(sendAll, PAUSE_MS);
  };
  return (
    <form
      class="typing"
      data-plain
      onSubmit={(event) => {
        event.preventDefault();
        sendAll();
      }}
    >
      <label for="caption-text">{words.label}</label>
      <div class="line">
        <input
          id="caption-text"
          ref={field}
          class="input"
          autocomplete="off"
          maxLength={LONGEST}
          dir="auto"
          value={typed.value}
          onInput={(event) => {
            take(event.currentTarget.value);
          }}
        />
        <button
          type="button"
          class="mini"
          onClick={() => {
            session.captions.typing.value = false;
          }}
        >
          {words.stop}
        </button>
      </div>
      <div role="status">{problem.value !== null && <p class="say">{problem.value}</p>}</div>
    </form>
  );
}
