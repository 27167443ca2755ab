import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { useNews } from '../src/room/news';
import type { View } from '../src/room/protocol';
import { NOTHING, type Sent, type Switch } from '../src/room/sent';
import type { Session } from '../src/room/session';
import { room, screen } from '../src/words/en';
import { someone, view } from './views';

/** As much of a session as the news need. */
function stand(now: View) {
  const asked = vi.fn();
  const told: string[] = [];
  const session = {
    view: signal<View | null>(now),
    said: signal<string | null>(null),
    speaker: signal<string | null>(null),
    saysSpeakers: signal(true),
    media: {
      state: signal('on'),
      seats: signal<ReadonlyMap<string, Sent>>(new Map()),
      microphone: signal<Switch>('off'),
      screen: signal<Switch>('off'),
    },
    tell: (sentences: readonly string[]) => told.push(...sentences),
    ask: asked,
  };
  return { session, asked, told };
}

function Follows({ session }: { session: Session }) {
  useNews(session);
  return null;
}

async function follow(now: View) {
  const made = stand(now);
  await act(() => {
    render(<Follows session={made.session as unknown as Session} />, document.body);
  });
  return made;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  render(null, document.body);
  vi.useRealTimers();
});

describe('the leave to share a screen', () => {
  test('is given back once the parent’s sharing ends, by whichever button', async () => {
    const { session, asked } = await follow(view({ you: { may_share: true } }));
    session.media.screen.value = 'on';
    expect(asked).not.toHaveBeenCalled();
    session.media.screen.value = 'off';
    expect(asked).toHaveBeenCalledExactlyOnceWith({ do: 'stop_screen' });
  });

  test('takes the word of it with it', async () => {
    const { session } = await follow(view({ you: { may_share: false } }));
    session.view.value = view({ you: { may_share: true } });
    expect(session.said.value).toBe(screen.allowed);
    session.view.value = view({ you: { may_share: false } });
    expect(session.said.value).toBeNull();
  });

  test('is kept over a lost connection, which ended the sharing too', async () => {
    const { session, asked } = await follow(view({ you: { may_share: true } }));
    session.media.screen.value = 'on';
    session.media.state.value = 'lost';
    session.media.screen.value = 'off';
    expect(asked).not.toHaveBeenCalled();
  });

  test('needs no giving back where a host took it, or a host shared', async () => {
    const taken = await follow(view({ you: { may_share: false } }));
    taken.session.media.screen.value = 'on';
    taken.session.media.screen.value = 'off';
    expect(taken.asked).not.toHaveBeenCalled();
    const host = await follow(view({ you: { role: 'facilitator', may_share: true } }));
    host.session.media.screen.value = 'on';
    host.session.media.screen.value = 'off';
    expect(host.asked).not.toHaveBeenCalled();
  });
});

test('a screen reader says when one’s own microphone goes on and off', async () => {
  const { session, told } = await follow(view());
  session.media.microphone.value = 'turning';
  session.media.microphone.value = 'on';
  session.media.microphone.value = 'off';
  expect(told).toEqual([room.announce.micOn, room.announce.micOff]);
});

describe('who speaks', () => {
  const heard = new Map([['dee', { ...NOTHING, speaks: true, speaking: true }]]);

  test('is said once they have spoken for a moment, and only once', async () => {
    const { session, told } = await follow(view({ people: [someone('dee')] }));
    session.media.seats.value = heard;
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([room.announce.speaks('DEE')]);
    expect(session.speaker.value).toBe('dee');
  });

  test('is shown but not said to whoever does not want that', async () => {
    const { session, told } = await follow(view({ people: [someone('dee')] }));
    session.saysSpeakers.value = false;
    session.media.seats.value = heard;
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([]);
    expect(session.speaker.value).toBe('dee');
  });
});
