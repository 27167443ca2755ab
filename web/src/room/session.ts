/** One live session in one page: the event connection, the media, and what the screens are made of. */

import { computed, effect, signal, untracked } from '@preact/signals';
import { onceBlank } from '../exit/leaving';
import { failure, talk as talkWords } from '../words/en';
import { Captions } from './captions';
import type { Told } from './Announced';
import { follow } from './changes';
import { Connection, type Link } from './connection';
import { isFrozen, mustLetGo } from './holds';
import { Media, type SoundOnly } from './media';
import type { Act, Answer, Reacted, Reaction, Said, To, View } from './protocol';
import { mediaRoom, screen, type Memory } from './screens';
import { Talk } from './talk';

/** Where the page's links lead. */
export interface Places {
  meeting: string;
  helplines: string;
  agreement: string | null;
  goodbye: string;
  home: string;
  debrief: string;
  tasks: string;
}

/** A short word after a host's act, with a way back. */
export interface Toast {
  text: string;
  undo: Act;
}

export type Layout = 'gallery' | 'speaker';

const TOAST_MS = 12_000;
const HURRY_MS = 2000;
const TICK_MS = 1000;

export class Session {
  readonly view = signal<View | null>(null);
  readonly link = signal<Link>('connecting');
  readonly memory = signal<Memory>({ gone: null, left: false, wasPresent: false });
  readonly now = signal(new Date());
  /** Said once above the controls: an answer to what the person or a host just did. */
  readonly said = signal<string | null>(null);
  readonly toast = signal<Toast | null>(null);
  /** For screen readers only, newest last. */
  readonly told = signal<Told>({ id: 0, sentences: [] });
  readonly selfHidden = signal(false);
  /** One face large, or all the same size. */
  readonly layout = signal<Layout>('gallery');
  /** The seat that spoke last for a while. */
  readonly speaker = signal<string | null>(null);
  /** Whether somebody wants single keys to do something; null is as usual. */
  readonly keysWanted = signal<boolean | null>(null);
  /** Usual for hosts alone: no stray key may open a parent's microphone. */
  readonly keysOn = computed(() => this.keysWanted.value ?? this.view.value?.you.role === 'facilitator');
  /** Whether a screen reader is told who speaks. */
  readonly saysSpeakers = signal(true);
  private readonly early = computed(() => {
    const starts = this.view.value?.starts;
    return starts !== undefined && this.now.value < starts;
  });
  readonly screen = computed(() => screen(this.view.value, this.memory.value, this.early.value));
  readonly media: Media;
  readonly talk = new Talk();
  readonly captions = new Captions();
  private readonly connection: Connection;
  private hurryTimer: ReturnType<typeof setTimeout> | undefined;
  private toastTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly places: Places) {
    this.media = new Media(places.meeting);
    this.connection = new Connection(places.meeting, {
      onView: (view) => {
        this.take(view);
      },
      onSaid: (said) => {
        this.hear(said);
      },
      onUnsaid: (id) => {
        this.talk.takeBack(id);
      },
      onReacted: (reacted) => {
        this.see(reacted);
      },
      onCaptioned: (captioned) => {
        this.captions.take(captioned);
      },
      onLink: (link) => {
        this.follow(link);
      },
      onGone: (gone) => {
        this.memory.value = { ...this.memory.value, gone };
      },
    });
    onceBlank(() => {
      this.connection.close();
    });
    follow({
      onBack: () => {
        this.connection.check();
        void this.media.revive();
      },
      onNetwork: () => {
        this.connection.check();
        this.media.reroute();
      },
      onDevices: () => {
        void this.media.revive();
      },
    });
    setInterval(() => {
      this.now.value = new Date();
    }, TICK_MS);
    effect(() => {
      const where = mediaRoom(this.view.value, this.memory.value);
      untracked(() => {
        if (where === null) this.media.leave();
        else this.media.enter(where);
      });
    });
    effect(() => {
      const view = this.view.value;
      if (view === null) return;
      untracked(() => {
        if (mustLetGo(view, 'microphone')) void this.media.hold('microphone');
        if (mustLetGo(view, 'camera')) void this.media.hold('camera');
        if (view.phase !== 'open' || isFrozen(view)) {
          this.media.deafen();
          this.captions.clear();
        }
        this.media.mayYield = view.you.role === 'parent';
        if (!view.you.may_share && this.media.screen.value === 'on') void this.share(false);
      });
    });
  }

  /** Asks the platform for something; what went wrong is said. */
  async act(act: Act): Promise<boolean> {
    // Before, not after: what the view says of it may be here earlier than the answer.
    this.said.value = null;
    const answer = await this.ask(act);
    this.report(answer);
    return answer.ok || answer.stands;
  }

  /** Asks the platform for something whose answer the page shows itself. */
  ask(act: Act): Promise<Answer> {
    return this.connection.act(act);
  }

  /** Passes on a message. The sentence why not, or null once it is on its way. */
  async say(to: To, text: string): Promise<string | null> {
    const answer = await this.connection.say(to, text);
    return answer.ok ? null : failure(answer.error, answer.stands);
  }

  /** Takes back one message, or all of them. */
  async unsay(id: string): Promise<void> {
    this.report(await this.connection.unsay(id));
  }

  async react(reaction: Reaction): Promise<void> {
    this.report(await this.connection.react(reaction));
  }

  /** What is being spoken, for those who read it. The sentence why not, or null once it is on its way. */
  async caption(text: string): Promise<string | null> {
    const answer = await this.connection.caption(text);
    return answer.ok ? null : failure(answer.error, answer.stands);
  }

  /** Own sound and picture off, and the hosts know quietly. */
  async needMoment(): Promise<void> {
    await Promise.all([this.media.turnTo('microphone', false), this.media.turnTo('camera', false)]);
    await this.act({ do: 'tell_hosts', mark: 'moment' });
  }

  async share(on: boolean): Promise<void> {
    try {
      await this.media.share(on);
    } catch (error) {
      // Thinking better of it in the browser's own question is no failure.
      const name = error instanceof Error ? error.name : '';
      if (name !== 'NotAllowedError' && name !== 'AbortError') this.said.value = failure('screen', false);
    }
  }

  /** An act that can be taken back for a while by one press. */
  async actWithUndo(act: Act, text: string, undo: Act): Promise<void> {
    if (!(await this.act(act))) return;
    clearTimeout(this.toastTimer);
    this.toast.value = { text, undo };
    this.toastTimer = setTimeout(() => {
      this.toast.value = null;
    }, TOAST_MS);
  }

  async undo(): Promise<void> {
    const toast = this.toast.value;
    this.toast.value = null;
    if (toast !== null) await this.act(toast.undo);
  }

  /** Goes, whether or not the platform answers. */
  async leave(): Promise<void> {
    this.media.leave();
    this.memory.value = { ...this.memory.value, left: true };
    await this.connection.act({ do: 'leave' });
    this.connection.close();
  }

  /** Pictures off with one press, everybody's, and back. */
  async hearOnly(how: SoundOnly): Promise<void> {
    this.said.value = null;
    await this.media.hearOnly(how);
  }

  /** Tells a screen reader. */
  tell(sentences: readonly string[]): void {
    if (sentences.length > 0) this.told.value = { id: this.told.value.id + 1, sentences };
  }

  private report(answer: Answer): void {
    if (!answer.ok) this.said.value = failure(answer.error, answer.stands);
  }

  private hear(said: Said): void {
    const mine = this.view.value?.you.seat ?? '';
    this.talk.take(said, mine);
    // Who wrote, not what: somebody else may hear the screen reader.
    if (said.from.seat !== mine) this.tell([talkWords.wrote(said.from.name)]);
  }

  private see(reacted: Reacted): void {
    this.talk.react(reacted);
    const from = this.view.value?.people.find(({ seat }) => seat === reacted.seat);
    if (from !== undefined && from.seat !== this.view.value?.you.seat)
      this.tell([talkWords.reacted(from.name, talkWords.reactions[reacted.reaction])]);
  }

  private follow(link: Link): void {
    const back = this.link.value === 'lost' && link === 'online';
    this.link.value = link;
    clearTimeout(this.hurryTimer);
    // The platform answers again: media that has not found its own way back by then need not wait any longer.
    if (back)
      this.hurryTimer = setTimeout(() => {
        this.media.hurry();
      }, HURRY_MS);
  }

  private take(view: View): void {
    const before = this.view.value;
    // Views only move forwards; what is not in the journal (who is connected) may change under the same number.
    if (before !== null && this.link.value === 'online' && view.seq < before.seq) return;
    if (before?.you.place === 'present' && view.you.place !== 'present') this.said.value = null;
    if (view.you.place === 'present') this.memory.value = { ...this.memory.value, wasPresent: true };
    this.view.value = view;
  }
}
