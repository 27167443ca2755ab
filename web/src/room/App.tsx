/** Chooses the screen, and tells screen readers what changed. The room and the desk are fetched when they are due. */

import { useEffect, useRef } from 'preact/hooks';
import { keepFocus } from '../focus';
import { pages } from '../words/en';
import { Announced, ToldContext } from './Announced';
import { useAwake } from './awake';
import { FinalScreen } from './Final';
import { Later } from './later';
import type { Screen } from './screens';
import type { Session } from './session';
import { Connecting, Waiting } from './Waiting';

const room = new Later(() => import('./Room'));
const hostDesk = new Later(() => import('./Desk'));

/** What counts as another screen: the focus goes to its heading. */
function kind(screen: Screen): string {
  switch (screen.name) {
    case 'final':
      return screen.why;
    case 'waiting':
      return screen.kind === 'returned' ? 'returned' : 'waiting';
    case 'room':
      return room.part.value === null ? 'connecting' : screen.hangOn ? 'hang on' : 'room';
    case 'desk':
      return hostDesk.part.value === null ? 'connecting' : 'desk';
    case 'connecting':
      return 'connecting';
  }
}

export function App({ session }: { session: Session }) {
  const screen = session.screen.value;
  const place = useRef<HTMLDivElement>(null);
  const now = kind(screen);
  useEffect(() => {
    if (now !== 'connecting') place.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }, [now]);
  // The bar too: what is pressed there may go like anything else.
  useEffect(() => keepFocus(document.body), []);
  useAwake(screen.name !== 'final');
  return (
    <div class="app" ref={place}>
      <ToldContext.Provider value={session.told}>
        <Chosen session={session} screen={screen} />
        <Announced />
      </ToldContext.Provider>
    </div>
  );
}

function Chosen({ session, screen }: { session: Session; screen: Screen }) {
  switch (screen.name) {
    case 'connecting':
      return <Connecting lost={session.link.value === 'lost'} />;
    case 'final':
      return <FinalScreen session={session} why={screen.why} />;
    case 'waiting':
      return <Waiting session={session} kind={screen.kind} />;
    case 'room': {
      room.ask();
      const part = room.part.value;
      return part === null ? (
        <Connecting lost={false} />
      ) : (
        <part.Room session={session} hangOn={screen.hangOn} />
      );
    }
    case 'desk': {
      hostDesk.ask();
      const part = hostDesk.part.value;
      return part === null ? <Connecting lost={false} /> : <part.Desk session={session} />;
    }
  }
}

/** What the room or the desk brings, once it is there. */
function shown(session: Session) {
  const { name } = session.screen.value;
  if (name === 'room') return room.part.value;
  return name === 'desk' ? hostDesk.part.value : null;
}

/** Top left. */
export function Mark({ session }: { session: Session }) {
  const part = shown(session);
  return part === null ? <>{pages.mark}</> : <part.Mark session={session} />;
}

/** In the bar beside it. */
export function Tools({ session }: { session: Session }) {
  const part = shown(session);
  return part === null ? null : <part.Tools session={session} />;
}
