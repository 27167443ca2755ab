"""The same rules for clients of the newer dialect, in which one connection carries both ways."""

import asyncio
import contextlib

import pytest
from livekit.protocol.models import TrackSource, TrackType

from tests.hostile.premises import Evening
from tests.peers import Gone, Refused
from tests.reels import tone

LISTENING = 0.8
PATIENCE = 20.0


async def test_whoever_goes_on_sending_after_a_mute_is_not_heard_whatever_they_try(glass: Evening) -> None:
    host, host_media = await glass.host()
    asha, ben = await glass.admitted(host, "Asha", "Ben")
    media, ben_media = await asha.joins(single=True), await ben.joins(single=True)
    microphone = await media.publish(tone())
    await ben_media.publish(tone())
    await host_media.hears(media.sid, "audio", wait=PATIENCE)
    await ben_media.hears(media.sid, "audio", wait=PATIENCE)
    await media.hears(ben_media.sid, "audio", wait=PATIENCE)
    await host.must("mute", person=asha.person)
    before = await glass.engine.stats(glass.meeting)
    sent = await microphone.bytes()
    again = await media.publish(tone())
    assert again.info is None
    await media.publish(tone(), declare=False)
    await asyncio.gather(
        *(listener.hears_nothing(LISTENING, media.sid) for listener in (host_media, ben_media)),
        *(listener.hears_nothing(LISTENING, kind="unknown") for listener in (host_media, ben_media)),
    )
    after = await glass.engine.stats(glass.meeting)
    assert after.sent_on(asha.seat, "audio") == before.sent_on(asha.seat, "audio")
    assert after.came_in(asha.seat) > before.came_in(asha.seat), "nothing reached the engine"
    assert await microphone.bytes() > sent, "the client did not go on sending"
    await media.hears(ben_media.sid, "audio", wait=PATIENCE)


@pytest.mark.parametrize("kind", [TrackType.AUDIO, TrackType.VIDEO])
async def test_sound_that_is_called_a_camera_is_heard_by_nobody_and_ends_the_stay(
    glass: Evening, kind: TrackType
) -> None:
    host, host_media = await glass.host()
    asha, ben = await glass.admitted(host, "Asha", "Ben")
    media, ben_media = await asha.joins(single=True), await ben.joins(single=True)
    await host.must("mute", person=asha.person)
    with contextlib.suppress(Gone):
        await media.publish(tone(), TrackSource.CAMERA, kind)
    assert await media.ended(PATIENCE)
    await asyncio.gather(*(listener.hears_nothing(LISTENING) for listener in (host_media, ben_media)))


async def test_who_comes_during_a_pause_gets_nothing_however_many_sections_they_offer(glass: Evening) -> None:
    host, host_media = await glass.host()
    asha, ben = await glass.admitted(host, "Asha", "Ben")
    ben_media = await ben.joins(single=True)
    await ben_media.publish(tone())
    await host_media.hears(ben_media.sid, "audio", wait=PATIENCE)
    await host.must("pause")
    media = await asha.joins(single=True)
    for _ in range(3):
        assert await media.receive_in(1, 1)
    await asyncio.gather(media.hears_nothing(LISTENING), host_media.hears_nothing(LISTENING))
    await host.must("resume_feature", feature="sound")
    await media.hears(ben_media.sid, "audio", wait=PATIENCE)


async def test_who_was_removed_hears_nobody_and_comes_back_through_neither_door(glass: Evening) -> None:
    host, host_media = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    media = await asha.joins(single=True)
    await host_media.publish(tone())
    await media.publish(tone())
    await media.hears(host_media.sid, "audio", wait=PATIENCE)
    await host_media.hears(media.sid, "audio", wait=PATIENCE)
    await host.must("remove", person=asha.person, reason="other")
    await asyncio.gather(media.hears_nothing(LISTENING), host_media.hears_nothing(LISTENING))
    for single in (True, False):
        with pytest.raises(Refused) as refused:
            await asha.joins(single=single)
        assert refused.value.status in (401, 403)
    with pytest.raises(Refused):
        await media.resume()
