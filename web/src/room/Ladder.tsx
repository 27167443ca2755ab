/** The three steps that take somebody out of the room. The last two ask once: why, and a private note if wanted. */

import { useSignal } from '@preact/signals';
import { desk, ladder as words } from '../words/en';
import { tomorrow } from './desk-facts';
import { Dialog } from './Dialog';
import type { About } from './Person';
import { REASONS, RETURN_WORDS, type Act, type RemovalReason, type ReturnWord } from './protocol';
import type { Session } from './session';

interface Props {
  session: Session;
  about: About;
  onClose: () => void;
}

export function ReturnToWaiting({ session, about, onClose }: Props) {
  const { person, name, seat } = about;
  const sendBack = (word: ReturnWord) => {
    onClose();
    void session.actWithUndo({ do: 'return_to_waiting', person, word }, desk.returnedToast(name), {
      do: 'admit',
      seat,
    });
  };
  return (
    <Dialog title={words.toWaitingTitle(name)} onClose={onClose}>
      <p class="soft">{words.toWaitingText}</p>
      <div class="stack">
        {RETURN_WORDS.filter((word) => word !== 'none').map((word) => (
          <button
            key={word}
            type="button"
            class="btn quiet"
            onClick={() => {
              sendBack(word);
            }}
          >
            {words.words[word]}
          </button>
        ))}
        <button
          type="button"
          class="btn quiet"
          onClick={() => {
            sendBack('none');
          }}
        >
          {words.words.none}
        </button>
        <button type="button" class="link" onClick={onClose}>
          {desk.cancel}
        </button>
      </div>
    </Dialog>
  );
}

/** How long a note the platform takes. */
const LONGEST_NOTE = 2000;

interface PutOutProps extends Props {
  how: 'remove' | 'suspend';
}

/** What has been chosen so far. */
interface Choice {
  reason: RemovalReason | null;
  note: string;
  /** A suspension until a day; null is until a talk. */
  until: string | null;
}

/** What to ask for, or the sentence about what is still missing. */
export function putOut(how: 'remove' | 'suspend', person: string, choice: Choice, now: Date): Act | string {
  const { reason, until } = choice;
  if (reason === null) return words.whyMissing;
  const note = choice.note.trim();
  const rest = { person, reason, ...(note === '' ? {} : { note }) };
  if (how === 'remove') return { do: 'remove', ...rest };
  if (until !== null && until < tomorrow(now)) return words.dayMissing;
  return { do: 'suspend', until, ...rest };
}

export function PutOut({ session, about, how, onClose }: PutOutProps) {
  const { person, name } = about;
  const choice = useSignal<Choice>({ reason: null, note: '', until: null });
  const problem = useSignal<string | null>(null);
  const remove = how === 'remove';
  const change = (part: Partial<Choice>) => {
    problem.value = null;
    choice.value = { ...choice.value, ...part };
  };
  const decide = () => {
    const act = putOut(how, person, choice.value, session.now.value);
    if (typeof act === 'string') {
      problem.value = act;
      return;
    }
    onClose();
    const told = remove ? desk.removedToast(name) : desk.suspendedToast(name);
    void session.actWithUndo(act, told, { do: 'restore', person });
  };
  return (
    <Dialog title={remove ? words.removeTitle(name) : words.suspendTitle(name)} onClose={onClose}>
      <p class="soft">{remove ? words.removeText : words.suspendText}</p>
      <form
        data-plain
        onSubmit={(event) => {
          event.preventDefault();
          decide();
        }}
      >
        <Why
          onChoose={(reason) => {
            change({ reason });
          }}
        />
        {!remove && (
          <Until
            until={choice.value.until}
            first={tomorrow(session.now.value)}
            onChoose={(until) => {
              change({ until });
            }}
          />
        )}
        <div class="field">
          <label for="note">{words.note}</label>
          <span class="hint" id="note-hint">
            {words.noteHint}
          </span>
          <textarea
            id="note"
            class="input"
            aria-describedby="note-hint"
            autocomplete="off"
            maxLength={LONGEST_NOTE}
            onInput={(event) => {
              change({ note: event.currentTarget.value });
            }}
          />
        </div>
        <div role="alert">{problem.value !== null && <p class="error">{problem.value}</p>}</div>
        <div class="stack">
          <button type="submit" class="btn stop">
            {remove ? words.removeYes : words.suspendYes}
          </button>
          <button type="button" class="btn quiet" onClick={onClose}>
            {desk.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Why({ onChoose }: { onChoose: (reason: RemovalReason) => void }) {
  return (
    <fieldset class="field">
      <legend>{words.why}</legend>
      {REASONS.map((reason) => (
        <div class="choice" key={reason}>
          <input
            type="radio"
            name="why"
            id={`why-${reason}`}
            onChange={() => {
              onChoose(reason);
            }}
          />
          <label for={`why-${reason}`}>{words.reasons[reason]}</label>
        </div>
      ))}
    </fieldset>
  );
}

interface UntilProps {
  until: string | null;
  first: string;
  onChoose: (until: string | null) => void;
}

function Until({ until, first, onChoose }: UntilProps) {
  return (
    <fieldset class="field">
      <legend>{words.until}</legend>
      <div class="choice">
        <input
          type="radio"
          name="until"
          id="until-talk"
          checked={until === null}
          onChange={() => {
            onChoose(null);
          }}
        />
        <label for="until-talk">{words.untilTalk}</label>
      </div>
      <div class="choice">
        <input
          type="radio"
          name="until"
          id="until-day"
          checked={until !== null}
          onChange={() => {
            onChoose('');
          }}
        />
        <label for="until-day">{words.untilDay}</label>
      </div>
      {until !== null && (
        <input
          type="date"
          class="input short"
          aria-label={words.day}
          min={first}
          value={until}
          onInput={(event) => {
            onChoose(event.currentTarget.value);
          }}
        />
      )}
    </fieldset>
  );
}
