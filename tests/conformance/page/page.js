// One client on livekit-client, without a house around it. The test calls the functions put on `window`.
import { Room, Track } from "/conformance/livekit-client.esm.mjs";

const SOUND = { source: Track.Source.Microphone, dtx: false, red: false };
const PICTURE = { source: Track.Source.Camera, simulcast: false, videoCodec: "vp8" };
let room;
let ended = "";

async function enter(url, token, single) {
  room = new Room({ singlePeerConnection: single, disconnectOnPageLeave: false });
  room.on("disconnected", (reason) => (ended = String(reason ?? "unknown")));
  room.on("trackSubscribed", (track) => document.body.append(track.attach()));
  room.on("trackUnsubscribed", (track) => track.detach().forEach((element) => element.remove()));
  await room.connect(url, token, { maxRetries: 0 });
}

async function publish(kind) {
  const media = await navigator.mediaDevices.getUserMedia(
    kind === "audio" ? { audio: true } : { video: { width: 320, height: 180, frameRate: 15 } },
  );
  await room.localParticipant.publishTrack(media.getTracks()[0], kind === "audio" ? SOUND : PICTURE);
}

async function received(sender) {
  const seen = { sound: 0, picture: 0, frames: 0, energy: 0 };
  for (const publication of room.remoteParticipants.get(sender)?.trackPublications.values() ?? []) {
    for (const one of (await publication.track?.receiver?.getStats())?.values() ?? []) {
      if (one.type !== "inbound-rtp") continue;
      seen[one.kind === "audio" ? "sound" : "picture"] += one.packetsReceived ?? 0;
      seen.frames += one.framesDecoded ?? 0;
      seen.energy += one.totalAudioEnergy ?? 0;
    }
  }
  return seen;
}

Object.assign(window, {
  enter,
  publish,
  received,
  ended: () => ended,
  dropSignalling: () => room.simulateScenario("signal-reconnect"),
  leave: () => room?.disconnect(),
});
