/** The event connection: whole views and what is said in, acts and what to say out. It reconnects for ever, unless the platform says to stop. */

import { io, type Socket } from 'socket.io-client';
import type { Act, Answer, Captioned, Reacted, Reaction, Said, To, View } from './protocol';
import { readAnswer, readCaptioned, readReacted, readSaid, readUnsaid, readView } from './reading';

/** lost: it was there, or should be, and is being tried again. */
export type Link = 'connecting' | 'online' | 'lost';

export interface Listener {
  onView: (view: View) => void;
  onSaid: (said: Said) => void;
  /** A host took back this message, or all of them. */
  onUnsaid: (id: string) => void;
  onReacted: (reacted: Reacted) => void;
  onCaptioned: (captioned: Captioned) => void;
  onLink: (link: Link) => void;
  /** It is over: the platform's word why (`gone`, or the refusal of the connection). */
  onGone: (why: string) => void;
}

const ACK_MS = 8000;
const RETRY_MS = 1000;
/** An answer takes this long at most on a line that is worth keeping. */
const CHECK_MS = 2500;

/** Refusals that trying again cannot mend; any other one is tried again. */
const FINAL = new Set([
  'no_seat',
  'seat_ended',
  'not_your_session',
  'not_allowed',
  'agreement_needed',
  'ended',
  'removed',
  'suspended',
]);

export class Connection {
  private readonly socket: Socket;
  private over = false;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    meeting: string,
    private readonly listener: Listener,
  ) {
    this.socket = io({
      transports: ['websocket'],
      auth: { meeting },
      reconnectionDelay: 500,
      reconnectionDelayMax: 4000,
      timeout: 8000,
    });
    this.socket.on('connect', () => {
      this.listener.onLink('online');
    });
    this.socket.on('view', (value: unknown) => {
      this.take(value);
    });
    this.hear('said', readSaid, listener.onSaid);
    this.hear('unsaid', readUnsaid, listener.onUnsaid);
    this.hear('reacted', readReacted, listener.onReacted);
    this.hear('captioned', readCaptioned, listener.onCaptioned);
    this.socket.on('gone', (value: unknown) => {
      this.end(word(value, 'why'));
    });
    this.socket.on('disconnect', () => {
      this.lost();
    });
    this.socket.on('connect_error', (error: Error & { data?: unknown }) => {
      const why = word(error.data, 'error');
      if (FINAL.has(why)) this.end(why);
      else this.lost();
    });
  }

  /** Asks for something. */
  act(act: Act): Promise<Answer> {
    return this.ask('act', act);
  }

  say(to: To, text: string): Promise<Answer> {
    return this.ask('say', { to, text });
  }

  unsay(id: string): Promise<Answer> {
    return this.ask('unsay', { id });
  }

  react(reaction: Reaction): Promise<Answer> {
    return this.ask('react', { reaction });
  }

  caption(text: string): Promise<Answer> {
    return this.ask('caption', { text });
  }

  /** Whether it is still there: where a network is gone without a word, it is noticed now and not in a while. */
  check(): void {
    if (this.over || !this.socket.connected) return;
    this.socket.timeout(CHECK_MS).emit('view', (error: unknown) => {
      if (error !== null && !this.over) this.socket.io.engine.close();
    });
  }

  close(): void {
    this.over = true;
    clearTimeout(this.retry);
    this.socket.disconnect();
  }

  /** Always settles: without an answer in time it counts as lost. */
  private async ask(what: 'act' | 'say' | 'unsay' | 'react' | 'caption', data: object): Promise<Answer> {
    if (!this.socket.connected) return { ok: false, error: 'lost', stands: false };
    try {
      return readAnswer(await this.socket.timeout(ACK_MS).emitWithAck(what, data));
    } catch {
      return { ok: false, error: 'lost', stands: false };
    }
  }

  /** What is passed on and cannot be read is dropped: there will be no second time. */
  private hear<T>(what: string, read: (value: unknown) => T, tell: (heard: T) => void): void {
    this.socket.on(what, (value: unknown) => {
      try {
        tell(read(value));
      } catch (error) {
        console.error(error);
      }
    });
  }

  private take(value: unknown): void {
    try {
      this.listener.onView(readView(value));
    } catch (error) {
      // A view we cannot read must not leave an old one standing for long: ask for it again by connecting anew.
      console.error(error);
      this.socket.disconnect();
    }
  }

  private end(why: string): void {
    if (this.over) return;
    this.close();
    this.listener.onGone(why);
  }

  private lost(): void {
    if (this.over) return;
    this.listener.onLink('lost');
    // The library tries again by itself, except after the server or this page closed the connection.
    if (this.socket.active) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.socket.connect(), RETRY_MS);
  }
}

function word(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null) return '';
  const found = (value as Record<string, unknown>)[name];
  return typeof found === 'string' ? found : '';
}
