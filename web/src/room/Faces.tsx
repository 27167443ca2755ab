/** Everybody present: a picture or a letter, a name, who speaks. Sound is kept apart from what is shown. */

import { useSignal } from '@preact/signals';
import { DoorOpen, Hand, MicOff, WifiOff, type LucideIcon } from 'lucide-preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { room as words, screen as screenWords, talk as talkWords } from '../words/en';
import { columns, isTight } from './grid';
import { NOTHING, type Sent, type Showable } from './media';
import type { Reaction, Someone, View } from './protocol';
import { SIGNS } from './Reactions';
import { company } from './screens';
import type { Session } from './session';

function useTrack<E extends HTMLMediaElement>(track: Showable | null) {
  const element = useRef<E>(null);
  useEffect(() => {
    const on = element.current;
    if (on === null || track === null) return undefined;
    track.attach(on);
    return () => {
      track.detach(on);
    };
  }, [track]);
  return element;
}

function Picture({ track, mine }: { track: Showable; mine: boolean }) {
  const element = useTrack<HTMLVideoElement>(track);
  return <video class={mine ? 'mine' : ''} ref={element} muted playsInline autoPlay aria-hidden="true" />;
}

function Sound({ track, seat }: { track: Showable; seat: string }) {
  const element = useTrack<HTMLAudioElement>(track);
  return <audio ref={element} data-seat={seat} autoPlay />;
}

/** Everybody's sound but one's own, for those the platform says are here. */
export function Sounds({ session }: { session: Session }) {
  const view = session.view.value;
  if (view === null) return null;
  return (
    <div hidden>
      {company(view)
        .filter((someone) => someone.seat !== view.you.seat)
        .map(({ seat }) => {
          const sound = session.media.seats.value.get(seat)?.sound ?? null;
          return sound === null ? null : <Sound key={seat} track={sound} seat={seat} />;
        })}
    </div>
  );
}

/** The first letter, whatever the script. */
export function letter(name: string): string {
  const first = String.fromCodePoint(name.trim().codePointAt(0) ?? 0xb7);
  return first.toLocaleUpperCase();
}

interface TileProps {
  someone: Someone;
  sent: Sent;
  mine: boolean;
  reaction: Reaction | null;
  /** Stepped out into the side room, which oneself is not in. */
  out: boolean;
}

/** The one thing to know about somebody beside their name, with its sign. */
function note(someone: Someone, muted: boolean, out: boolean): [LucideIcon, string] | null {
  if (!someone.connected) return [WifiOff, words.away];
  if (out) return [DoorOpen, words.steppedOut];
  if (someone.hand !== null) return [Hand, words.handNote(someone.hand)];
  return muted ? [MicOff, words.muted] : null;
}

function Note({ sign: Sign, text }: { sign: LucideIcon; text: string }) {
  return (
    <span class="note">
      <Sign aria-hidden="true" />
      <span>{text}</span>
    </span>
  );
}

function ReactionSign({ reaction }: { reaction: Reaction }) {
  const Sign = SIGNS[reaction];
  return (
    <span class="reaction" role="img" aria-label={talkWords.reactions[reaction]}>
      <Sign aria-hidden="true" />
    </span>
  );
}

function Tile({ someone, sent, mine, reaction, out }: TileProps) {
  const muted = someone.microphone_held || !sent.speaks;
  const known = note(someone, muted, out);
  const speaks = sent.speaking && !muted && !out;
  return (
    <li class={speaks ? 'tile speaks' : out ? 'tile out' : 'tile'} data-seat={someone.seat}>
      {sent.picture === null || out ? (
        <span class="face" aria-hidden="true">
          {letter(someone.name)}
        </span>
      ) : (
        <Picture track={sent.picture} mine={mine} />
      )}
      {reaction !== null && <ReactionSign reaction={reaction} />}
      <span class="name">
        <bdi>{mine ? words.you : someone.name}</bdi>
        {someone.role === 'facilitator' && <span class="host">{words.host}</span>}
        {known !== null && <Note sign={known[0]} text={known[1]} />}
      </span>
    </li>
  );
}

/** A shared screen, large, with the faces beneath it. One's own is not shown back. */
function SharedScreen({ session, view }: { session: Session; view: View }) {
  const sharing = company(view).find(
    ({ seat }) => seat !== view.you.seat && (session.media.seats.value.get(seat)?.screen ?? null) !== null,
  );
  const track = sharing === undefined ? null : (session.media.seats.value.get(sharing.seat)?.screen ?? null);
  if (sharing === undefined || track === null) return null;
  return (
    <figure class="shared">
      <Picture track={track} mine={false} />
      <figcaption class="name">{screenWords.shared(sharing.name)}</figcaption>
    </figure>
  );
}

/** Hosts first, oneself last, otherwise as they came: nobody jumps about. */
export function ordered(people: readonly Someone[], mine: string): Someone[] {
  const rank = (someone: Someone) => (someone.seat === mine ? 2 : someone.role === 'facilitator' ? 0 : 1);
  return [...people].sort((one, other) => rank(one) - rank(other));
}

/** How much larger than usual the person reads: 2 for 200 % text. */
function textScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
}

export function Faces({ session }: { session: Session }) {
  const list = useRef<HTMLUListElement>(null);
  const size = useSignal({ width: 360, height: 560 });
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return undefined;
    const measure = new ResizeObserver(() => {
      const width = element.clientWidth;
      const height = element.clientHeight;
      const scale = textScale();
      if (width > 0) size.value = { width: width / scale, height: height / scale };
    });
    measure.observe(element);
    return () => {
      measure.disconnect();
    };
  }, []);
  const view = session.view.value;
  if (view === null) return null;
  const mine = view.you.seat;
  const aside = view.you.aside?.state === 'in';
  const shown = ordered(company(view), mine).filter(({ seat }) => seat !== mine || !session.selfHidden.value);
  const across = columns(shown.length, size.value.width, size.value.height);
  return (
    <>
      <SharedScreen session={session} view={view} />
      <ul
        class={isTight(across, size.value.width) ? 'grid tight' : 'grid'}
        ref={list}
        aria-label={words.everyone}
        style={{ '--across': String(across) }}
      >
        {shown.map((someone) => (
          <Tile
            key={someone.seat}
            someone={someone}
            sent={session.media.seats.value.get(someone.seat) ?? NOTHING}
            mine={someone.seat === mine}
            reaction={session.talk.reactions.value.get(someone.seat) ?? null}
            out={someone.stepped_out && !aside}
          />
        ))}
      </ul>
    </>
  );
}
