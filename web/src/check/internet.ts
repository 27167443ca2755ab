/** A real connection to the real media engine, in an empty room of one's own: publish, measure, leave. */

import type { Room } from 'livekit-client';
import { whenLeaving } from '../exit/leaving';
import { mediaUrl } from '../media-url';

const CONNECT_MS = 12_000;
const MEASURE_MS = 6_000;

/** What was seen: round trip in seconds, loss as a share, room upwards in bits a second; null where nothing was. */
export interface Measured {
  roundTrip: number | null;
  loss: number | null;
  upwards: number | null;
}

/** Words for figures: beyond any of these, sound works better than picture. */
const SLOW_ROUND_TRIP = 0.4;
const MUCH_LOSS = 0.05;
const NARROW = 250_000;

/** A connection that carried nothing measurable was not checked well enough to be called good. */
export function judged({ roundTrip, loss, upwards }: Measured): 'well' | 'careful' {
  if (roundTrip === null) return 'careful';
  const slow = roundTrip > SLOW_ROUND_TRIP || (loss ?? 0) > MUCH_LOSS || (upwards ?? NARROW) < NARROW;
  return slow ? 'careful' : 'well';
}

/** Picks what counts from a sender's statistics. */
export function read(report: Iterable<Record<string, unknown>>): Measured {
  const seen: Measured = { roundTrip: null, loss: null, upwards: null };
  for (const entry of report) {
    if (entry['type'] === 'candidate-pair' && (entry['nominated'] === true || entry['selected'] === true)) {
      seen.roundTrip = number(entry['currentRoundTripTime']) ?? seen.roundTrip;
      seen.upwards = number(entry['availableOutgoingBitrate']) ?? seen.upwards;
    }
    if (entry['type'] === 'remote-inbound-rtp') {
      seen.loss = number(entry['fractionLost']) ?? seen.loss;
      seen.roundTrip ??= number(entry['roundTripTime']);
    }
  }
  return seen;
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A track to send when no microphone was allowed: a true one, and silent. */
function silence(): { track: MediaStreamTrack; end: () => void } | null {
  const context = new AudioContext();
  const hush = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context);
  const out = context.createMediaStreamDestination();
  tone.connect(hush).connect(out);
  tone.start();
  const track = out.stream.getAudioTracks()[0];
  return track === undefined ? null : { track, end: () => void context.close() };
}

/**
 * Connects, sends `tracks` (or silence) for a few seconds and says how that went. The tracks stay the caller's.
 * Throws when no connection came about.
 */
export async function tryInternet(tracks: readonly MediaStreamTrack[]): Promise<Measured> {
  const { Room, Track } = await import('livekit-client');
  const room = new Room({
    singlePeerConnection: false,
    disconnectOnPageLeave: true,
    stopLocalTrackOnUnpublish: false,
  });
  const forget = whenLeaving(() => void room.disconnect());
  const spare = tracks.length > 0 ? null : silence();
  try {
    await within(
      CONNECT_MS,
      room.connect(mediaUrl('check'), 'seat', { autoSubscribe: false, maxRetries: 1 }),
    );
    for (const track of spare === null ? tracks : [spare.track]) {
      const source = track.kind === 'video' ? Track.Source.Camera : Track.Source.Microphone;
      await within(
        CONNECT_MS,
        room.localParticipant.publishTrack(track, { source, simulcast: false, videoCodec: 'vp8' }),
      );
    }
    await new Promise((done) => setTimeout(done, MEASURE_MS));
    return await measured(room);
  } finally {
    await room.disconnect(false);
    spare?.end();
    forget();
  }
}

async function measured(room: Room): Promise<Measured> {
  let all: Measured = { roundTrip: null, loss: null, upwards: null };
  for (const publication of room.localParticipant.trackPublications.values()) {
    const report = await publication.track?.getRTCStatsReport();
    if (report === undefined) continue;
    const one = read(report.values() as Iterable<Record<string, unknown>>);
    all = {
      roundTrip: one.roundTrip ?? all.roundTrip,
      loss: Math.max(one.loss ?? 0, all.loss ?? 0),
      upwards: one.upwards ?? all.upwards,
    };
  }
  return all;
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => {
      refuse(new Error('too late'));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
