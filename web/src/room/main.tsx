/** The live page: waiting room, room and desk, one page so that nothing reloads between them. */

import { effect } from '@preact/signals';
import { render } from 'preact';
import { App, Mark, Tools } from './App';
import { Session } from './session';

/** The server's bar keeps the way out; the time, and tools for this room, are shown in it. */
function intoBar(session: Session): void {
  const mark = document.getElementById('mark');
  const bar = document.getElementById('bar');
  if (mark === null || bar === null) return;
  mark.replaceChildren();
  render(<Mark session={session} />, mark);
  const tools = document.createElement('div');
  tools.className = 'tool-slot';
  bar.insertBefore(tools, bar.lastElementChild);
  render(<Tools session={session} />, tools);
}

function start(place: HTMLElement): void {
  const {
    meeting = '',
    helplines = '/helplines',
    goodbye = '/goodbye',
    home = '/staff',
    agreement,
  } = place.dataset;
  const tasks = `${home}/tasks`;
  const debrief = `${home}/sessions/${encodeURIComponent(meeting)}/debrief`;
  const session = new Session({
    meeting,
    helplines,
    goodbye,
    home,
    debrief,
    tasks,
    agreement: agreement ?? null,
  });
  effect(() => {
    const { name } = session.screen.value;
    document.documentElement.classList.toggle('room', name === 'room' || name === 'desk');
  });
  place.replaceChildren();
  render(<App session={session} />, place);
  intoBar(session);
  if (place.dataset['design'] !== undefined)
    void import('../design/states').then(({ pose }) => {
      pose(session);
    });
}

/** How long the page waits for a sheet: one that failed before this script came says so no more. */
const SHEET_WITHIN_MS = 10_000;

/** A sheet that the first words did not wait for, from now on; without it if it cannot be had. */
function wear(sheet: HTMLLinkElement): Promise<void> {
  sheet.media = 'all';
  if (sheet.sheet !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      resolve();
    };
    sheet.addEventListener('load', end, { once: true });
    sheet.addEventListener('error', end, { once: true });
    setTimeout(end, SHEET_WITHIN_MS);
  });
}

const place = document.getElementById('live');
const sheets = document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"][media="print"]');
if (place !== null)
  void Promise.all([...sheets].map(wear)).then(() => {
    start(place);
  });
