/** One live session in one page: the event connection, the media, and what the screens are made of. */

import { computed, effect, signal } from '@preact/signals';
import { whenLeaving } from '../exit/leaving';
import type { Device } from '../devices';
import { desk, room as words } from '../words/en';
import { Connection, type Link } from './connection';
import { Media } from './media';
import type { Act, View } from './protocol';
import { screen, wantsMedia, type Memory } from './screens';
import { announcements, failure, held, lifted } from './told';

/** Where the page's links lead. */
export interface Places {
  meeting: string;
  helplines: string;
  goodbye: string;
  home: string;
}

/** A short word after a host's act, with a way back. */
export interface Toast {
  text: string;
  undo: Act;
}

const TOAST_MS = 12_000;
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
  readonly told = signal<readonly string[]>([]);
  readonly selfHidden = signal(false);
  private readonly early = computed(() => {
    const starts = this.view.value?.starts;
    return starts !== undefined && this.now.value < starts;
  });
  readonly screen = computed(() => screen(this.view.value, this.memory.value, this.early.value));
  /** The sentence above the controls: what was just said, else what holds. */
  readonly sentence = computed(() => {
    const view = this.view.value;
    if (this.link.value === 'lost') return words.lost;
    if (this.said.value !== null) return this.said.value;
    const trouble = this.media.trouble.value;
    if (trouble !== null) return words.device[deviceSentence(trouble.device, trouble.why)];
    if (view !== null && held(view) !== null) return held(view);
    if (view?.you.role === 'facilitator' && view.phase === 'unattended') return desk.waking;
    if (this.media.state.value === 'lost') return words.reconnecting;
    if (this.media.state.value === 'connecting') return words.connecting;
    return null;
  });
  readonly media: Media;
  private readonly connection: Connection;
  private toastTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly places: Places) {
    this.media = new Media(places.meeting);
    this.connection = new Connection(places.meeting, {
      onView: (view) => {
        this.take(view);
      },
      onLink: (link) => {
        this.link.value = link;
      },
      onGone: (gone) => {
        this.memory.value = { ...this.memory.value, gone };
      },
    });
    whenLeaving(() => {
      this.connection.close();
    });
    setInterval(() => {
      this.now.value = new Date();
    }, TICK_MS);
    effect(() => {
      if (wantsMedia(this.view.value, this.memory.value)) this.media.enter();
      else this.media.leave();
    });
    effect(() => {
      const you = this.view.value?.you;
      if (you?.microphone_held === true) void this.media.hold('microphone');
      if (you?.camera_held === true) void this.media.hold('camera');
    });
  }

  /** Asks the platform for something; what went wrong is said. */
  async act(act: Act): Promise<boolean> {
    const answer = await this.connection.act(act);
    this.said.value = answer.ok ? null : failure(answer.error, answer.stands);
    return answer.ok || answer.stands;
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

  /** A press on one's own microphone or camera. */
  press(device: Device): void {
    const view = this.view.value;
    if (view === null) return;
    const isHeld = device === 'microphone' ? view.you.microphone_held : view.you.camera_held;
    if (isHeld) {
      this.said.value = device === 'microphone' ? words.microphoneHeldPressed : words.cameraHeldPressed;
      return;
    }
    this.said.value = null;
    void this.media.turnTo(device, this.media[device].value === 'off');
  }

  private take(view: View): void {
    const before = this.view.value;
    // Views only move forwards; what is not in the journal (who is connected) may change under the same number.
    if (before !== null && this.link.value === 'online' && view.seq < before.seq) return;
    const lift = lifted(before, view);
    if (lift !== null) this.said.value = lift;
    else if (held(view) !== null && before !== null && held(before) !== held(view)) this.said.value = null;
    if (before?.you.place === 'present' && view.you.place !== 'present') this.said.value = null;
    const told = announcements(before, view);
    if (told.length > 0) this.told.value = told;
    if (view.you.place === 'present') this.memory.value = { ...this.memory.value, wasPresent: true };
    this.view.value = view;
  }
}

function deviceSentence(device: Device, why: 'refused' | 'missing' | 'busy'): keyof typeof words.device {
  const names = {
    microphone: { refused: 'refusedMicrophone', missing: 'missingMicrophone', busy: 'failedMicrophone' },
    camera: { refused: 'refusedCamera', missing: 'missingCamera', busy: 'failedCamera' },
  } as const;
  return names[device][why];
}
