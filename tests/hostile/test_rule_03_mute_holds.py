"""Mute holds where packets are forwarded, whatever the muted client sends, says, declares or starts anew."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aiortc.rtcdtlstransport import RTCDtlsTransport
from livekit.protocol.models import ParticipantInfo, ParticipantPermission, TrackSource, TrackType
from livekit.protocol.rtc import (
    AddTrackRequest,
    MuteTrackRequest,
    SignalRequest,
    SimulcastCodec,
    SubscriptionPermission,
    UpdateLocalAudioTrack,
    UpdateParticipantMetadata,
)

from tests.hostile.people import Person
from tests.hostile.premises import Evening
from tests.peers import Gone, Peer, Sending
from tests.reels import picture, tone

LISTENING = 0.8


@dataclass
class Scene:
    """A host and Ben listen; Asha's microphone was on when the host muted her, and her client goes on."""

    evening: Evening
    host: Person
    listeners: list[Peer]
    asha: Person
    media: Peer
    microphone: Sending
    camera: Sending

    async def nobody_hears_her(self, seconds: float = LISTENING) -> None:
        """No sound, and nothing that nobody can name, comes to anyone."""
        async with asyncio.TaskGroup() as listening:
            for listener in self.listeners:
                for kind in ("audio", "unknown"):
                    listening.create_task(listener.hears_nothing(seconds, kind=kind))


async def _scene(evening: Evening, *, muted: bool = True) -> Scene:
    host, host_media = await evening.host()
    asha, ben = await evening.admitted(host, "Asha", "Ben")
    media, ben_media = await asha.joins(), await ben.joins()
    microphone = await media.publish(tone())
    camera = await media.publish(picture())
    for listener in (host_media, ben_media):
        await listener.hears(media.sid, "audio")
        await listener.hears(media.sid, "video")
    if muted:
        await host.must("mute", person=asha.person)
    return Scene(evening, host, [host_media, ben_media], asha, media, microphone, camera)


async def test_a_muted_client_that_goes_on_sending_is_not_heard_for_ten_seconds(glass: Evening) -> None:
    scene = await _scene(glass, muted=False)
    await scene.host.must("mute", person=scene.asha.person)
    await asyncio.gather(*(listener.caught_up() for listener in scene.listeners))
    heard = [listener.bytes_from(scene.media.sid, "audio") for listener in scene.listeners]
    at_first = await glass.engine.stats(glass.meeting)
    sent = await scene.microphone.bytes()
    pictures = [listener.bytes_from(scene.media.sid, "video") for listener in scene.listeners]

    await asyncio.sleep(10)

    later = await glass.engine.stats(glass.meeting)
    seat = scene.asha.seat
    assert at_first.sent_on(seat, "audio") > 0
    assert later.sent_on(seat, "audio") == at_first.sent_on(seat, "audio")
    assert await scene.microphone.bytes() - sent > 50_000, "the client did not go on sending"
    assert later.came_in(seat) - at_first.came_in(seat) > 400, "nothing reached the engine"
    assert [listener.bytes_from(scene.media.sid, "audio") for listener in scene.listeners] == heard
    for listener, before in zip(scene.listeners, pictures, strict=True):
        assert listener.bytes_from(scene.media.sid, "video") > before, "the picture was held too"


# --- Tricks ---


async def _the_same_microphone_again(scene: Scene) -> None:
    sending = await scene.media.publish(tone())
    assert sending.info is None


async def _an_undeclared_section(scene: Scene) -> None:
    await scene.media.publish(tone(), declare=False)


async def _sound_declared_as_camera(scene: Scene) -> None:
    await scene.media.publish(tone(), TrackSource.CAMERA, TrackType.VIDEO)


async def _sound_declared_as_a_camera_that_sounds(scene: Scene) -> None:
    await scene.media.publish(tone(), TrackSource.CAMERA, TrackType.AUDIO)


async def _sound_declared_as_a_shared_screen(scene: Scene) -> None:
    for source, kind in (
        (TrackSource.SCREEN_SHARE, TrackType.VIDEO),
        (TrackSource.SCREEN_SHARE_AUDIO, TrackType.AUDIO),
        (TrackSource.UNKNOWN, TrackType.AUDIO),
    ):
        if scene.media.is_connected:
            await scene.media.publish(tone(), source, kind)


async def _sound_as_another_codec_of_the_camera(scene: Scene) -> None:
    track = tone()
    asked = AddTrackRequest(
        cid=track.id,
        type=TrackType.VIDEO,
        source=TrackSource.CAMERA,
        simulcast_codecs=[SimulcastCodec(codec="opus", cid=track.id)],
    )
    await scene.media.send(SignalRequest(add_track=asked))
    await scene.media.publish(track, declare=False)


async def _the_old_tracks_number(scene: Scene) -> None:
    assert scene.microphone.info is not None
    for sid in (scene.microphone.info.sid, scene.camera.info.sid if scene.camera.info else ""):
        asked = AddTrackRequest(
            cid=scene.microphone.track.id, sid=sid, type=TrackType.AUDIO, source=TrackSource.MICROPHONE
        )
        await scene.media.send(SignalRequest(add_track=asked))
    await scene.media.offer()


async def _unmuting_oneself(scene: Scene) -> None:
    assert scene.microphone.info is not None
    for muted in (True, False):
        asked = MuteTrackRequest(sid=scene.microphone.info.sid, muted=muted)
        await scene.media.send(SignalRequest(mute=asked))
    await scene.media.offer()


async def _asking_for_permissions(scene: Scene) -> None:
    assert scene.microphone.info is not None
    await scene.media.send(
        SignalRequest(
            update_metadata=UpdateParticipantMetadata(
                metadata='{"role":"facilitator"}', name="Facilitator", attributes={"role": "host"}
            )
        )
    )
    sid = scene.microphone.info.sid
    await scene.media.send(SignalRequest(update_audio_track=UpdateLocalAudioTrack(track_sid=sid)))
    await scene.media.send(
        SignalRequest(subscription_permission=SubscriptionPermission(all_participants=True))
    )
    # A RoomService message where a client's belongs.
    await scene.media.send_bytes(ParticipantPermission(can_publish=True).SerializeToString())
    await scene.media.offer()


async def _resuming(scene: Scene) -> None:
    scene.media.drop()
    await asyncio.sleep(0.2)
    answer = await scene.media.resume()
    assert answer.WhichOneof("message") == "reconnect"
    sending = await scene.media.publish(tone())
    assert sending.info is None


async def _joining_anew(scene: Scene) -> None:
    again = scene.asha.media()
    await again.join()
    assert TrackSource.MICROPHONE not in again.joined.participant.permission.can_publish_sources  # type: ignore[union-attr]
    await again.publish(tone())
    await again.publish(tone(), declare=False)


async def _another_event_connection(scene: Scene) -> None:
    await scene.asha.listen()
    await scene.asha.sees(lambda view: view["you"]["microphone_held"] is True)
    answer = await scene.asha.act("lift", person=scene.asha.person)
    assert answer == {"ok": False, "error": "not_allowed"}
    await scene.media.publish(tone())


async def _naked_packets(scene: Scene) -> None:
    """Sound under every number there is: the camera's own, the others', none; on both transports."""
    last = _spied(scene.media.transport(scene.media.publisher))
    await asyncio.sleep(0.3)
    camera = scene.camera.sender._ssrc
    others = [ssrc for listener in scene.listeners for ssrc in listener.received]
    for number in range(1, 20):
        await scene.media.inject(_opus_packet(camera, last[camera] + 1))
        for ssrc in (*others, number):
            for on_subscriber in (False, True):
                await scene.media.inject(_opus_packet(ssrc, number), on_subscriber=on_subscriber)
        await asyncio.sleep(0.02)


def _spied(transport: RTCDtlsTransport) -> dict[int, int]:
    """The last sequence number that goes out under each SSRC, from now on."""
    last: dict[int, int] = {}
    send = transport._send_rtp

    async def note(data: bytes) -> None:
        if not 192 <= data[1] <= 223:  # RTCP (RFC 5761, section 4)
            last[int.from_bytes(data[8:12], "big")] = int.from_bytes(data[2:4], "big")
        await send(data)

    spied: Any = transport
    spied._send_rtp = note
    return last


def _opus_packet(ssrc: int, sequence: int) -> bytes:
    """A packet with the payload type that aiortc gives to Opus."""
    head = (
        bytes([0x80, 96])
        + (sequence & 0xFFFF).to_bytes(2, "big")
        + (960 * sequence & 0xFFFFFFFF).to_bytes(4, "big")
    )
    return head + ssrc.to_bytes(4, "big") + b"\xfc" * 60


@pytest.mark.parametrize(
    "trick",
    [
        _the_same_microphone_again,
        _an_undeclared_section,
        _sound_declared_as_camera,
        _sound_declared_as_a_camera_that_sounds,
        _sound_declared_as_a_shared_screen,
        _sound_as_another_codec_of_the_camera,
        _the_old_tracks_number,
        _unmuting_oneself,
        _asking_for_permissions,
        _resuming,
        _joining_anew,
        _another_event_connection,
        _naked_packets,
    ],
    ids=lambda trick: trick.__name__.strip("_"),
)
async def test_no_trick_of_a_muted_client_is_heard(
    glass: Evening, trick: Callable[[Scene], Awaitable[None]]
) -> None:
    scene = await _scene(glass)
    before = (await glass.engine.stats(glass.meeting)).sent_on(scene.asha.seat, "audio")
    async with asyncio.TaskGroup() as together:
        together.create_task(scene.nobody_hears_her(LISTENING + 1.5))
        together.create_task(_tried(trick, scene))
    await scene.nobody_hears_her(0.3)
    after = (await glass.engine.stats(glass.meeting)).sent_on(scene.asha.seat, "audio")
    assert after == before
    assert all(listener.left is None for listener in scene.listeners)


async def _tried(trick: Callable[[Scene], Awaitable[None]], scene: Scene) -> None:
    with contextlib.suppress(Gone):
        await trick(scene)


async def test_a_sound_that_is_called_a_picture_ends_its_sender(glass: Evening) -> None:
    scene = await _scene(glass)
    await _sound_declared_as_camera(scene)
    await scene.nobody_hears_her()
    assert await scene.media.ended()
    assert scene.asha.seat not in (await glass.engine.stats(glass.meeting)).identities


async def test_a_picture_in_a_muted_microphones_place_is_not_seen(glass: Evening) -> None:
    """The other way round: a held camera is not replaced by a picture called sound."""
    scene = await _scene(glass, muted=False)
    await scene.host.must("hold_camera", person=scene.asha.person)
    async with asyncio.TaskGroup() as together:
        for listener in scene.listeners:
            together.create_task(listener.hears_nothing(2.0, kind="video"))
        together.create_task(scene.media.publish(picture(), TrackSource.MICROPHONE, TrackType.AUDIO))


async def test_with_both_held_nothing_at_all_may_be_published(glass: Evening) -> None:
    """An empty list of sources means everything to LiveKit."""
    scene = await _scene(glass)
    await scene.host.must("hold_camera", person=scene.asha.person)
    async with asyncio.TaskGroup() as together:
        for listener in scene.listeners:
            together.create_task(listener.hears_nothing(2.5))
        together.create_task(_two_more(scene))


async def _two_more(scene: Scene) -> None:
    for track in (tone(), picture()):
        assert (await scene.media.publish(track)).info is None


# --- Who is muted, and when it ends ---


async def test_who_is_muted_while_waiting_comes_in_muted(glass: Evening) -> None:
    host, host_media = await glass.host()
    asha = await glass.waiting("Asha")
    await host.must("mute", person=asha.person)
    await host.must("admit", seat=asha.seat)
    await asha.sees_itself("present")
    media = await asha.joins()
    assert (await media.publish(tone())).info is None
    await host_media.hears_nothing(LISTENING, kind="audio")


async def test_a_mute_follows_the_person_to_another_device(glass: Evening) -> None:
    host, host_media = await glass.host()
    link = glass.links[0]
    (first,) = await glass.admitted(host, "Asha")
    await host.must("mute_all")
    second = await glass.waiting("Asha", link)
    await host.must("admit", seat=second.seat)
    await second.sees_itself("present")
    assert second.view["you"]["microphone_held"] is True
    assert first.person == second.person
    assert (await (await second.joins()).publish(tone())).info is None
    await host_media.hears_nothing(LISTENING, kind="audio")


async def test_a_mute_outlives_the_waiting_room_and_an_undone_removal(glass: Evening) -> None:
    scene = await _scene(glass)
    for do, fields in (("return_to_waiting", {}), ("remove", {"reason": "other"}), ("restore", {})):
        await scene.host.must(do, person=scene.asha.person, **fields)
    await scene.asha.listen()
    await scene.asha.sees_itself("waiting")
    await scene.host.must("admit", seat=scene.asha.seat)
    await scene.asha.sees_itself("present")
    media = await scene.asha.joins()
    assert (await media.publish(tone())).info is None
    await scene.nobody_hears_her()


async def test_lifting_a_mute_unmutes_nobody(glass: Evening) -> None:
    scene = await _scene(glass)
    for lift in (("lift", {"person": scene.asha.person}), ("lift_all", {})):
        await scene.host.must(lift[0], **lift[1])
        await scene.nobody_hears_her(1.5)
    for peer in (scene.media, *scene.listeners):
        opened = [said for said in peer.said if said.HasField("mute") and not said.mute.muted]
        assert not opened, "the server opened a microphone"


async def test_after_the_lift_one_may_speak_again(glass: Evening) -> None:
    scene = await _scene(glass)
    await scene.host.must("lift", person=scene.asha.person)
    sending = await scene.media.publish(tone())
    assert sending.info is not None
    for listener in scene.listeners:
        await listener.hears(scene.media.sid, "audio")


async def test_muting_oneself_is_another_thing(glass: Evening) -> None:
    """A host's lift does not undo one's own mute, and one's own unmute does not undo a host's."""
    scene = await _scene(glass, muted=False)
    assert scene.microphone.info is not None
    asked = MuteTrackRequest(sid=scene.microphone.info.sid, muted=True)
    await scene.media.send(SignalRequest(mute=asked))
    for listener in scene.listeners:
        await listener.heard(lambda said: any(map(_tells_a_mute, said.update.participants)))
    await scene.nobody_hears_her()
    await scene.host.must("mute", person=scene.asha.person)
    await scene.host.must("lift", person=scene.asha.person)
    await scene.nobody_hears_her()
    assert scene.asha.view["you"]["microphone_held"] is False


def _tells_a_mute(participant: ParticipantInfo) -> bool:
    return any(track.muted for track in participant.tracks)
