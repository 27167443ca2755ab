/** Chooses the screen, and tells screen readers what changed. */

import { useEffect, useRef } from 'preact/hooks';
import { clock, desk, pages } from '../words/en';
import { Desk } from './Desk';
import { FinalScreen } from './Final';
import { Room } from './Room';
import type { Screen } from './screens';
import type { Session } from './session';
import { Connecting, Waiting } from './Waiting';
import { useAwake } from './awake';

/** What counts as another screen: the focus goes to its heading. */
function kind(screen: Screen): string {
  switch (screen.name) {
    case 'final':
      return screen.why;
    case 'waiting':
      return screen.kind === 'returned' ? 'returned' : 'waiting';
    case 'room':
      return screen.hangOn ? 'hang on' : 'room';
    case 'connecting':
    case 'desk':
      return screen.name;
  }
}

export function App({ session }: { session: Session }) {
  const screen = session.screen.value;
  const told = session.told.value;
  const place = useRef<HTMLDivElement>(null);
  const now = kind(screen);
  useEffect(() => {
    if (now !== 'connecting') place.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }, [now]);
  useAwake(screen.name !== 'final');
  return (
    <div class="app" ref={place}>
      <Chosen session={session} screen={screen} />
      <div class="unseen" aria-live="polite">
        {told.sentences.map((sentence) => (
          <p key={`${told.id} ${sentence}`}>{sentence}</p>
        ))}
      </div>
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
    case 'room':
      return <Room session={session} hangOn={screen.hangOn} />;
    case 'desk':
      return <Desk session={session} />;
  }
}

/** Top left: the time in the room, the group and its end for hosts. */
export function Mark({ session }: { session: Session }) {
  const view = session.view.value;
  const { name } = session.screen.value;
  if (view === null || (name !== 'room' && name !== 'desk')) return <>{pages.mark}</>;
  if (name === 'room') return <span class="clock">{clock(session.now.value)}</span>;
  return (
    <>
      {view.title} <span class="clock">{desk.until(session.now.value, view.ends)}</span>
    </>
  );
}
