/**
 * Sound and picture of the room: what the person wants of it, kept through every lost connection. Microphone and
 * camera are off until the person turns them on.
 */

import { signal } from '@preact/signals';
import { trouble, type Device, type Trouble } from '../devices';
import { onceBlank, whenLeaving } from '../exit/leaving';
import { mediaUrl } from '../media-url';
import type { Call } from './call';
import type { Reception } from './reception';
import type { Where } from './screens';
import { UNCHOSEN, type Chosen, type Kind, type Sent, type Switch } from './sent';

/** slow: did not come about at once and is being tried again; lost: was on, and is being tried again. */
export type MediaState = 'off' | 'connecting' | 'slow' | 'on' | 'lost';
/** Sound without pictures: by one's own choice, or because the line is poor. */
export type SoundOnly = 'no' | 'chosen' | 'poor';

export interface DeviceTrouble {
  device: Device;
  why: Trouble;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;

export class Media {
  readonly state = signal<MediaState>('off');
  readonly seats = signal<ReadonlyMap<string, Sent>>(new Map());
  readonly microphone = signal<Switch>('off');
  readonly camera = signal<Switch>('off');
  readonly screen = signal<Switch>('off');
  /** The browser plays no sound before a press. */
  readonly blocked = signal(false);
  readonly trouble = signal<DeviceTrouble | null>(null);
  readonly soundOnly = signal<SoundOnly>('no');
  readonly reception = signal<Reception>('unknown');
  /** The phone uses the microphone for something else, a call perhaps. */
  readonly taken = signal(false);
  readonly chosen = signal<Chosen>(UNCHOSEN);
  /** Somebody speaks into the microphone that is off. */
  readonly unheard = signal(false);
  /** Whether somebody who speaks with the microphone off is told so: it takes an open microphone, so it is asked for. */
  readonly notices = signal(false);

  private call: Call | null = null;
  /** Counts entries and leavings: a loop whose turn is over ends. */
  private turn = 0;
  private inside = false;
  private where: Where = 'main';
  /** What the person has turned on, to have it back after a lost connection. */
  private readonly wanted = { microphone: false, camera: false };
  /** Whether a poor line may turn pictures off: no more once the person wanted them all the same. */
  private yields = true;
  /** Whether it may at all: a host has to see. */
  mayYield = false;
  /** Ends the wait before the next try. */
  private wake: () => void = () => undefined;

  constructor(private readonly meeting: string) {
    whenLeaving(() => {
      this.call?.stopOwn();
    });
    onceBlank(() => {
      this.leave();
    });
    addEventListener('pagehide', () => {
      // The goodbye first: drawing a room that nobody sees any more took longer than everything else about it.
      this.call?.close();
      setTimeout(() => {
        this.leave();
      });
    });
  }

  /** Connects, and stays connected until `leave`, however often it takes. Another room is another connection. */
  enter(where: Where): void {
    if (this.inside && where === this.where) return;
    if (this.inside) this.cut(where === 'main');
    this.inside = true;
    this.where = where;
    this.turn += 1;
    void this.stay(this.turn);
  }

  /** Stops microphone and camera at once, then goes. */
  leave(): void {
    if (!this.inside) return;
    this.inside = false;
    this.turn += 1;
    this.cut(true);
    this.state.value = 'off';
    this.trouble.value = null;
  }

  /** Connects anew at once, if the connection is still lost: what would have waited longer need not. */
  hurry(): void {
    if (this.state.value !== 'lost' && this.state.value !== 'slow') return;
    this.call?.drop();
    this.wake();
  }

  /** The network has changed: whatever still seems connected looks for its way anew. */
  reroute(): void {
    if (this.state.value === 'on') void this.call?.resume().catch(() => undefined);
    else this.hurry();
  }

  /** The page is in front again: sound may have stopped meanwhile. */
  async revive(): Promise<void> {
    if (this.call === null) return;
    if (!this.blocked.value) await this.hear().catch(() => undefined);
    await Promise.all([this.call.mend('microphone'), this.call.mend('camera')]);
    this.refresh();
  }

  /** Turns the person's own microphone or camera on or off: off at once, on as soon as there is a line. */
  async turnTo(device: Device, on: boolean): Promise<void> {
    this.wanted[device] = on;
    if (this.call !== null && (!on || this.state.value === 'on')) await this.apply(device);
  }

  /** A host holds the device: it is let go of, and stays off until the person turns it on again. */
  async hold(device: Device): Promise<void> {
    this.wanted[device] = false;
    await this.call?.letGo(device);
    this.refresh();
  }

  /** Shows one's screen, or stops that. */
  async share(on: boolean): Promise<void> {
    if (on === (this.screen.value === 'on')) return;
    try {
      await this.call?.share(on);
    } finally {
      this.refresh();
    }
  }

  /** Lets the browser play sound; the first time it must come from a press. */
  async hear(): Promise<void> {
    if (this.call !== null) this.blocked.value = !(await this.call.hear());
  }

  /** Sound without anybody's picture, or with. One's own camera goes off with the others', and stays off. */
  async hearOnly(how: SoundOnly): Promise<void> {
    // Pictures wanted on a poor line are not taken away again before it was good once.
    if (how === 'no') this.yields = false;
    this.soundOnly.value = how;
    this.call?.want(how === 'no');
    if (how !== 'no') await this.turnTo('camera', false);
  }

  /** Another microphone, camera or speaker, now and whenever it is turned on. Whether it could be had. */
  async use(kind: Kind, id: string): Promise<boolean> {
    const before = this.chosen.value;
    this.chosen.value = { ...before, [kind]: id };
    try {
      await this.call?.use(kind, id);
    } catch {
      this.chosen.value = before;
      return false;
    }
    return true;
  }

  /** Listens no more for a voice while the microphone is off, until it has been on again. */
  deafen(): void {
    this.call?.deafen();
  }

  /** Whether somebody who speaks with the microphone off is told so. */
  notice(on: boolean): void {
    this.notices.value = on;
    if (!on) this.deafen();
  }

  /**
   * Ends the connection at once. `quiet`: also what was on. Coming back to the group is often somebody else's act,
   * so nobody is heard there before they turn their microphone on themselves.
   */
  private cut(quiet: boolean): void {
    if (quiet) this.wanted.microphone = this.wanted.camera = false;
    this.call?.close();
    this.call = null;
    this.reception.value = 'unknown';
    this.taken.value = this.unheard.value = false;
    this.wake();
    this.refresh();
  }

  private async stay(turn: number): Promise<void> {
    let wait = FIRST_RETRY_MS;
    let everOn = false;
    this.state.value = 'connecting';
    while (this.turn === turn) {
      const connected = await this.connectOnce(turn);
      if (this.turn !== turn) return;
      everOn ||= connected;
      this.state.value = everOn ? 'lost' : 'slow';
      this.refresh();
      wait = connected ? FIRST_RETRY_MS : Math.min(wait * 2, LONGEST_RETRY_MS);
      await new Promise<void>((done) => {
        this.wake = done;
        setTimeout(done, wait);
      });
    }
  }

  /** One connection, from start to end; whether it ever stood. */
  private async connectOnce(turn: number): Promise<boolean> {
    let call: Call | null = null;
    try {
      const kit = await import('./call');
      await kit.ready;
      if (this.turn !== turn) return false;
      this.call = call = this.make(kit);
      await call.connect(mediaUrl(this.meeting));
      this.state.value = 'on';
      this.refresh();
      await this.restore();
      await call.ended;
      return true;
    } catch {
      return false;
    } finally {
      call?.close();
      if (this.turn === turn) this.call = null;
    }
  }

  private make(kit: typeof import('./call')): Call {
    const call: Call = new kit.Call(this.soundOnly.value === 'no', this.chosen.value, {
      onChange: () => {
        this.refresh();
      },
      onLink: (link) => {
        if (this.call !== call) return;
        this.state.value = link;
        if (link === 'on') void this.restore();
      },
      onBlocked: (blocked) => {
        this.blocked.value = blocked;
      },
      onReception: (reception) => {
        this.judge(reception);
      },
      onPoor: () => {
        if (this.mayYield && this.yields && this.soundOnly.value === 'no') void this.hearOnly('poor');
      },
      onTaken: (taken) => {
        this.taken.value = taken;
      },
      onVoice: (voice) => {
        this.unheard.value = voice;
      },
      onSilenced: (device) => {
        this.miss(device);
      },
    });
    return call;
  }

  /** It went away, and is off now: it does not come on by itself when there is another, or after a lost line. */
  private miss(device: Device): void {
    if (!this.wanted[device]) return;
    this.wanted[device] = false;
    this.trouble.value = { device, why: 'missing' };
    this.refresh();
  }

  private judge(reception: Reception): void {
    this.reception.value = reception;
    if (reception === 'well' && this.soundOnly.value === 'no') this.yields = true;
  }

  /** Turns on what was on, or was to be, when the line was lost. */
  private async restore(): Promise<void> {
    const devices = ['microphone', 'camera'] as const;
    const missing = devices.filter((device) => this.wanted[device] && this[device].value === 'off');
    await Promise.all(missing.map((device) => this.apply(device)));
  }

  /** Makes the device what the person wants. */
  private async apply(device: Device): Promise<void> {
    const call = this.call;
    if (call === null) return;
    const on = this.wanted[device];
    if (on) this[device].value = 'turning';
    this.trouble.value = null;
    try {
      await call.turn(device, on, this.notices.value);
      // Held or turned off again while it was starting: that word is the later one.
      if (on && !this.wanted[device]) await this.hold(device);
    } catch (error) {
      // What fails with its line is no trouble of the device: it is tried again when there is a line.
      if (call.stands) {
        if (this.inside && this.wanted[device]) this.trouble.value = { device, why: trouble(error) };
        this.wanted[device] = false;
      }
    }
    this.refresh();
  }

  private refresh(): void {
    const { call } = this;
    this.seats.value = call?.seats() ?? new Map();
    this.microphone.value = call?.switchOf('microphone') ?? 'off';
    this.camera.value = call?.switchOf('camera') ?? 'off';
    this.screen.value = call?.switchOf('screen_share') ?? 'off';
  }
}
