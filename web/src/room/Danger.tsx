/** The danger card: what to do first, then help that is recorded. One press on a person. */

import { useSignal } from '@preact/signals';
import { danger as words, desk, failure } from '../words/en';
import { Choice } from './Choice';
import { parents } from './desk-facts';
import { Dialog } from './Dialog';
import type { About } from './Person';
import type { View } from './protocol';
import type { Session } from './session';

interface Props {
  session: Session;
  onClose: () => void;
}

/** What is known of where they are: not asked yet, a place, or a sentence why there is none. */
type Found = { place: string } | { sentence: string } | null;

export function DangerCard({ session, about, onClose }: Props & { about: About }) {
  const { person, name } = about;
  const found = useSignal<Found>(null);
  const done = useSignal<string | null>(null);
  const reveal = async () => {
    const answer = await session.ask({ do: 'reveal_location', person });
    if (answer.ok) {
      const place = answer.location ?? null;
      found.value = place === null ? { sentence: words.nowhere } : { place };
    } else {
      const theirs = answer.error === 'not_allowed';
      found.value = { sentence: theirs ? words.notYours : failure(answer.error, answer.stands) };
    }
  };
  const takeOthers = async () => {
    const answer = await session.ask({ do: 'call_danger', person });
    done.value = answer.ok ? words.othersDone : failure(answer.error, answer.stands);
  };
  return (
    <Dialog title={words.title(name)} onClose={onClose}>
      <ol class="first">
        {words.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <div class="stack choices">
        <a class="btn" href="tel:999">
          {words.call}
        </a>
        <div role="status">
          <Place found={found.value} />
        </div>
        {found.value === null && <Choice text={words.reveal} hint={words.revealHint} onClick={reveal} />}
        <div role="status">{done.value !== null && <p class="notice careful">{done.value}</p>}</div>
        {done.value === null && <Choice text={words.others} hint={words.othersHint} onClick={takeOthers} />}
        <button type="button" class="btn quiet" onClick={onClose}>
          {words.close}
        </button>
      </div>
    </Dialog>
  );
}

function Place({ found }: { found: Found }) {
  if (found === null) return null;
  if ('sentence' in found) return <p class="notice careful">{found.sentence}</p>;
  return (
    <p class="notice careful">
      {words.at} <b dir="auto">{found.place}</b>
    </p>
  );
}

/** From the bar: whom is it about? */
export function DangerChoice({ session, view, onClose }: Props & { view: View }) {
  const chosen = useSignal<About | null>(null);
  if (chosen.value !== null) return <DangerCard session={session} about={chosen.value} onClose={onClose} />;
  const all: About[] = [
    ...parents(view).map((someone) => ({ ...someone, present: someone })),
    ...view.waiting.map(({ person, name, seat }) => ({ person, name, seat, present: null })),
  ];
  return (
    <Dialog title={words.chooseTitle} onClose={onClose}>
      <p class="soft">{all.length === 0 ? desk.nobodyElse : words.chooseText}</p>
      <div class="stack choices">
        {all.map((about) => (
          <button
            key={about.seat}
            type="button"
            class="btn quiet"
            onClick={() => {
              chosen.value = about;
            }}
          >
            {about.name}
          </button>
        ))}
        <button type="button" class="link" onClick={onClose}>
          {desk.cancel}
        </button>
      </div>
    </Dialog>
  );
}
