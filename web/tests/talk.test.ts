import { describe, expect, test } from 'vitest';
import type { Said } from '../src/room/protocol';
import { addressee, answering, audiences, called, pieces, Talk } from '../src/room/talk';
import { someone, view, waiting } from './views';

function said(id: string, changes: Partial<Said> = {}): Said {
  return {
    id,
    from: { seat: 'dee', name: 'Dee', role: 'parent' },
    to: 'everyone',
    text: id,
    at: new Date(0),
    links: false,
    ...changes,
  };
}

describe('messages', () => {
  test('are unread until they are looked at, except one’s own', () => {
    const talk = new Talk();
    talk.take(said('a'), 'me');
    talk.take(said('b', { from: { seat: 'me', name: 'Sam', role: 'parent' } }), 'me');
    expect(talk.unread.value).toBe(1);
    talk.open(null);
    expect(talk.unread.value).toBe(0);
    talk.take(said('c'), 'me');
    expect(talk.unread.value).toBe(0);
  });

  test('for oneself alone are shown until they are read', () => {
    const talk = new Talk();
    talk.take(said('a', { to: 'you' }), 'me');
    talk.take(said('b'), 'me');
    expect(talk.privately.value?.id).toBe('a');
    talk.read();
    expect(talk.privately.value).toBeNull();
  });

  test('are gone when a host takes them back, one or all', () => {
    const talk = new Talk();
    for (const id of ['a', 'b', 'c']) talk.take(said(id, { to: 'you' }), 'me');
    talk.takeBack('c');
    expect(talk.messages.value.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(talk.privately.value?.id).toBe('b');
    talk.takeBack('all');
    expect(talk.messages.value).toEqual([]);
    expect(talk.unread.value).toBe(0);
  });
});

describe('a parent may write', () => {
  test('to the hosts always, also from the waiting room and while all is paused', () => {
    expect(audiences(view())).toEqual(['hosts']);
    expect(audiences(view({ you: { place: 'waiting' } }))).toEqual(['hosts']);
    expect(audiences(view({ chat: 'everyone', paused: ['chat'] }))).toEqual(['hosts']);
  });

  test('to everyone where the hosts have opened that', () => {
    expect(audiences(view({ chat: 'everyone' }))).toEqual(['everyone', 'hosts']);
    expect(audiences(view({ chat: 'hosts' }))).toEqual(['hosts']);
    expect(audiences(view({ chat: 'everyone', phase: 'unattended' }))).toEqual(['hosts']);
  });
});

describe('a host', () => {
  const now = view({
    you: { role: 'facilitator' },
    people: [someone('me', { person: 'p1' }), someone('dee')],
    waiting: [waiting('pat')],
  });

  test('may write to everyone, to all who wait, and to each', () => {
    expect(audiences(now)).toEqual(['everyone', 'hosts', 'waiting', { seat: 'dee' }, { seat: 'pat' }]);
  });

  test('answers whoever wrote, and the other hosts where that one is gone', () => {
    expect(answering(now, said('a'))).toEqual({ seat: 'dee' });
    expect(answering(now, said('a', { from: { seat: 'kaz', name: 'Kaz', role: 'parent' } }))).toBe('hosts');
  });
});

describe('of two devices of one parent', () => {
  const now = view({
    you: { role: 'facilitator' },
    people: [someone('me', { person: 'p1' })],
    waiting: [
      waiting('phone', { person: 'pat', name: 'Pat' }),
      waiting('tablet', { person: 'pat', name: 'Pat' }),
      waiting('dee', { name: 'Dee' }),
    ],
  });

  test('a host writes to the one that is meant', () => {
    const tablet = said('a', { from: { seat: 'tablet', name: 'Pat', role: 'parent' } });
    expect(answering(now, tablet)).toEqual({ seat: 'tablet' });
    expect(audiences(now).slice(3)).toEqual([{ seat: 'phone' }, { seat: 'tablet' }, { seat: 'dee' }]);
  });

  test('a host sees which is which', () => {
    const names = ['phone', 'tablet', 'dee', 'gone'].map((seat) => called(now, seat));
    expect(names).toEqual(['Pat, device 1', 'Pat, device 2', 'Dee', null]);
  });
});

describe('a message goes', () => {
  test('to whom it was meant for', () => {
    expect(addressee(['everyone', 'hosts', { seat: 'dee' }], { seat: 'dee' })).toEqual({ seat: 'dee' });
    expect(addressee(['everyone', 'hosts'], null)).toBe('everyone');
  });

  test('never to everyone because the one it was meant for has gone', () => {
    expect(addressee(['everyone', 'hosts'], { seat: 'dee' })).toBe('hosts');
    expect(addressee(['everyone', 'hosts'], 'waiting')).toBe('hosts');
  });
});

describe('addresses in a message', () => {
  test('are text like the rest unless a host wrote them', () => {
    expect(pieces('see https://example.org', false)).toEqual([
      { text: 'see https://example.org', href: null },
    ]);
  });

  test('of a host can be opened, without the full stop that follows', () => {
    expect(pieces('See https://example.org/a?b=c. Bye', true)).toEqual([
      { text: 'See ', href: null },
      { text: 'https://example.org/a?b=c', href: 'https://example.org/a?b=c' },
      { text: '. Bye', href: null },
    ]);
  });

  test('are only those of the web', () => {
    expect(pieces('javascript:alert(1) data:text/html,x', true)).toEqual([
      { text: 'javascript:alert(1) data:text/html,x', href: null },
    ]);
  });
});
