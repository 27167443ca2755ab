/** A real connection to the real media engine, in an empty room of one's own: send, hear it back, measure, leave. */

import type { Room } from 'livekit-client';
import { onceBlank } from '../exit/leaving';
import { mediaUrl } from '../media-url';
import {
  count,
  figures,
  judge,
  NO_WAYS,
  offered,
  wayOf,
  type Counts,
  type Figures,
  type Way,
  type WayFound,
  type Ways,
} from './figures';
import { makeUp } from './made-up';
import type { Fault, Found } from './verdict';

const SIGNAL_MS = 8000;
const CONNECT_MS = 9000;
const OTHER_WAY_MS = 6000;
const WARM_UP_MS = 3000;
const MEASURE_MS = 6000;
const LOOK_MS = 500;
/** As much as a picture in a session takes. */
const MOST_BITS = 450_000;

export type Step = 'reaching' | 'joining' | 'measuring' | 'ways';

export interface Report extends Found {
  signalling: 'passed' | 'failed';
  ways: Ways;
  figures: Figures | null;
}

/** How far the try has come, from 0 to 1. */
export type OnStep = (step: Step, done: number) => void;

/** Loaded early: it is most of what the check needs, and a line that fails later must not keep it away. */
export function load(): Promise<typeof import('livekit-client')> {
  return import('livekit-client');
}

/** Tries everything; it never throws, and takes at most about 35 seconds. */
export async function tryInternet(onStep: OnStep): Promise<Report> {
  onStep('reaching', 0);
  const trial = new Trial(onStep);
  const forget = onceBlank(() => {
    trial.end();
  });
  try {
    return await trial.run();
  } catch {
    return failed(await unreachable(), trial.signalled, NO_WAYS);
  } finally {
    trial.end();
    forget();
  }
}

function failed(fault: Fault, signalled: boolean, ways: Ways): Report {
  return { outcome: 'failed', fault, signalling: signalled ? 'passed' : 'failed', ways, figures: null };
}

/** Why nothing was reached: no internet, no answer from us, or an answer to everything but sockets. */
async function unreachable(): Promise<Fault> {
  if (!navigator.onLine) return 'offline';
  try {
    const answer = await fetch('/media/check/rtc/validate', {
      credentials: 'same-origin',
      cache: 'no-store',
    });
    if (answer.status === 401 || answer.status === 403) return 'seat_ended';
    return answer.ok ? 'no_socket' : 'no_server';
  } catch {
    return 'no_server';
  }
}

type Stats = Readonly<Record<string, unknown>>[];

class Trial {
  signalled = false;
  private readonly rooms: Room[] = [];
  private readonly madeUp = makeUp();

  constructor(private readonly onStep: OnStep) {}

  end(): void {
    for (const room of this.rooms.splice(0)) void room.disconnect(false);
    this.madeUp.end();
  }

  async run(): Promise<Report> {
    const { RoomEvent } = await load();
    const sender = await this.room();
    sender.once(RoomEvent.SignalConnected, () => {
      this.signalled = true;
      this.onStep('joining', 0.1);
    });
    const named = new Set<Way>();
    try {
      await this.join(sender, 'check', CONNECT_MS, {}, named);
    } catch (error) {
      if (!this.signalled) throw error;
      // Every way was tried at once, and none led through.
      return failed('blocked', true, allFailed(named, hasRelays(sender)));
    }
    return this.measure(sender, named);
  }

  private async measure(sender: Room, named: Set<Way>): Promise<Report> {
    const echo = await this.room();
    await this.join(echo, 'check-echo', CONNECT_MS).catch(() => undefined);
    const idle = count(await stats(sender), [], 0).roundTrip;
    this.onStep('measuring', 0.25);
    await this.send(sender);
    const looks = await this.look(sender, echo);
    const way = wayOf(await stats(sender));
    await echo.disconnect(false);
    const ways = await this.otherWays(sender, way, named);
    const measured = figures(idle, looks);
    return { ...judge(measured, ways), signalling: 'passed', ways, figures: measured };
  }

  private async room(): Promise<Room> {
    const { Room } = await load();
    const room = new Room({ singlePeerConnection: false, disconnectOnPageLeave: true });
    this.rooms.push(room);
    return room;
  }

  /** Raises when it does not come about in time. `named` gathers what addresses the engine has. */
  private async join(
    room: Room,
    path: string,
    within: number,
    rtcConfig: RTCConfiguration = {},
    named?: Set<Way>,
  ): Promise<void> {
    const note = () => {
      for (const way of offered(descriptions(room))) named?.add(way);
    };
    // Again and again: a connection that fails takes with it what was offered.
    const noting = setInterval(note, LOOK_MS);
    try {
      await room.connect(mediaUrl(path), 'seat', {
        maxRetries: 0,
        websocketTimeout: SIGNAL_MS,
        peerConnectionTimeout: within,
        rtcConfig,
      });
    } finally {
      clearInterval(noting);
      note();
    }
  }

  private async send(room: Room): Promise<void> {
    const { Track } = await load();
    const { sound, picture } = this.madeUp;
    const me = room.localParticipant;
    const plain = { dtx: false, red: false };
    if (sound !== null) await me.publishTrack(sound, { source: Track.Source.Microphone, ...plain });
    if (picture === null) return;
    await me.publishTrack(picture, {
      source: Track.Source.Camera,
      simulcast: false,
      videoCodec: 'vp8',
      videoEncoding: { maxBitrate: MOST_BITS, maxFramerate: 15 },
    });
  }

  /** Looks again and again, once it has had time to find its pace. */
  private async look(sender: Room, echo: Room): Promise<Counts[]> {
    const looks: Counts[] = [];
    const began = performance.now();
    for (;;) {
      await new Promise((done) => setTimeout(done, LOOK_MS));
      const now = performance.now();
      const gone = now - began;
      this.onStep('measuring', 0.25 + (0.5 * gone) / (WARM_UP_MS + MEASURE_MS));
      if (gone >= WARM_UP_MS) looks.push(count(await stats(sender), await stats(echo), now));
      if (gone >= WARM_UP_MS + MEASURE_MS) return looks;
    }
  }

  /** Tries the ways that were not taken, one at a time and each alone. What the engine has not is not checked. */
  private async otherWays(sender: Room, taken: Way | null, named: Set<Way>): Promise<Ways> {
    this.onStep('ways', 0.8);
    const relays = hasRelays(sender);
    await sender.disconnect(false);
    const ways: Record<Way, WayFound> = { ...NO_WAYS };
    if (named.has('udp')) ways.udp = 'failed';
    if (taken !== null) ways[taken] = 'passed';
    if (taken !== 'tcp' && named.has('tcp')) ways.tcp = await this.passes('check-tcp', {});
    this.onStep('ways', 0.9);
    if (taken !== 'relay' && relays) ways.relay = await this.passes('check', { iceTransportPolicy: 'relay' });
    this.onStep('ways', 1);
    return ways;
  }

  private async passes(path: string, rtcConfig: RTCConfiguration): Promise<'passed' | 'failed'> {
    const room = await this.room();
    try {
      await this.join(room, path, OTHER_WAY_MS, rtcConfig);
      return 'passed';
    } catch {
      return 'failed';
    } finally {
      await room.disconnect(false);
    }
  }
}

function hasRelays(room: Room): boolean {
  const servers = room.engine.latestJoinResponse?.iceServers ?? [];
  return servers.some((server) => server.urls.some((url) => /^turns?:/.test(url)));
}

function allFailed(named: ReadonlySet<Way>, relays: boolean): Ways {
  const tried = (was: boolean): WayFound => (was ? 'failed' : 'not_checked');
  return { udp: tried(named.has('udp')), tcp: tried(named.has('tcp')), relay: tried(relays) };
}

/** What the engine said of itself. livekit-client shows its connections to nobody, so this may come to nothing. */
function descriptions(room: Room): string {
  const { publisher, subscriber } = room.engine.pcManager ?? {};
  const transports = [publisher, subscriber] as unknown as ({ _pc?: RTCPeerConnection | null } | undefined)[];
  return transports.map((one) => one?._pc?.remoteDescription?.sdp ?? '').join('\n');
}

async function stats(room: Room): Promise<Stats> {
  const { publisher, subscriber } = room.engine.pcManager ?? {};
  const found: Stats = [];
  for (const transport of [publisher, subscriber]) {
    const report = await transport?.getStats()?.catch(() => undefined);
    if (report !== undefined) found.push(...(report.values() as Iterable<Stats[number]>));
  }
  return found;
}
