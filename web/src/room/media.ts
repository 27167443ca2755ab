/**
 * Sound and picture of the room, over livekit-client, which is loaded on entering and not before.
 * Microphone and camera are off until the person turns them on, and let go of whenever they are turned off.
 */

import { signal } from '@preact/signals';
import type * as LiveKit from 'livekit-client';
import type { LocalTrack, Participant, Room, TrackPublication } from 'livekit-client';
import { trouble, type Device, type Trouble } from '../devices';
import { whenLeaving } from '../exit/leaving';
import { mediaUrl } from '../media-url';
import type { Where } from './screens';

/** slow: did not come about at once and is being tried again; lost: was on, and is being tried again. */
export type MediaState = 'off' | 'connecting' | 'slow' | 'on' | 'lost';
export type Switch = 'off' | 'turning' | 'on';

/** What a page can put on an element; livekit-client's tracks do. */
export interface Showable {
  attach(element: HTMLMediaElement): unknown;
  detach(element: HTMLMediaElement): unknown;
}

/** What one seat sends just now. */
export interface Sent {
  picture: Showable | null;
  sound: Showable | null;
  screen: Showable | null;
  /** Their microphone is on, by their own switch. */
  speaks: boolean;
  /** They are being heard right now. */
  speaking: boolean;
}

export const NOTHING: Sent = { picture: null, sound: null, screen: null, speaks: false, speaking: false };

export interface DeviceTrouble {
  device: Device;
  why: Trouble;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;

/** One layer is sent to everyone, old phones on poor lines among them: so 640 x 360 for all. */
const PICTURE = { width: 640, height: 360, frameRate: 20 };
const PICTURE_RATE = { maxBitrate: 450_000, maxFramerate: 20 };
/** Words must be readable; they hardly move. */
const SCREEN = { width: 1280, height: 720, frameRate: 8 };
const SCREEN_RATE = { maxBitrate: 600_000, maxFramerate: 8 };
const SOUND_RATE = { maxBitrate: 28_000 };

export class Media {
  readonly state = signal<MediaState>('off');
  readonly seats = signal<ReadonlyMap<string, Sent>>(new Map());
  readonly microphone = signal<Switch>('off');
  readonly camera = signal<Switch>('off');
  readonly screen = signal<Switch>('off');
  /** The browser plays no sound before a press. */
  readonly blocked = signal(false);
  readonly trouble = signal<DeviceTrouble | null>(null);

  private room: Room | null = null;
  /** Counts entries and leavings: a loop whose turn is over ends. */
  private turn = 0;
  private inside = false;
  private where: Where = 'main';
  /** What the person has turned on, to have it back after a lost connection. */
  private readonly chosen = { microphone: false, camera: false };
  private due = false;
  /** Ends the wait before the next try. */
  private wake: () => void = () => undefined;

  constructor(private readonly meeting: string) {
    whenLeaving(() => {
      this.leave();
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
    void this.room?.disconnect(false);
    this.wake();
  }

  /** Turns the person's own microphone or camera on or off. */
  async turnTo(device: Device, on: boolean): Promise<void> {
    this.chosen[device] = on;
    if (this.room !== null && this.state.value === 'on') await this.apply(device);
  }

  /** A host holds the device: it is let go of, and stays off until the person turns it on again. */
  async hold(device: Device): Promise<void> {
    this.chosen[device] = false;
    const room = this.room;
    const track = this.localTrack(device);
    if (room === null || track === undefined) return;
    track.stop();
    await room.localParticipant.unpublishTrack(track, true);
    this.refresh();
  }

  /** Shows one's screen, or stops that. Whether it is shown now. */
  async share(on: boolean): Promise<boolean> {
    const local = this.room?.localParticipant;
    if (local === undefined || on === (this.screen.value === 'on')) return this.screen.value === 'on';
    try {
      await local.setScreenShareEnabled(
        on,
        { audio: false, resolution: SCREEN, contentHint: 'detail' },
        { screenShareEncoding: SCREEN_RATE, simulcast: false },
      );
    } finally {
      this.refresh();
    }
    return on;
  }

  /** Lets the browser play sound; must come from a press. */
  async hear(): Promise<void> {
    await this.room?.startAudio();
    this.blocked.value = this.room?.canPlaybackAudio === false;
  }

  /**
   * Ends the connection at once. `quiet`: also what was on. Coming back to the group is often somebody else's act,
   * so nobody is heard there before they turn their microphone on themselves.
   */
  private cut(quiet: boolean): void {
    if (quiet) this.chosen.microphone = this.chosen.camera = false;
    this.stopLocalTracks();
    void this.room?.disconnect();
    this.room = null;
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
    let room: Room | null = null;
    try {
      const kit = await import('livekit-client');
      if (this.turn !== turn) return false;
      this.room = room = prepare(kit);
      const ended = this.watch(room, kit);
      await room.connect(mediaUrl(this.meeting), 'seat', { autoSubscribe: true, maxRetries: 0 });
      this.state.value = 'on';
      this.refresh();
      await Promise.all([this.apply('microphone'), this.apply('camera')]);
      await ended;
      return true;
    } catch {
      return false;
    } finally {
      void room?.disconnect();
      if (this.turn === turn) this.room = null;
    }
  }

  /** Follows the room; the promise settles when it has ended for good. */
  private watch(room: Room, kit: typeof LiveKit): Promise<void> {
    const is = kit.RoomEvent;
    const look = () => {
      this.soon();
    };
    room
      .on(is.ParticipantConnected, look)
      .on(is.ParticipantDisconnected, look)
      .on(is.TrackSubscribed, look)
      .on(is.TrackUnsubscribed, look)
      .on(is.TrackMuted, look)
      .on(is.TrackUnmuted, look)
      .on(is.LocalTrackPublished, look)
      .on(is.LocalTrackUnpublished, look)
      .on(is.ActiveSpeakersChanged, look)
      .on(is.Reconnecting, () => {
        if (this.room === room) this.state.value = 'lost';
      })
      .on(is.Reconnected, () => {
        if (this.room === room) this.state.value = 'on';
        this.soon();
      })
      .on(is.AudioPlaybackStatusChanged, () => {
        this.blocked.value = !room.canPlaybackAudio;
      });
    return new Promise((done) => {
      room.once(is.Disconnected, () => {
        done();
      });
    });
  }

  /** Makes the device what the person chose. */
  private async apply(device: Device): Promise<void> {
    const local = this.room?.localParticipant;
    if (local === undefined) return;
    const on = this.chosen[device];
    const state = this[device];
    if (on) state.value = 'turning';
    this.trouble.value = null;
    try {
      if (device === 'microphone') await local.setMicrophoneEnabled(on);
      else if (on) await local.setCameraEnabled(true);
      else await this.hold('camera');
      // Held or turned off again while it was starting: that word is the later one.
      if (on && !this.chosen[device]) await this.hold(device);
    } catch (error) {
      if (this.inside && this.chosen[device]) this.trouble.value = { device, why: trouble(error) };
      this.chosen[device] = false;
    }
    this.refresh();
  }

  private localTrack(device: Device): LocalTrack | undefined {
    const local = this.room?.localParticipant;
    return local === undefined ? undefined : published(local, device)?.track;
  }

  private stopLocalTracks(): void {
    for (const publication of this.room?.localParticipant.trackPublications.values() ?? [])
      publication.track?.stop();
  }

  /** Several events come together: look once. */
  private soon(): void {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      this.refresh();
    });
  }

  private refresh(): void {
    const room = this.room;
    const all = room === null ? [] : [room.localParticipant, ...room.remoteParticipants.values()];
    this.seats.value = new Map(all.map((each) => [each.identity, sent(each)]));
    this.microphone.value = this.switchOf('microphone');
    this.camera.value = this.switchOf('camera');
    this.screen.value = this.switchOf('screen_share');
  }

  private switchOf(device: Source): Switch {
    const local = this.room?.localParticipant;
    const publication = local === undefined ? undefined : published(local, device);
    return publication?.track !== undefined && !publication.isMuted ? 'on' : 'off';
  }
}

type Source = Device | 'screen_share';

/** Somebody's microphone, camera or screen: only a sound counts as the one, only a picture as the others. */
function published<P extends TrackPublication>(
  from: { trackPublications: ReadonlyMap<string, P> },
  device: Source,
): P | undefined {
  const wanted = device === 'microphone' ? 'audio' : 'video';
  return [...from.trackPublications.values()].find((each) => {
    const source: string = each.source;
    const kind: string = each.kind;
    return source === device && kind === wanted;
  });
}

/** Only a microphone is heard, only a camera and a screen are seen, whatever else somebody may send. */
function sent(participant: Participant): Sent {
  const sound = published(participant, 'microphone');
  const picture = published(participant, 'camera');
  const shown = published(participant, 'screen_share');
  return {
    screen: shown?.isMuted === false ? (shown.track ?? null) : null,
    sound: sound?.track ?? null,
    picture: picture?.isMuted === false ? (picture.track ?? null) : null,
    speaks: sound?.isMuted === false,
    speaking: participant.isSpeaking,
  };
}

function prepare({ Room, setLogLevel, LogLevel }: typeof LiveKit): Room {
  setLogLevel(LogLevel.silent);
  return new Room({
    singlePeerConnection: false,
    adaptiveStream: false,
    dynacast: false,
    disconnectOnPageLeave: true,
    stopLocalTrackOnUnpublish: true,
    audioCaptureDefaults: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    videoCaptureDefaults: { facingMode: 'user', resolution: PICTURE },
    publishDefaults: {
      simulcast: false,
      videoCodec: 'vp8',
      videoEncoding: PICTURE_RATE,
      audioPreset: SOUND_RATE,
      dtx: true,
      red: false,
      stopMicTrackOnMute: true,
    },
  });
}
