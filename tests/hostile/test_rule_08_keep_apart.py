"""Two people marked never to meet never share a room without a facilitator's explicit, logged step."""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass

import pytest

from server import apart, invites
from tests.hostile.doors import gate_says
from tests.hostile.people import Person
from tests.hostile.premises import Evening
from tests.reels import tone

REASON = "Their sons were arrested together"
OVERRIDDEN = ("DoorOverridden", "kept_apart")
ADMITTED = ("Admitted", None)


@dataclass
class Door:
    """Asha is in the room and sends sound; Ben, who is never to meet her, waits. A worker has marked them."""

    evening: Evening
    host: Person
    asha: Person
    ben: Person
    links: list[str]

    def journal(self) -> list[tuple[str, str | None]]:
        """What was decided about Ben's being let in: the event, and what it set aside."""
        with closing(sqlite3.connect(f"file:{self.evening.premises.database}?mode=ro", uri=True)) as database:
            wanted = "SELECT record FROM journal WHERE stream = ? AND whom = ? ORDER BY sequence"
            lines = database.execute(wanted, (self.evening.meeting, self.ben.seat))
            records = [json.loads(record) for (record,) in lines]
        return [
            (record["event"], record.get("against"))
            for record in records
            if record["event"] in ("Admitted", "DoorOverridden")
        ]

    async def stays_outside(self) -> None:
        """Ben waits, has no media, and knows of nobody."""
        view = await self.ben.wire.ask("view")
        assert view["you"]["place"] == "waiting"
        assert view["people"] == []
        assert await gate_says(self.ben.media()) == "not_admitted"


async def _marked(evening: Evening) -> None:
    """The first two who were invited are never to meet."""
    async with evening.premises.house() as house:
        one, other, *_ = [line.member for line in await invites.of_group(house, evening.group)]
        await apart.keep(house, evening.group, one, other, REASON, evening.premises.accounts["colleague"])


@pytest.fixture
async def door(glass: Evening) -> Door:
    """Asha in, Ben out."""
    links = list(glass.links)
    await _marked(glass)
    host, host_media = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    media = await asha.joins()
    await media.publish(tone())
    await host_media.hears(media.sid, "audio")
    ben = await glass.waiting("Ben")
    await host.sees(lambda view: len(view["waiting"]) == 1)
    return Door(glass, host, asha, ben, links)


async def test_the_host_is_warned_and_an_ordinary_yes_is_refused(door: Door) -> None:
    (waits,) = (await door.host.wire.ask("view"))["waiting"]
    assert waits["kept_apart_from"] == ["Asha"]
    assert await door.host.act("admit", seat=door.ben.seat) == {"ok": False, "error": "kept_apart"}
    await door.host.must("admit_all")
    await door.stays_outside()
    assert door.journal() == []


async def test_a_deliberate_step_lets_them_meet_and_is_recorded_first(door: Door) -> None:
    await door.host.must("admit_anyway", seat=door.ben.seat)
    await door.ben.sees_itself("present")
    assert door.journal() == [OVERRIDDEN, ADMITTED]
    media = await door.ben.joins()
    await media.hears(kind="audio")


async def test_neither_of_them_learns_that_there_is_a_mark_or_why(door: Door) -> None:
    await door.host.act("admit", seat=door.ben.seat)
    await door.host.must("admit_anyway", seat=door.ben.seat)
    await door.ben.sees_itself("present")
    await door.asha.sees(lambda view: len(view["people"]) == 3)
    for person in (door.asha, door.ben):
        told = "\n".join(person.wire.frames)
        for trace in ("apart", "override", REASON):
            assert trace not in told
    assert REASON not in "\n".join(door.host.wire.frames)


async def test_the_reason_is_in_no_file_and_no_log(door: Door) -> None:
    for path in door.evening.premises.platform.folder.iterdir():
        assert REASON.encode() not in path.read_bytes(), path.name


# --- Ways round it ---


async def test_another_device_of_the_one_outside_is_warned_about_too(door: Door) -> None:
    second = await door.evening.waiting("Ben", door.links[1])
    view = await door.host.sees(lambda view: len(view["waiting"]) == 2)
    assert [one["kept_apart_from"] for one in view["waiting"]] == [["Asha"], ["Asha"]]
    assert await door.host.act("admit", seat=second.seat) == {"ok": False, "error": "kept_apart"}
    assert await gate_says(second.media()) == "not_admitted"


async def test_a_new_link_does_not_make_another_person(door: Door) -> None:
    async with door.evening.premises.house() as house:
        line = next(
            one for one in await invites.of_group(house, door.evening.group) if one.member == door.ben.person
        )
        admin = door.evening.premises.accounts["admin"]
        issued = await invites.reissue(house, line.invite, door.evening.premises.area, admin)
    assert issued is not None
    again = await door.evening.waiting("Ben", f"{door.host.origin}/i/{issued.secret}")
    assert again.person == door.ben.person
    assert await door.host.act("admit", seat=again.seat) == {"ok": False, "error": "kept_apart"}


async def test_neither_comes_back_to_the_other(door: Door) -> None:
    """Asha goes out, Ben comes in: now it is Asha who is kept outside, by every way there is to be let in."""
    await door.host.must("return_to_waiting", person=door.asha.person)
    await door.host.must("admit", seat=door.ben.seat)
    await door.ben.sees_itself("present")
    assert await door.host.act("admit", seat=door.asha.seat) == {"ok": False, "error": "kept_apart"}
    await door.host.must("remove", person=door.asha.person, reason="other")
    await door.host.must("restore", person=door.asha.person)
    await door.asha.listen()
    await door.asha.sees_itself("waiting")
    assert await door.host.act("admit", seat=door.asha.seat) == {"ok": False, "error": "kept_apart"}
    await door.host.must("admit_all")
    assert await gate_says(door.asha.media()) == "not_admitted"


async def test_two_hosts_at_the_same_instant_let_in_one_of_them(glass: Evening) -> None:
    await _marked(glass)
    host, _ = await glass.host()
    other, _ = await glass.host("colleague")
    asha, ben = await glass.waiting("Asha"), await glass.waiting("Ben")
    answers = await asyncio.gather(
        host.act("admit", seat=asha.seat),
        other.act("admit", seat=ben.seat),
        host.act("admit_all"),
        other.act("admit_all"),
    )
    assert sorted(answer["ok"] for answer in answers[:2]) == [False, True]
    view = await host.wire.ask("view")
    assert len([one for one in view["people"] if one["role"] == "parent"]) == 1
    assert len(view["waiting"]) == 1


async def test_they_never_share_a_side_room(door: Door) -> None:
    other, _ = await door.evening.host("colleague")
    await door.host.must("admit_anyway", seat=door.ben.seat)
    await door.ben.sees_itself("present")
    await door.host.must("invite_aside", person=door.asha.person)
    await door.asha.must("accept_aside")
    for host in (door.host, other):
        answer = await host.act("invite_aside", person=door.ben.person)
        assert answer == {"ok": False, "error": "aside_taken"}
    assert (await door.ben.act("accept_aside"))["error"] == "no_aside"
    assert (await door.ben.act("join_aside"))["error"] == "not_allowed"


# --- Who sets it ---


async def test_a_mark_made_during_the_session_counts_at_once(tonight: Evening) -> None:
    host, _ = await tonight.host()
    (asha,) = await tonight.admitted(host, "Asha")
    ben = await tonight.waiting("Ben")
    page = await host.visitor.open(f"/staff/groups/{tonight.group}/apart")
    await host.visitor.submit(page, one=asha.person, other=ben.person, reason=REASON)
    await host.sees(lambda view: [one["kept_apart_from"] for one in view["waiting"]] == [["Asha"]])
    assert await host.act("admit", seat=ben.seat) == {"ok": False, "error": "kept_apart"}


async def test_nobody_but_workers_and_admins_marks_or_reads(door: Door) -> None:
    stranger = await door.evening.staff("stranger")
    path = f"/staff/groups/{door.evening.group}/apart"
    pair = {"one": door.asha.person, "other": door.ben.person, "reason": "None"}
    for person in (door.ben, stranger):
        page = await person.visitor.open(path)
        assert page.status in (403, 404) or page.path == "/staff/sign-in"
        assert REASON not in page.html
        async with person.http.post(f"{person.origin}{path}", data=pair) as answer:
            assert answer.status in (403, 404) or answer.url.path == "/staff/sign-in"
    admin = await door.evening.staff("admin")
    page = await admin.visitor.open(path)
    assert page.status == 200
    assert REASON not in page.html
    await door.stays_outside()
