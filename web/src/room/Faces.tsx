/** Everybody present: a picture or a letter, a name, who speaks. Sound is kept apart from what is shown. */

import { useSignal } from '@preact/signals';
import { DoorOpen, Hand, HeartHandshake, MicOff, WifiLow, WifiOff, type LucideIcon } from 'lucide-preact';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { desk as deskWords, room as words, screen as screenWords, talk as talkWords } from '../words/en';
import { gallery, hasRoomForLarge, isWide, spotlight, start, type Space } from './layout';
import type { Reaction, Someone, View } from './protocol';
import { SIGNS } from './Reactions';
import { company } from './screens';
import { NOTHING, type Sent, type Showable } from './sent';
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

/** A phone call, or another app, stops a page's sound: it goes on as soon as the phone lets it. */
function playOn(event: Event): void {
  const { currentTarget: element } = event;
  if (element instanceof HTMLAudioElement && element.isConnected && element.srcObject !== null)
    void element.play().catch(() => undefined);
}

function Sound({ track, seat }: { track: Showable; seat: string }) {
  const element = useTrack<HTMLAudioElement>(track);
  return <audio ref={element} data-seat={seat} autoPlay onPause={playOn} />;
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
  /** It is a host who looks. */
  host: boolean;
  reaction: Reaction | null;
  /** Stepped out into the side room, which oneself is not in. */
  out: boolean;
  large: boolean;
  /** The half column where it begins, to have the last row in the middle. */
  begins: number | null;
}

/** The one thing to know about somebody beside their name, with its sign. */
function note(someone: Someone, sent: Sent, out: boolean, host: boolean): [LucideIcon, string] | null {
  if (!someone.connected) return [WifiOff, words.away];
  if (out) return [DoorOpen, words.steppedOut];
  if (someone.mark !== 'none') return [HeartHandshake, deskWords.marks[someone.mark]];
  if (someone.hand !== null) return [Hand, words.handNote(someone.hand)];
  if (sent.poor) return [WifiLow, words.poorLine];
  // Who muted whom is between them and the hosts.
  if (someone.microphone_held) return [MicOff, host ? deskWords.heldByYou : words.muted];
  return sent.speaks ? null : [MicOff, words.muted];
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

function Tile({ someone, sent, mine, host, reaction, out, large, begins }: TileProps) {
  const known = note(someone, sent, out, host);
  const speaks = sent.speaking && sent.speaks && !someone.microphone_held && !out;
  return (
    <li
      class={['tile', speaks && 'speaks', out && 'out', large && 'large'].filter(Boolean).join(' ')}
      data-seat={someone.seat}
      style={{ gridColumnStart: begins === null ? '' : String(begins) }}
    >
      <span class="face" aria-hidden="true">
        {letter(someone.name)}
      </span>
      {/* Over the letter, which is seen until the first picture has come. */}
      {sent.picture !== null && !out && <Picture track={sent.picture} mine={mine} />}
      {reaction !== null && <ReactionSign reaction={reaction} />}
      <span class="name">
        <bdi>{mine ? words.you : someone.name}</bdi>
        {someone.role === 'facilitator' && <span class="host">{words.host}</span>}
        {known !== null && <Note sign={known[0]} text={known[1]} />}
      </span>
    </li>
  );
}

interface Shared {
  name: string;
  track: Showable;
}

/** A screen that somebody else shares. One's own is not shown back. */
function shared(session: Session, view: View): Shared | null {
  for (const { seat, name } of company(view)) {
    const track = session.media.seats.value.get(seat)?.screen ?? null;
    if (track !== null && seat !== view.you.seat) return { name, track };
  }
  return null;
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

/** The room there is for faces, at text of the usual size. */
function useSpace<E extends HTMLElement>(): [RefObject<E>, Space] {
  const place = useRef<E>(null);
  const space = useSignal<Space>({ width: 360, height: 560 });
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const measure = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      const scale = textScale();
      if (width > 0) space.value = { width: width / scale, height: height / scale };
    });
    measure.observe(element);
    return () => {
      measure.disconnect();
    };
  }, []);
  return [place, space.value];
}

/** Who is shown large: whoever spoke last, else the first of the others. */
function largest(session: Session, shown: readonly Someone[], mine: string): string | null {
  if (session.layout.value !== 'speaker' || shown.length < 2) return null;
  const speaker = shown.find(({ seat }) => seat === session.speaker.value);
  return (speaker ?? shown.find(({ seat }) => seat !== mine))?.seat ?? null;
}

export function Faces({ session }: { session: Session }) {
  const [place, space] = useSpace<HTMLDivElement>();
  const view = session.view.value;
  if (view === null) return null;
  const mine = view.you.seat;
  const screen = shared(session, view);
  const wide = isWide(space);
  const shown = ordered(company(view), mine).filter(({ seat }) => seat !== mine || !session.selfHidden.value);
  return (
    <div class={wide ? 'faces wide' : 'faces'} ref={place}>
      {screen !== null && (
        <figure class="shared">
          <Picture track={screen.track} mine={false} />
          <figcaption class="name">{screenWords.shared(screen.name)}</figcaption>
        </figure>
      )}
      <Grid
        session={session}
        view={view}
        shown={shown}
        large={screen === null && hasRoomForLarge(space) ? largest(session, shown, mine) : null}
        space={screen === null ? space : beside(space, wide)}
      />
    </div>
  );
}

/** What a shared screen leaves of the space (stage.css has the same). */
function beside({ width, height }: Space, wide: boolean): Space {
  return wide ? { width: width / 4, height } : { width, height: height / 3 };
}

interface GridProps {
  session: Session;
  view: View;
  shown: readonly Someone[];
  /** The seat that is shown large, if any. */
  large: string | null;
  space: Space;
}

function Grid({ session, view, shown, large, space }: GridProps) {
  const mine = view.you.seat;
  const aside = view.you.aside?.state === 'in';
  const spot = large === null ? null : spotlight(shown.length - 1, space);
  const { across, tight } = spot ?? gallery(shown.length, space);
  const small = shown.filter(({ seat }) => seat !== large);
  const kind = spot === null ? '' : spot.wide ? 'one beside' : 'one';
  return (
    <ul
      class={`grid ${kind} ${tight ? 'tight' : ''}`}
      aria-label={words.everyone}
      style={{ '--across': String(across), '--rows': String(spot?.rows ?? 1) }}
    >
      {shown.map((someone) => (
        <Tile
          key={someone.seat}
          someone={someone}
          sent={session.media.seats.value.get(someone.seat) ?? NOTHING}
          mine={someone.seat === mine}
          host={view.you.role === 'facilitator'}
          reaction={session.talk.reactions.value.get(someone.seat) ?? null}
          out={someone.stepped_out && !aside}
          large={someone.seat === large}
          begins={
            someone.seat === large || spot?.wide === true
              ? null
              : start(small.indexOf(someone), small.length, across)
          }
        />
      ))}
    </ul>
  );
}
