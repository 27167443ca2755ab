/** Follows what changes while somebody is in the room, and says it: above the controls, and to screen readers. */

import { effect, untracked } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { room as words } from '../words/en';
import { standing } from './standing';
import type { View } from './protocol';
import type { Session } from './session';
import { NOBODY, settled } from './speaker';
import { announcements, happened } from './told';

const LOOK_MS = 400;

/** `onView` is called with each view after the one before it. */
export function useNews(session: Session, onView?: (before: View | null, now: View) => void): void {
  useEffect(() => {
    const ends = [
      followViews(session, onView),
      followSwitch(session),
      followSpeaker(session),
      followSharing(session),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [session]);
}

function followViews(
  session: Session,
  onView: (before: View | null, now: View) => void = () => undefined,
): () => void {
  let before = session.view.peek();
  return effect(() => {
    const now = session.view.value;
    if (now === null || now === before) return;
    untracked(() => {
      const news = happened(before, now);
      if (news !== null) session.said.value = news;
      else if (before !== null && isOver(before, now)) session.said.value = null;
      session.tell(announcements(before, now));
      onView(before, now);
    });
    before = now;
  });
}

/** What was said is not so any more. */
function isOver(before: View, now: View): boolean {
  return standing(before) !== standing(now) || (before.you.may_share && !now.you.may_share);
}

/** Whether one is heard must not depend on seeing a button. */
function followSwitch(session: Session): () => void {
  let before = session.media.microphone.peek();
  return effect(() => {
    const now = session.media.microphone.value;
    if (now === 'turning' || now === before) return;
    before = now;
    untracked(() => {
      session.tell([now === 'on' ? words.announce.micOn : words.announce.micOff]);
    });
  });
}

function followSpeaker(session: Session): () => void {
  let state = NOBODY;
  const timer = setInterval(() => {
    const view = session.view.value;
    const mine = view?.you.seat;
    const heard = [...session.media.seats.value]
      .filter(([seat, { speaking, speaks }]) => speaking && speaks && seat !== mine)
      .map(([seat]) => seat);
    state = settled(state, heard, performance.now());
    if (state.seat === session.speaker.value) return;
    session.speaker.value = state.seat;
    const name = view?.people.find(({ seat }) => seat === state.seat)?.name;
    if (name !== undefined && session.saysSpeakers.value) session.tell([words.announce.speaks(name)]);
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    session.speaker.value = null;
  };
}

/** A parent's leave to share is for once: whoever stops gives it back. */
function followSharing(session: Session): () => void {
  let before = session.media.screen.peek();
  return effect(() => {
    const now = session.media.screen.value;
    const stopped = before === 'on' && now === 'off' && session.media.state.peek() === 'on';
    before = now;
    const you = session.view.peek()?.you;
    if (stopped && you?.role === 'parent' && you.may_share) void session.ask({ do: 'stop_screen' });
  });
}
