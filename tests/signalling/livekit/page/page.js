// One client on livekit-client, straight at an engine. The test calls the functions put on `window`.
import { ExternalE2EEKeyProvider, Room, Track, VideoPreset } from "/livekit-client.esm.mjs";

let room;
let ended = "";
const states = {};

async function enter(url, token, { single = false, adaptive = false, secret = "", rtcConfig = {} } = {}) {
  const options = {
    singlePeerConnection: single,
    adaptiveStream: adaptive,
    dynacast: true,
    disconnectOnPageLeave: false,
  };
  if (secret) {
    const keyProvider = new ExternalE2EEKeyProvider();
    await keyProvider.setKey(secret);
    const worker = new Worker("/livekit-client.e2ee.worker.mjs", { type: "module" });
    options.encryption = { keyProvider, worker };
  }
  room = new Room(options);
  if (secret) await room.setE2EEEnabled(true);
  room.on("disconnected", (reason) => (ended = String(reason ?? "unknown")));
  room.on("trackSubscribed", (track) => document.body.append(track.attach()));
  room.on("trackUnsubscribed", (track) => track.detach().forEach((element) => element.remove()));
  room.on("trackStreamStateChanged", (publication, state) => (states[publication.trackSid] = state));
  await room.connect(url, token, { maxRetries: 0, rtcConfig });
}

async function speak({ red = true } = {}) {
  const media = await navigator.mediaDevices.getUserMedia({ audio: true });
  const options = { source: Track.Source.Microphone, dtx: false, red };
  await room.localParticipant.publishTrack(media.getTracks()[0], options);
}

async function show({ simulcast = true, codec = "vp8", width = 960, height = 540 } = {}) {
  const media = await navigator.mediaDevices.getUserMedia({ video: { width, height, frameRate: 15 } });
  const options = {
    source: Track.Source.Camera,
    simulcast,
    videoCodec: codec,
    backupCodec: false,
    videoEncoding: { maxBitrate: 900_000, maxFramerate: 15 },
    videoSimulcastLayers: [new VideoPreset(240, 135, 90_000, 15), new VideoPreset(480, 270, 250_000, 15)],
  };
  await room.localParticipant.publishTrack(media.getTracks()[0], options);
}

const picturesOf = (who) =>
  [...(room.remoteParticipants.get(who)?.videoTrackPublications.values() ?? [])].filter((one) => one.track);

// How large the pictures of somebody are shown here; null: not at all.
function look(who, size) {
  for (const publication of picturesOf(who)) {
    publication.setEnabled(size !== null);
    if (size !== null) publication.setVideoDimensions({ width: size[0], height: size[1] });
  }
}

const COUNTED = ["packetsReceived", "packetsLost", "framesDecoded", "freezeCount", "totalFreezesDuration",
  "concealedSamples", "silentConcealedSamples", "totalSamplesReceived", "frameWidth", "nackCount", "pliCount",
  "retransmittedPacketsReceived", "totalAudioEnergy", "bytesReceived", "keyFramesDecoded", "fecPacketsReceived",
  "jitterBufferDelay", "jitterBufferEmittedCount", "estimatedPlayoutTimestamp"];

async function received(who) {
  const seen = { audio: {}, video: {}, states };
  for (const publication of room.remoteParticipants.get(who)?.trackPublications.values() ?? [])
    for (const one of (await publication.track?.receiver?.getStats())?.values() ?? [])
      if (one.type === "inbound-rtp")
        for (const name of COUNTED) seen[one.kind][name] = one[name] ?? 0;
  return seen;
}

async function sent() {
  const layers = {};
  for (const publication of room.localParticipant.trackPublications.values())
    for (const one of (await publication.track?.sender?.getStats())?.values() ?? [])
      if (one.type === "outbound-rtp")
        layers[one.rid ?? one.kind] = { packets: one.packetsSent, active: one.active, target: one.targetBitrate,
          frames: one.framesEncoded, retransmitted: one.retransmittedPacketsSent, bytes: one.bytesSent };
  return layers;
}

// The candidate pairs in use: how packets really go.
async function ways() {
  const found = [];
  for (const peer of window.peersOfThisPage()) {
    const stats = [...(await peer.getStats()).values()];
    const byId = Object.fromEntries(stats.map((one) => [one.id, one]));
    for (const one of stats)
      if (one.type === "transport" && one.selectedCandidatePairId) {
        const pair = byId[one.selectedCandidatePairId];
        const [near, far] = [byId[pair.localCandidateId], byId[pair.remoteCandidateId]];
        found.push({ near: near.candidateType, relay: near.relayProtocol ?? "", protocol: far.protocol,
          address: far.address ?? far.ip, port: far.port, dtls: one.dtlsState });
      }
  }
  return found;
}

Object.assign(window, {
  enter, speak, show, look, received, sent, ways,
  ended: () => ended,
  people: () => [...(room?.remoteParticipants.keys() ?? [])],
  leave: () => room?.disconnect(),
});
