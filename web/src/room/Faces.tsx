/** Everybody present: a picture or a letter, a name, who speaks. Sound is kept apart from what is shown. */

import { useSignal } from '@preact/signals';
import { MicOff, WifiOff } from 'lucide-preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { room as words } from '../words/en';
import { columns, isTight } from './grid';
import { NOTHING, type Sent, type Showable } from './media';
import type { Someone } from './protocol';
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
      {view.people
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
}

function Tile({ someone, sent, mine }: TileProps) {
  const muted = someone.microphone_held || !sent.speaks;
  const note = someone.connected ? (muted ? words.muted : null) : words.away;
  return (
    <li class={sent.speaking && !muted ? 'tile speaks' : 'tile'} data-seat={someone.seat}>
      {sent.picture === null ? (
        <span class="face" aria-hidden="true">
          {letter(someone.name)}
        </span>
      ) : (
        <Picture track={sent.picture} mine={mine} />
      )}
      <span class="name">
        <bdi>{mine ? words.you : someone.name}</bdi>
        {someone.role === 'facilitator' && <span class="host">{words.host}</span>}
        {note !== null && (
          <span class="note">
            {someone.connected ? <MicOff aria-hidden="true" /> : <WifiOff aria-hidden="true" />}
            <span>{note}</span>
          </span>
        )}
      </span>
    </li>
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
  const shown = ordered(view.people, mine).filter(({ seat }) => seat !== mine || !session.selfHidden.value);
  const across = columns(shown.length, size.value.width, size.value.height);
  return (
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
        />
      ))}
    </ul>
  );
}
