/** Who is in the room: hands first, then every person on one line with the one action that is likely now. */

import { useSignal } from '@preact/signals';
import { desk as words, room as roomWords } from '../words/en';
import { Tag } from './Door';
import { ordered } from './Faces';
import { NOTHING } from './sent';
import { PersonDialog } from './Person';
import type { Mark, Someone, View } from './protocol';
import type { Session } from './session';

interface Props {
  session: Session;
  view: View;
}

export function InRoom({ session, view }: Props) {
  const more = useSignal<string | null>(null);
  const chosen = view.people.find((someone) => someone.person === more.value);
  return (
    <>
      <Hands session={session} view={view} />
      <section>
        <h2>
          {words.inRoom} <span class="soft">{view.people.length}</span>
        </h2>
        <ul class="people">
          {ordered(view.people, view.you.seat).map((someone) => (
            <PersonRow
              key={someone.seat}
              session={session}
              view={view}
              someone={someone}
              onMore={() => {
                more.value = someone.person;
              }}
            />
          ))}
        </ul>
        {chosen !== undefined && (
          <PersonDialog
            session={session}
            view={view}
            about={{ person: chosen.person, name: chosen.name, seat: chosen.seat, present: chosen }}
            onClose={() => {
              more.value = null;
            }}
          />
        )}
      </section>
    </>
  );
}

/** In the order that the platform saw them. */
function Hands({ session, view }: Props) {
  const up = view.hands
    .map((hand) => view.people.find(({ person }) => person === hand))
    .filter((someone) => someone !== undefined);
  if (up.length === 0) return null;
  return (
    <section>
      <h2>
        {words.hands} <span class="tag careful">{up.length}</span>
      </h2>
      <ol class="people">
        {up.map(({ person, name }, at) => (
          <li class="who" key={person}>
            <div class="grow">
              <span class="soft">{at + 1}.</span> <b>{name}</b>
            </div>
            <div class="does">
              <button
                type="button"
                class="mini"
                aria-label={words.lowerLabel(name)}
                onClick={() => void session.act({ do: 'lower_hand', person })}
              >
                {words.lower}
              </button>
              {view.floor.mode !== 'open' && (
                <button
                  type="button"
                  class="mini go"
                  aria-label={words.giveWordLabel(name)}
                  onClick={() => void session.act({ do: 'give_word', person })}
                >
                  {words.giveWord}
                </button>
              )}
            </div>
          </li>
        ))}
      </ol>
      {up.length > 1 && (
        <button type="button" class="link small" onClick={() => void session.act({ do: 'lower_all_hands' })}>
          {words.lowerAll}
        </button>
      )}
    </section>
  );
}

interface MarkProps {
  session: Session;
  someone: { seat: string; person: string; name: string; mark: Mark };
}

/** Where a parent has told the hosts something: answer it, or say that it was seen to. */
export function MarkAnswer({ session, someone }: MarkProps) {
  const { seat, person, name, mark } = someone;
  if (mark === 'none') return null;
  return (
    <>
      <button
        type="button"
        class="mini bare"
        aria-label={words.seenLabel(name)}
        onClick={() => void session.act({ do: 'clear_mark', person })}
      >
        {words.seen}
      </button>
      <button
        type="button"
        class="mini"
        aria-label={words.replyLabel(name)}
        onClick={() => {
          session.talk.open({ seat });
        }}
      >
        {words.reply}
      </button>
    </>
  );
}

interface RowProps {
  session: Session;
  view: View;
  someone: Someone;
  onMore: () => void;
}

function state(session: Session, view: View, someone: Someone): string {
  const sent = session.media.seats.value.get(someone.seat) ?? NOTHING;
  const sound = sent.speaking ? words.speaking : sent.speaks ? words.micOn : words.micOff;
  const said = [someone.microphone_held ? words.heldByYou : sound];
  if (someone.stepped_out) said.unshift(roomWords.steppedOut);
  if (view.floor.mode !== 'open' && view.floor.speaker === someone.person) said.unshift(words.hasWord);
  if (someone.camera_held) said.push(words.cameraHeld);
  if (someone.hand !== null) said.push(words.handsNote(someone.hand));
  return said.join(' · ');
}

function PersonRow({ session, view, someone, onMore }: RowProps) {
  const { name, mark } = someone;
  const mine = someone.seat === view.you.seat;
  return (
    <li class="who" data-row={someone.seat} tabIndex={-1}>
      <div class="grow">
        <b>{mine ? roomWords.you : name}</b>{' '}
        {someone.role === 'facilitator' && <span class="host">{roomWords.host}</span>}{' '}
        <span class="soft">{state(session, view, someone)}</span>{' '}
        {mark !== 'none' && <Tag>{words.marks[mark]}</Tag>} {!someone.connected && <Tag>{words.away}</Tag>}{' '}
        {session.media.seats.value.get(someone.seat)?.poor === true && <Tag>{words.needs.poor}</Tag>}
      </div>
      {someone.role === 'parent' && (
        <div class="does">
          <MarkAnswer session={session} someone={someone} />
          <Likely session={session} view={view} someone={someone} />
          <button type="button" class="mini bare" aria-label={words.moreLabel(name)} onClick={onMore}>
            {words.more}
          </button>
        </div>
      )}
    </li>
  );
}

/** While the floor is held it is the word, otherwise the mute. */
function Likely({ session, view, someone }: Omit<RowProps, 'onMore'>) {
  const { name, person, microphone_held: muted } = someone;
  if (view.floor.mode !== 'open' && !muted) {
    const speaks = view.floor.speaker === person;
    return (
      <button
        type="button"
        class={speaks ? 'mini' : 'mini go'}
        aria-label={speaks ? words.takeWordLabel(name) : words.giveWordLabel(name)}
        onClick={() => void session.act(speaks ? { do: 'take_word' } : { do: 'give_word', person })}
      >
        {speaks ? words.takeWord : words.giveWord}
      </button>
    );
  }
  return (
    <button
      type="button"
      class="mini"
      aria-label={muted ? words.liftLabel(name) : words.muteLabel(name)}
      onClick={() => void session.act({ do: muted ? 'lift' : 'mute', person })}
    >
      {muted ? words.lift : words.mute}
    </button>
  );
}
