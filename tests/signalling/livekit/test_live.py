"""Real media, with LiveKit's own SDK on both ends and its own API client in command."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from livekit import api, rtc

from tests.signalling.livekit.line import ADVERTISED, network
from tests.signalling.livekit.people import Person, people, until
from tests.signalling.livekit.process import KEY, SECRET, Child, engine

SOURCES = {"microphone": api.TrackSource.MICROPHONE, "camera": api.TrackSource.CAMERA}

CONCEALED = 1.0
"""Seconds: a decoder goes on inventing sound for a while after the last packet."""


@asynccontextmanager
async def two_talking(child: Child) -> AsyncIterator[tuple[Person, Person]]:
    async with people(2) as (sam, jo):
        for name, person in (("sam", sam), ("jo", jo)):
            await person.join(child.ws, child.token(name))
            await person.speak()
            await person.show()
        await until(lambda: sam.heard["jo"] and sam.seen["jo"], "sam gets jo")
        await until(lambda: jo.heard["sam"] and jo.seen["sam"], "jo gets sam")
        yield sam, jo


async def permit(livekit: api.LiveKitAPI, identity: str, *sources: str, can_subscribe: bool = True) -> None:
    permission = api.ParticipantPermission(
        can_subscribe=can_subscribe,
        can_publish=bool(sources),
        can_publish_sources=[SOURCES[source] for source in sources],
    )
    request = api.UpdateParticipantRequest(room="room", identity=identity, permission=permission)
    await livekit.room.update_participant(request)


async def test_two_people_hear_and_see_each_other_and_speaking_is_noticed() -> None:
    async with engine() as child, two_talking(child) as (sam, jo):
        await until(lambda: "jo" in sam.speakers and "sam" in jo.speakers, "both are speaking")
        stats = await child.stats()
        (room,) = stats["rooms"]
        assert {person["state"] for person in room["participants"]} == {"active"}
        assert len([route for route in room["routes"] if route["live"]]) == 4
        assert all(source["lost"] == 0 for person in room["participants"] for source in person["ingress"])


async def test_a_mute_is_on_the_wire_before_the_call_returns() -> None:
    async with (
        engine() as child,
        two_talking(child) as (sam, jo),
        api.LiveKitAPI(child.http, KEY, SECRET) as livekit,
    ):
        await permit(livekit, "sam", "camera")
        (muted,) = [
            route
            for route in await child.routes()
            if route["publisher"] == "sam" and route["kind"] == "audio"
        ]
        assert not muted["live"]
        await until(lambda: "track_unsubscribed" in jo.events, "jo is told")
        await asyncio.sleep(CONCEALED)
        heard = jo.heard["sam"]
        seen = jo.seen["sam"]
        await until(lambda: jo.seen["sam"] > seen + 5, "the picture goes on")
        assert jo.heard["sam"] == heard
        assert [route for route in await child.routes() if route["track"] == muted["track"]] == [muted]
        await permit(livekit, "sam", "camera", "microphone")
        await sam.speak()
        await until(lambda: jo.heard["sam"] > heard, "sam is heard again")


async def test_a_freeze_silences_everybody_and_a_late_joiner_too() -> None:
    async with (
        engine() as child,
        two_talking(child) as (sam, jo),
        api.LiveKitAPI(child.http, KEY, SECRET) as livekit,
    ):
        for name in ("sam", "jo"):
            await permit(livekit, name, "camera", "microphone", can_subscribe=False)
        assert not any(route["live"] for route in await child.routes())
        async with people(1) as (ash,):
            await ash.join(child.ws, child.token("ash", can_subscribe=False))
            await asyncio.sleep(CONCEALED)
            frozen = (sam.seen["jo"], sam.heard["jo"], jo.seen["sam"], jo.heard["sam"])
            await asyncio.sleep(0.7)
            assert (sam.seen["jo"], sam.heard["jo"], jo.seen["sam"], jo.heard["sam"]) == frozen
            assert not ash.seen
            assert not ash.heard
            for name in ("sam", "jo", "ash"):
                await permit(livekit, name, "camera", "microphone")
            await until(
                lambda: sam.seen["jo"] > frozen[0] and sam.heard["jo"] > frozen[1], "sam gets jo again"
            )
            await until(
                lambda: jo.seen["sam"] > frozen[2] and jo.heard["sam"] > frozen[3], "jo gets sam again"
            )
            await until(lambda: ash.seen["sam"] and ash.heard["jo"], "ash gets them")


async def test_somebody_removed_is_gone_at_once() -> None:
    async with (
        engine() as child,
        two_talking(child) as (sam, jo),
        api.LiveKitAPI(child.http, KEY, SECRET) as livekit,
    ):
        await livekit.room.remove_participant(api.RoomParticipantIdentity(room="room", identity="sam"))
        assert not any(route["live"] for route in await child.routes())
        await until(lambda: sam.reason is not None, "sam is told")
        assert sam.reason == rtc.DisconnectReason.PARTICIPANT_REMOVED
        await until(lambda: "sam" not in jo.room.remote_participants, "jo is told")


async def test_a_track_muted_from_outside_stays_its_publishers_to_open() -> None:
    async with (
        engine() as child,
        two_talking(child) as (_, jo),
        api.LiveKitAPI(child.http, KEY, SECRET) as livekit,
    ):
        info = await livekit.room.get_participant(api.RoomParticipantIdentity(room="room", identity="sam"))
        (sound,) = [track for track in info.tracks if track.source == api.TrackSource.MICROPHONE]
        mute = api.MuteRoomTrackRequest(room="room", identity="sam", track_sid=sound.sid, muted=True)
        answer = await livekit.room.mute_published_track(mute)
        assert answer.track.muted
        await until(lambda: "track_muted" in jo.events, "jo sees it")
        await asyncio.sleep(CONCEALED)
        heard = jo.heard["sam"]
        await asyncio.sleep(0.5)
        assert jo.heard["sam"] == heard


async def test_what_is_sent_over_data_channels_goes_nowhere_and_hangs_nobody() -> None:
    async with engine() as child, people(2) as (sam, jo):
        received: list[object] = []
        jo.room.on("data_received", received.append)
        await sam.join(child.ws, child.token("sam", can_publish_data=True))
        await jo.join(child.ws, child.token("jo"))
        began = time.monotonic()
        await asyncio.wait_for(sam.room.local_participant.publish_data("hello", reliable=True), 5)
        await asyncio.wait_for(sam.room.local_participant.publish_data("hello", reliable=False), 5)
        assert time.monotonic() - began < 5
        await asyncio.sleep(0.3)
        assert received == []


async def test_the_platform_is_told_and_can_check_who_told_it() -> None:
    receiver = api.WebhookReceiver(api.TokenVerifier(KEY, SECRET))
    told: list[api.WebhookEvent] = []

    async def take(request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        told.append(receiver.receive(body, request.headers["Authorization"]))
        return web.Response(status=500 if len(told) == 1 else 200)  # the first is sent again

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        async with engine(webhook_url=url) as child, api.LiveKitAPI(child.http, KEY, SECRET) as livekit:
            async with people(1) as (sam,):
                await sam.join(child.ws, child.token("sam"))
                publication = await sam.show()
                await until(
                    lambda: any(event.event == "track_published" for event in told), "the track is told of"
                )
            await livekit.room.delete_room(api.DeleteRoomRequest(room="room"))
            await until(lambda: told[-1].event == "room_finished", "the end is told of")
        names = [event.event for event in told]
        assert names == [
            "room_started",
            "room_started",
            "participant_joined",
            "track_published",
            "track_unpublished",
            "participant_left",
            "room_finished",
        ]
        assert {event.room.name for event in told} == {"room"}
        assert told[2].participant.identity == "sam"
        assert told[3].track.sid == publication.sid
        assert told[3].id
        assert abs(told[3].created_at - time.time()) < 60
    finally:
        await runner.cleanup()


async def test_the_engines_own_death_is_everybodys_silence() -> None:
    async with engine() as child, two_talking(child) as (sam, _):
        child.process.kill()
        await child.process.wait()
        await asyncio.sleep(CONCEALED)
        heard = sam.heard["jo"]
        await asyncio.sleep(0.5)
        assert sam.heard["jo"] == heard
        async with aiohttp.ClientSession() as http:
            try:
                await http.get(f"{child.http}/health")
            except aiohttp.ClientError:
                return
            raise AssertionError("it still answers")


async def shown(livekit: api.LiveKitAPI) -> dict[str, int]:
    """The state in which the platform sees each participant."""
    answer = await livekit.room.list_participants(api.ListParticipantsRequest(room="room"))
    return {person.identity: person.state for person in answer.participants}


async def test_someone_whose_packets_stop_is_seen_so_though_their_signalling_lives_on() -> None:
    """Sam says and gets nothing at all, and is not taken for silent before the packets really stop."""
    active, joined = api.ParticipantInfo.ACTIVE, api.ParticipantInfo.JOINED
    async with (
        engine(advertised_host=ADVERTISED) as child,
        network(child.media_port) as carrier,
        people(1) as (sam,),
        api.LiveKitAPI(child.http, KEY, SECRET) as livekit,
    ):
        await sam.join(child.ws, child.token("sam"))
        for _ in range(14):
            await asyncio.sleep(0.5)
            assert await shown(livekit) == {"sam": active}
        carrier.hushed = True
        hushed_at = time.monotonic()
        while await shown(livekit) == {"sam": active}:
            assert time.monotonic() - hushed_at < 6
            await asyncio.sleep(0.1)
        assert time.monotonic() - hushed_at > 3
        assert await shown(livekit) == {"sam": joined}
        carrier.hushed = False
        back_at = time.monotonic()
        while await shown(livekit) != {"sam": active}:
            assert time.monotonic() - back_at < 10
            await asyncio.sleep(0.1)
