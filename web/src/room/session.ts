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
  agreement: string | null;
  goodbye: string;
  home: string;
}

/** A line above the controls; careful stands out, and what was just said can be put away. */
export interface Line {
  text: string;
  careful: boolean;
  said: boolean;
}

/** A short word after a host's act, with a way back. */
export interface Toast {
  text: string;
  undo: Act;
}

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
  readonly told = signal<readonly string[]>([]);
  readonly selfHidden = signal(false);
  private readonly early = computed(() => {
    const starts = this.view.value?.starts;
    return starts !== undefined && this.now.value < starts;
  });
  readonly screen = computed(() => screen(this.view.value, this.memory.value, this.early.value));
  readonly line = computed(() => this.lineNow());
  readonly media: Media;
  private readonly connection: Connection;
  private hurryTimer: ReturnType<typeof setTimeout> | undefined;
  private toastTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly places: Places) {
    this.media = new Media(places.meeting);
    this.connection = new Connection(places.meeting, {
      onView: (view) => {
        this.take(view);
      },
      onLink: (link) => {
        this.follow(link);
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
    if (this.media.blocked.value) void this.media.hear();
    void this.media.turnTo(device, this.media[device].value === 'off');
  }

  /** What to say above the controls: what was just said, else what holds, else what is under way. */
  private lineNow(): Line | null {
    const view = this.view.value;
    const trouble = this.media.trouble.value;
    if (this.link.value === 'lost') return line(words.lost, true);
    if (this.said.value !== null) return { text: this.said.value, careful: true, said: true };
    if (trouble !== null) return line(words.device[deviceSentence(trouble.device, trouble.why)], true);
    const hold = view === null ? null : held(view);
    if (hold !== null) return line(hold, true);
    if (view?.you.role === 'facilitator' && view.phase === 'unattended') return line(desk.waking, false);
    if (this.media.state.value === 'lost') return line(words.reconnecting, true);
    if (this.media.state.value === 'slow') return line(words.slow, true);
    if (this.media.state.value === 'connecting') return line(words.connecting, false);
    return null;
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

function line(text: string, careful: boolean): Line {
  return { text, careful, said: false };
}

function deviceSentence(device: Device, why: 'refused' | 'missing' | 'busy'): keyof typeof words.device {
  const names = {
    microphone: { refused: 'refusedMicrophone', missing: 'missingMicrophone', busy: 'failedMicrophone' },
    camera: { refused: 'refusedCamera', missing: 'missingCamera', busy: 'failedCamera' },
  } as const;
  return names[device][why];
}
