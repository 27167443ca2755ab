"""Pause everything: one press freezes all sound, picture, chat and hands, and each comes back by itself."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from livekit.protocol.models import TrackSource, TrackType
from livekit.protocol.rtc import MuteTrackRequest, SignalRequest, UpdateSubscription, UpdateTrackSettings

from tests.hostile.people import Person
from tests.hostile.premises import Evening
from tests.peers import Gone, Peer, Sending
from tests.reels import picture, tone

EVERYTHING = ["chat", "hands", "picture", "sound"]
LISTENING = 0.8
PATIENCE = 20.0


@dataclass
class Room:
    """A host, Asha and Ben send sound and picture, and chat is open to everyone. Asha is the hostile one."""

    evening: Evening
    host: Person
    asha: Person
    ben: Person
    media: dict[str, Peer]
    sent: dict[str, tuple[Sending, Sending]]

    @property
    def hostile(self) -> Peer:
        """Asha's media client."""
        return self.media["Asha"]

    async def all_meet(self, *kinds: str) -> None:
        """Everyone receives these kinds from everyone else."""
        for listener in self.media.values():
            for other in self.media.values():
                if other is not listener:
                    for kind in kinds:
                        await listener.hears(other.sid, kind, wait=PATIENCE)

    async def pauses(self) -> None:
        """One press, and what was on its way has arrived."""
        await self.host.must("pause")
        await self.caught_up()

    async def caught_up(self) -> None:
        """What was on its way has arrived."""
        await asyncio.gather(*(peer.caught_up() for peer in self.media.values()))

    async def silence(self, seconds: float = LISTENING, *kinds: str) -> None:
        """Nobody receives a single packet of these kinds, or of anything."""
        async with asyncio.TaskGroup() as listening:
            for listener in self.media.values():
                for kind in kinds or ("",):
                    listening.create_task(listener.hears_nothing(seconds, kind=kind))

    async def says(self, who: Person, to: object = "everyone") -> dict[str, Any]:
        """What the platform answers to a message."""
        answer = await who.wire.ask("say", {"to": to, "text": "Are you there?"})
        assert isinstance(answer, dict)
        return answer


@pytest.fixture
async def room(glass: Evening) -> Room:
    """Everyone is heard and seen."""
    host, host_media = await glass.host()
    asha, ben = await glass.admitted(host, "Asha", "Ben")
    media = {"host": host_media, "Asha": await asha.joins(), "Ben": await ben.joins()}
    sent = {name: (await peer.publish(tone()), await peer.publish(picture())) for name, peer in media.items()}
    await host.must("set_chat", mode="everyone")
    made = Room(glass, host, asha, ben, media, sent)
    await made.all_meet("audio", "video")
    return made


async def test_one_press_ends_all_sound_and_picture_however_much_is_sent(room: Room) -> None:
    await room.pauses()
    engine, meeting = room.evening.engine, room.evening.meeting
    before = await engine.stats(meeting)
    sent = await room.sent["Asha"][0].bytes()

    await room.silence(2.0)

    after = await engine.stats(meeting)
    for person in (room.host, room.asha, room.ben):
        for kind in ("audio", "video"):
            assert after.sent_on(person.seat, kind) == before.sent_on(person.seat, kind)
    assert await room.sent["Asha"][0].bytes() - sent > 5_000, "the client did not go on sending"
    assert after.came_in(room.asha.seat) - before.came_in(room.asha.seat) > 60, "nothing reached the engine"
    assert all(peer.is_connected for peer in room.media.values())


async def test_chat_reactions_and_hands_are_frozen_too(room: Room) -> None:
    await room.host.must("pause")
    await room.ben.sees(lambda view: view["paused"] == EVERYTHING)
    before = len(room.ben.wire.frames)
    assert await room.says(room.asha) == {"ok": False, "error": "paused"}
    assert await room.asha.wire.ask("react", {"reaction": "heart"}) == {"ok": False, "error": "paused"}
    assert await room.host.wire.ask("caption", {"text": "they say"}) == {"ok": False, "error": "paused"}
    assert await room.asha.act("raise_hand") == {"ok": False, "error": "paused"}
    assert (await room.host.wire.ask("view"))["hands"] == []
    assert len(room.ben.wire.frames) == before


async def test_the_private_line_stays_open(room: Room) -> None:
    await room.host.must("pause")
    assert (await room.says(room.asha, "hosts"))["ok"]
    await room.asha.must("tell_hosts", mark="check_on_me")
    await room.host.sees(lambda view: any(one.get("mark") == "check_on_me" for one in view["people"]))
    assert (await room.says(room.host, {"seat": room.asha.seat}))["ok"]


# --- Tricks while everything is paused ---


async def _a_new_microphone_and_camera(room: Room) -> None:
    await room.hostile.publish(tone())
    await room.hostile.publish(picture())


async def _a_shared_screen(room: Room) -> None:
    await room.hostile.publish(picture(), TrackSource.SCREEN_SHARE, TrackType.VIDEO)


async def _an_undeclared_section(room: Room) -> None:
    await room.hostile.publish(tone(), declare=False)


async def _muting_and_unmuting_oneself(room: Room) -> None:
    for sending in room.sent["Asha"]:
        assert sending.info is not None
        for muted in (True, False):
            asked = MuteTrackRequest(sid=sending.info.sid, muted=muted)
            await room.hostile.send(SignalRequest(mute=asked))
    await room.hostile.offer()


async def _asking_for_what_others_send(room: Room) -> None:
    sids = [sending.info.sid for pair in room.sent.values() for sending in pair if sending.info]
    await room.hostile.send(SignalRequest(subscription=UpdateSubscription(track_sids=sids, subscribe=True)))
    await room.hostile.send(SignalRequest(track_setting=UpdateTrackSettings(track_sids=sids, disabled=False)))


async def _resuming_the_connection(room: Room) -> None:
    room.hostile.drop()
    await asyncio.sleep(0.2)
    await room.hostile.resume()


async def _coming_anew(room: Room) -> None:
    again = await room.asha.joins()
    room.media["Asha again"] = again
    await again.publish(tone())


async def _speaking_for_the_host(room: Room) -> None:
    for feature in EVERYTHING:
        answer = await room.asha.act("resume_feature", feature=feature)
        assert answer == {"ok": False, "error": "not_allowed"}
    assert (await room.asha.act("open"))["error"] == "not_allowed"


@pytest.mark.parametrize(
    "trick",
    [
        _a_new_microphone_and_camera,
        _a_shared_screen,
        _an_undeclared_section,
        _muting_and_unmuting_oneself,
        _asking_for_what_others_send,
        _resuming_the_connection,
        _coming_anew,
        _speaking_for_the_host,
    ],
    ids=lambda trick: trick.__name__.strip("_"),
)
async def test_no_trick_of_a_parent_thaws_it(room: Room, trick: Callable[[Room], Awaitable[None]]) -> None:
    await room.pauses()
    async with asyncio.TaskGroup() as together:
        together.create_task(room.silence(1.5))
        with contextlib.suppress(Gone):
            await trick(room)
    await room.silence(0.3)
    assert (await room.host.wire.ask("view"))["paused"] == EVERYTHING


async def test_who_is_let_in_meanwhile_hears_and_sees_nothing(room: Room) -> None:
    await room.pauses()
    (late,) = await room.evening.admitted(room.host, "Carys")
    room.media["Carys"] = await late.joins()
    await room.media["Carys"].publish(tone())
    await room.silence(1.5)
    assert await room.says(late) == {"ok": False, "error": "paused"}


# --- Coming back ---


async def test_each_comes_back_by_itself(room: Room) -> None:
    """A host presses one after the other; what has not been pressed stays away, whatever is sent."""
    await room.pauses()

    await room.host.must("resume_feature", feature="sound")
    await room.all_meet("audio")
    await room.silence(LISTENING, "video")
    assert (await room.says(room.asha))["error"] == "paused"

    await room.host.must("resume_feature", feature="chat")
    assert (await room.says(room.asha))["ok"]
    assert (await room.asha.act("raise_hand"))["error"] == "paused"
    assert (await room.hostile.publish(picture())).info is None
    await room.silence(LISTENING, "video")

    await room.host.must("resume_feature", feature="hands")
    await room.asha.must("raise_hand")
    assert (await room.host.wire.ask("view"))["hands"] == [room.asha.person]

    await room.host.must("resume_feature", feature="picture")
    for peer in room.media.values():
        assert (await peer.publish(picture())).info is not None
    await room.all_meet("audio", "video")


async def test_pictures_alone_bring_no_sound(room: Room) -> None:
    await room.pauses()
    await room.host.must("resume_feature", feature="picture")
    await room.all_meet("video")
    assert (await room.hostile.publish(tone())).info is None
    await room.silence(LISTENING, "audio")


async def test_a_mute_from_before_holds_after_the_pause(room: Room) -> None:
    await room.host.must("mute", person=room.asha.person)
    await room.pauses()
    for feature in EVERYTHING:
        await room.host.must("resume_feature", feature=feature)
    assert (await room.hostile.publish(tone())).info is None
    assert (await room.media["Ben"].publish(tone())).info is not None
    await room.media["host"].hears(room.media["Ben"].sid, "audio")
    for name in ("host", "Ben"):
        await room.media[name].hears_nothing(LISTENING, room.hostile.sid, "audio")


async def test_a_second_press_freezes_what_had_come_back(room: Room) -> None:
    await room.pauses()
    await room.host.must("resume_feature", feature="sound")
    await room.all_meet("audio")
    await room.pauses()
    await room.silence()
    await room.ben.sees(lambda view: view["paused"] == EVERYTHING)
