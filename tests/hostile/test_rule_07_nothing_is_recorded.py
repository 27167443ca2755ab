"""Nothing is recorded: there is no recorder to ask for, and nothing said or shown is kept anywhere."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import psutil
import pytest
from livekit import api
from livekit.protocol.models import ParticipantPermission
from livekit.protocol.models import TrackSource as Source

from tests.hostile.premises import Evening, Premises
from tests.reels import picture, tone

WORDS_FOR_KEEPING = ("record", "egress", "ingress", "transcri", "stream")
LARGEST_TEXT = 4096
"""The longest value a table may hold: an agreement's clauses."""


@pytest.mark.parametrize(
    "path",
    [
        "livekit.Egress/StartRoomCompositeEgress",
        "livekit.Egress/StartTrackEgress",
        "livekit.Egress/StartParticipantEgress",
        "livekit.Ingress/CreateIngress",
        "livekit.AgentDispatchService/CreateDispatch",
        "livekit.SIP/CreateSIPParticipant",
        "livekit.RoomService/SendData",
        "livekit.RoomService/ForwardParticipant",
    ],
)
async def test_there_is_no_recorder_to_ask_for(glass: Evening, path: str) -> None:
    token = glass.engine.token(
        room_admin=True, room_create=True, room_list=True, room_record=True, room=glass.meeting
    )
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/protobuf"}
    http = glass.stranger().http
    async with http.post(f"{glass.engine.url}/twirp/{path}", headers=headers, data=b"") as answer:
        assert answer.status in (404, 405, 501), await answer.text()


@pytest.mark.parametrize("power", ["hidden", "recorder", "agent", "can_update_metadata"])
async def test_nobody_becomes_a_recorder_or_unseen_later(glass: Evening, power: str) -> None:
    """Not even the platform could make somebody one."""
    host, host_media = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    await asha.joins()
    permission = ParticipantPermission(
        can_subscribe=True, can_publish=True, can_publish_sources=[Source.CAMERA]
    )
    setattr(permission, power, True)
    asked = api.UpdateParticipantRequest(room=glass.meeting, identity=asha.seat, permission=permission)
    async with api.LiveKitAPI(glass.engine.url, glass.engine.key, glass.engine.secret) as rooms:
        with contextlib.suppress(api.ServerError):
            await rooms.room.update_participant(asked)
    await asyncio.sleep(0.2)
    for said in host_media.said:
        for person in said.update.participants:
            assert not getattr(person.permission, power)


async def test_what_is_sent_over_a_data_channel_reaches_nobody(glass: Evening) -> None:
    host, host_media = await glass.host()
    asha, ben = await glass.admitted(host, "Asha", "Ben")
    media, ben_media = await asha.joins(), await ben.joins()
    heard: list[object] = []
    for listener in (host_media, ben_media):
        listener.subscriber.on("datachannel", lambda channel: channel.on("message", heard.append))
        listener.publisher.on("datachannel", lambda channel: channel.on("message", heard.append))
    channel = media.publisher.createDataChannel("_reliable")
    await media.publish(tone())
    await host_media.hears(media.sid, "audio")
    for _ in range(50):
        if channel.readyState == "open":
            channel.send("Can anyone read this?")
        await asyncio.sleep(0.02)
    assert heard == []
    assert media.is_connected
    await host_media.hears(media.sid, "audio")


async def test_after_an_evening_nothing_of_it_is_kept(platform: Premises, tonight: Evening) -> None:
    host, host_media = await tonight.host()
    asha, ben = await tonight.admitted(host, "Asha", "Ben")
    for person in (asha, ben):
        media = await person.joins()
        await media.publish(tone())
        await media.publish(picture())
    await host_media.hears(kind="audio")
    await host_media.hears(kind="video")
    _nothing_is_written_but_the_records(platform)
    await host.must("end")

    with sqlite3.connect(f"file:{platform.database}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert not [name for name in tables for word in WORDS_FOR_KEEPING if word in name]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - the database's own names
                for value in row:
                    assert not isinstance(value, str | bytes) or len(value) < LARGEST_TEXT
    database.close()


def _nothing_is_written_but_the_records(premises: Premises) -> None:
    """Look at every file that the platform and its engine have open for writing, and at the folder."""
    process = premises.platform.process
    assert process is not None
    running = psutil.Process(process.pid)
    kept = {
        premises.database.name,
        f"{premises.database.name}-wal",
        f"{premises.database.name}-shm",
        "platform.log",
    }
    for one in (running, *running.children(recursive=True)):
        for file in one.open_files():
            assert file.mode in ("r", "r+", "a", "a+"), file.path
            assert file.mode == "r" or Path(file.path).name in kept, file.path
    assert {path.name for path in premises.platform.folder.iterdir()} <= kept
