/** One connection to a room's sound and picture. This file is fetched together with livekit-client, and not before. */

import {
  ConnectionState,
  LogLevel,
  Room,
  RoomEvent,
  setLogLevel,
  VideoPreset,
  type LocalTrack,
  type Participant,
  type RemoteTrackPublication,
  type TrackPublication,
} from 'livekit-client';
import type { Device } from '../devices';
import { untilAllowed } from './allowed';
import { Ear } from './ear';
import { Judge, read, type Reception, type Row, type Sample } from './reception';
import { NOTHING, type Chosen, type Kind, type Sent, type Showable, type Source, type Switch } from './sent';
import { ownTask } from './task';

/**
 * Sent in three sizes; everyone gets the one that fits what they look at and what their line carries, and sizes nobody
 * looks at are not made. The largest is for a face that fills a laptop.
 */
const PICTURE = { width: 1280, height: 720, frameRate: 20 };
const PICTURE_RATE = { maxBitrate: 1_000_000, maxFramerate: 20 };
const SMALLER = [new VideoPreset(320, 180, 120_000, 20), new VideoPreset(640, 360, 400_000, 20)];
/** Words must be readable; they hardly move. */
const SCREEN = { width: 1280, height: 720, frameRate: 8 };
const SCREEN_RATE = { maxBitrate: 600_000, maxFramerate: 8 };
const SOUND_RATE = { maxBitrate: 28_000 };
/** Streams that one look at the line takes in: all of them would cost an old phone more than it tells. */
const LOOKED_AT = 4;
const LOOK_MS = 2000;
/** Looks a microphone may be silent that the phone took away, before it is opened again. */
const TAKEN_LOOKS = 3;

/** What the call tells whoever holds it. */
export interface Heed {
  /** Somebody came, went, or sends something else. */
  onChange: () => void;
  /** Found its own way back, or is looking for it. */
  onLink: (link: 'on' | 'lost') => void;
  /** The browser does not play sound before a press, or does. */
  onBlocked: (blocked: boolean) => void;
  onReception: (reception: Reception) => void;
  /** The line has been poor for a while: pictures are too much for it. */
  onPoor: () => void;
  /** The phone uses the microphone for something else, a call perhaps. */
  onTaken: (taken: boolean) => void;
  /** Somebody speaks into the microphone that is off. */
  onVoice: (voice: boolean) => void;
  /** One's own was turned off. Without its owner's doing, it is gone, and there is no other. */
  onSilenced: (device: Device) => void;
}

setLogLevel(LogLevel.silent);

/** Making a call at once would have a press wait for that and for reading this file. */
export const ready = ownTask();

export class Call {
  /** Settles when the connection has ended for good. */
  readonly ended: Promise<void>;
  private readonly room: Room;
  /** Whether the platform sends pictures without being asked. */
  private readonly sentUnasked: boolean;
  private readonly ear: Ear;
  private over = false;
  private changed = false;

  constructor(
    private pictures: boolean,
    chosen: Chosen,
    private readonly heed: Heed,
  ) {
    this.sentUnasked = pictures;
    this.room = prepare(chosen);
    this.ended = this.watch();
    this.ear = new Ear(heed.onVoice);
  }

  async connect(url: string): Promise<void> {
    await this.room.connect(url, 'seat', { autoSubscribe: this.sentUnasked, maxRetries: 0 });
    this.wishAll();
    void this.watchLine();
  }

  /** Whether there is a line now. */
  get stands(): boolean {
    return this.room.state === ConnectionState.Connected;
  }

  /** Stops one's own microphone, camera and screen, and nothing else: the least that must come first. */
  stopOwn(): void {
    this.over = true;
    this.ear.stop();
    for (const publication of this.room.localParticipant.trackPublications.values())
      publication.track?.stop();
  }

  /** Ends at once; one's own tracks are stopped before anything else. */
  close(): void {
    this.stopOwn();
    void this.room.disconnect();
  }

  /** Gives up this connection, so that another one is made. What is on stays on. */
  drop(): void {
    void this.room.disconnect(false);
  }

  /** Finds another way to the same room: the line has changed. Sound goes on meanwhile where it still comes. */
  async resume(): Promise<void> {
    await this.room.simulateScenario('signal-reconnect');
  }

  /** `notice`: with the microphone off, still listen on this device for a voice, to say that nobody hears it. */
  async turn(device: Device, on: boolean, notice: boolean): Promise<void> {
    const local = this.room.localParticipant;
    if (on) await untilAllowed(this.room, device);
    if (device === 'microphone') {
      if (on) this.ear.stop();
      else if (notice) this.overhear();
      await local.setMicrophoneEnabled(on);
    } else if (on) await local.setCameraEnabled(true);
    else await this.letGo('camera');
  }

  /** Listens no more for a voice while the microphone is off. */
  deafen(): void {
    this.ear.stop();
  }

  /** Stops and withdraws: nobody but its owner turns it on again. */
  async letGo(device: Device): Promise<void> {
    if (device === 'microphone') this.ear.stop();
    const track = this.own(device);
    if (track === undefined) return;
    track.stop();
    await this.room.localParticipant.unpublishTrack(track, true);
  }

  async share(on: boolean): Promise<void> {
    if (on) await untilAllowed(this.room, 'screen_share');
    await this.room.localParticipant.setScreenShareEnabled(
      on,
      { audio: false, resolution: SCREEN, contentHint: 'detail' },
      { screenShareEncoding: SCREEN_RATE, simulcast: false },
    );
  }

  /** Whether pictures come in at all: those not wanted are not sent to this page. */
  want(pictures: boolean): void {
    if (pictures === this.pictures) return;
    this.pictures = pictures;
    this.wishAll();
  }

  /** Lets the browser play sound; the first time it must come from a press. */
  async hear(): Promise<boolean> {
    await this.room.startAudio();
    return this.room.canPlaybackAudio;
  }

  /** Another microphone, camera or speaker. Throws where it cannot be had; the one before goes on. */
  async use(kind: Kind, id: string): Promise<void> {
    await this.room.switchActiveDevice(kind, id);
  }

  /** Opens a microphone or camera again that ended, or that the phone took away, without its owner's doing. */
  async mend(device: Device): Promise<void> {
    const track = this.own(device);
    if (track === undefined || track.isMuted || !isOpenable(track)) return;
    const { readyState, muted } = track.mediaStreamTrack;
    if (readyState === 'ended' || muted) await track.restartTrack().catch(() => undefined);
  }

  seats(): ReadonlyMap<string, Sent> {
    const all = [this.room.localParticipant, ...this.room.remoteParticipants.values()];
    return new Map(all.map((each) => [each.identity, sent(each)]));
  }

  switchOf(source: Source): Switch {
    const publication = published(this.room.localParticipant, source);
    return publication?.track !== undefined && !publication.isMuted ? 'on' : 'off';
  }

  private own(device: Device): LocalTrack | undefined {
    return published(this.room.localParticipant, device)?.track;
  }

  /** From microphone on to off: the track's twin stays open on this device, and goes nowhere. */
  private overhear(): void {
    const track = this.own('microphone');
    if (track !== undefined && !track.isMuted) this.ear.listen(track.mediaStreamTrack.clone());
  }

  /** Looks at the line every now and then: how good it is, whether it is dead, whether the microphone is there. */
  private async watchLine(): Promise<void> {
    const judge = new Judge();
    let [reception, takenFor]: [Reception, number] = ['unknown', 0];
    for (;;) {
      await new Promise((done) => setTimeout(done, LOOK_MS));
      if (this.over) return;
      const sample = await this.look().catch(() => null);
      if (sample !== null) {
        const found = judge.take(sample);
        if (found !== reception) this.heed.onReception((reception = found));
        if (judge.lasting) this.heed.onPoor();
        if (judge.dead) await this.resume().catch(() => undefined);
      }
      takenFor = this.isTaken() ? takenFor + 1 : 0;
      this.heed.onTaken(takenFor > 0);
      if (takenFor === TAKEN_LOOKS) await this.mend('microphone');
    }
  }

  private isTaken(): boolean {
    const track = this.own('microphone');
    return track?.isMuted === false && track.mediaStreamTrack.muted;
  }

  /** One look at what the browser counts, of a few streams that come in and of one's own. */
  private async look(): Promise<Sample> {
    const remote = [...this.room.remoteParticipants.values()].flatMap((each) => [
      ...each.audioTrackPublications.values(),
      ...each.videoTrackPublications.values(),
    ]);
    const sound = remote.filter(({ kind, isMuted }) => (kind as string) === 'audio' && !isMuted);
    const picture = remote.filter(({ kind }) => (kind as string) === 'video');
    const own = [...this.room.localParticipant.trackPublications.values()];
    const looked = [...[...sound, ...picture].slice(0, LOOKED_AT), ...own.slice(0, 1)];
    const reports = await Promise.all(looked.map(async ({ track }) => track?.getRTCStatsReport()));
    const rows = new Map<string, Row>();
    for (const report of reports) report?.forEach((row: Row) => rows.set(String(row['id']), row));
    return read(rows.values());
  }

  private wishAll(): void {
    for (const participant of this.room.remoteParticipants.values())
      for (const publication of participant.trackPublications.values()) this.wish(publication);
    this.heed.onChange();
  }

  private wish(publication: RemoteTrackPublication): void {
    const wanted = this.pictures || (publication.kind as string) === 'audio';
    if (wanted !== publication.isDesired || (wanted && !this.sentUnasked)) publication.setSubscribed(wanted);
  }

  private watch(): Promise<void> {
    const { room, heed } = this;
    const change = () => {
      this.tellSoon();
    };
    const is = RoomEvent;
    for (const event of [
      is.ParticipantConnected,
      is.ParticipantDisconnected,
      is.TrackPublished,
      is.TrackUnpublished,
      is.TrackSubscribed,
      is.TrackUnsubscribed,
      is.TrackMuted,
      is.TrackUnmuted,
      is.LocalTrackPublished,
      is.LocalTrackUnpublished,
      is.ActiveSpeakersChanged,
    ] as const)
      room.on(event, change);
    room
      .on(is.TrackPublished, (publication) => {
        this.wish(publication);
      })
      .on(is.Reconnecting, () => {
        heed.onLink('lost');
      })
      .on(is.Reconnected, () => {
        heed.onLink('on');
        this.wishAll();
      })
      .on(is.TrackMuted, ({ source }, participant) => {
        const device = source as string;
        if (participant !== room.localParticipant) return;
        if (device === 'microphone' || device === 'camera') heed.onSilenced(device);
      })
      .on(is.AudioPlaybackStatusChanged, () => {
        heed.onBlocked(!room.canPlaybackAudio);
      });
    return new Promise((done) => {
      room.once(is.Disconnected, () => {
        done();
      });
    });
  }

  /** Many changes come together, one for each person where somebody enters: they are told of once, after all of them. */
  private tellSoon(): void {
    if (this.changed) return;
    this.changed = true;
    void ownTask().then(() => {
      this.changed = false;
      this.heed.onChange();
    });
  }
}

function isOpenable(track: LocalTrack): track is LocalTrack & { restartTrack: () => Promise<void> } {
  return 'restartTrack' in track;
}

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

function shown(publication: TrackPublication | undefined): Showable | null {
  return publication?.isMuted === false ? (publication.track ?? null) : null;
}

/** Only a microphone is heard, only a camera and a screen are seen, whatever else somebody may send. */
function sent(participant: Participant): Sent {
  const sound = published(participant, 'microphone');
  const screen = published(participant, 'screen_share');
  return {
    ...NOTHING,
    screen: shown(screen),
    shares: screen?.isMuted === false,
    picture: shown(published(participant, 'camera')),
    sound: sound?.track ?? null,
    speaks: sound?.isMuted === false,
    speaking: participant.isSpeaking,
    poor:
      (participant.connectionQuality as string) === 'poor' ||
      (participant.connectionQuality as string) === 'lost',
  };
}

function prepare({ audioinput, videoinput, audiooutput }: Chosen): Room {
  return new Room({
    singlePeerConnection: false,
    // By the size on the page, not in the screen's own finer dots: a phone shows little more of them, and pays for it.
    adaptiveStream: { pixelDensity: 1 },
    dynacast: true,
    // Media does that, once the page really goes: livekit-client would when it is only asked whether it may.
    disconnectOnPageLeave: false,
    stopLocalTrackOnUnpublish: true,
    audioCaptureDefaults: {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      ...(audioinput === null ? {} : { deviceId: audioinput }),
    },
    videoCaptureDefaults: {
      resolution: PICTURE,
      ...(videoinput === null ? { facingMode: 'user' as const } : { deviceId: videoinput }),
    },
    ...(audiooutput === null ? {} : { audioOutput: { deviceId: audiooutput } }),
    publishDefaults: {
      simulcast: true,
      videoCodec: 'vp8',
      videoEncoding: PICTURE_RATE,
      videoSimulcastLayers: SMALLER,
      audioPreset: SOUND_RATE,
      dtx: true,
      red: false,
      stopMicTrackOnMute: true,
    },
  });
}
