/** Microphone, camera and speaker of this device, how good the line is, and what the page says by itself. */

import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Choose } from '../check/Choose';
import { equipment as words, pages, room as roomWords } from '../words/en';
import { Dialog } from './Dialog';
import type { Kind } from './sent';
import type { Session } from './session';

const NAMES: readonly Kind[] = ['audioinput', 'videoinput', 'audiooutput'];

function offered(kind: Kind): boolean {
  return kind !== 'audiooutput' || 'setSinkId' in HTMLMediaElement.prototype;
}

interface Props {
  session: Session;
  onClose: () => void;
}

export function Equipment({ session, onClose }: Props) {
  const { media } = session;
  const failed = useSignal(false);
  const without = media.soundOnly.value !== 'no';
  const choose = async (kind: Kind, id: string) => {
    failed.value = !(await media.use(kind, id));
  };
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p class="soft" role="status">
        {roomWords.reception[media.reception.value]}
      </p>
      {NAMES.filter(offered).map((kind) => (
        <Choose
          key={kind}
          label={words.names[kind]}
          kind={kind}
          since={`${media.microphone.value} ${media.camera.value}`}
          chosen={media.chosen.value[kind] ?? undefined}
          choose={(id) => void choose(kind, id)}
        />
      ))}
      <p class="hint">{words.hint}</p>
      <div role="alert">{failed.value && <p class="error">{words.failed}</p>}</div>
      <button
        type="button"
        class="btn quiet"
        onClick={() => {
          void session.hearOnly(without ? 'no' : 'chosen');
        }}
      >
        {without ? roomWords.soundOnly.back : roomWords.soundOnly.name}
      </button>
      <div class="stack choices">
        <Says
          on={media.notices.value}
          words={words.notices}
          hint={words.noticesHint}
          onTurn={(on) => {
            media.notice(on);
          }}
        />
        <Says
          on={session.saysSpeakers.value}
          words={words.speakers}
          onTurn={(on) => {
            session.saysSpeakers.value = on;
          }}
        />
        <button type="button" class="btn quiet" onClick={onClose}>
          {pages.close}
        </button>
      </div>
    </Dialog>
  );
}

interface SaysProps {
  on: boolean;
  words: string;
  hint?: string;
  onTurn: (on: boolean) => void;
}

function Says({ on, words: text, hint, onTurn }: SaysProps) {
  const id = useId();
  return (
    <div class="choice">
      <input
        type="checkbox"
        id={id}
        checked={on}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => {
          onTurn(event.currentTarget.checked);
        }}
      />
      <label for={id}>{text}</label>
      {hint !== undefined && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}
