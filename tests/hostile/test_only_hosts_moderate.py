"""Only the group's own hosts moderate: whoever else asks is refused, and nothing changes."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from signalling.meeting.messages import FORMS
from tests.hostile.doors import events_say
from tests.hostile.people import Person
from tests.hostile.premises import Evening, evening
from tests.reels import tone

PARENTS_OWN = {
    "leave",
    "raise_hand",
    "lower_own_hand",
    "pass_word",
    "tell_hosts",
    "accept_aside",
    "leave_aside",
}
HOSTS_ONLY = sorted(FORMS.keys() - PARENTS_OWN)
HOUSE_ONLY = (
    "arrive",
    "host_attending",
    "host_away",
    "close",
    "revoke",
    "exit",
    "keep_apart",
    "let_meet",
    "lapse",
    "time_up",
)


def _journal(evening: Evening) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{evening.premises.database}?mode=ro", uri=True)) as database:
        wanted = "SELECT * FROM journal WHERE stream = ? ORDER BY sequence"
        return list(database.execute(wanted, (evening.meeting,)))


def _fields(do: str, target: Person) -> dict[str, object]:
    given: dict[str, object] = {
        "person": target.person,
        "seat": target.seat,
        "reason": "other",
        "until": None,
        "feature": "sound",
        "mode": "everyone",
    }
    return {name: given[name] for name in FORMS[do].fields}


async def test_no_parent_moderates_whatever_they_ask_for(tonight: Evening) -> None:
    host, host_media = await tonight.host()
    asha, ben = await tonight.admitted(host, "Asha", "Ben")
    waits = await tonight.waiting("Carys")
    media = await ben.joins()
    await media.publish(tone())
    await host_media.hears(media.sid, "audio")
    before, seen = _journal(tonight), await host.wire.ask("view")
    for parent in (asha, waits):
        for do in HOSTS_ONLY:
            for target in (ben, parent, host, waits):
                answer = await parent.act(do, **_fields(do, target))
                if answer["error"] == "too_fast":
                    await parent.listen()
                    await parent.sees(lambda view: bool(view))
                    answer = await parent.act(do, **_fields(do, target))
                assert answer == {"ok": False, "error": "not_allowed"}, do
    assert _journal(tonight) == before
    now = await host.wire.ask("view")
    for part in ("phase", "locked", "people", "waiting", "out"):
        assert now[part] == seen[part]
    await host_media.hears(media.sid, "audio")


async def test_nobody_speaks_for_the_house(tonight: Evening) -> None:
    host, _ = await tonight.host()
    (asha,) = await tonight.admitted(host, "Asha")
    before = _journal(tonight)
    for person in (asha, host):
        for do in HOUSE_ONLY:
            for fields in ({}, {"seat": host.seat}, {"person": asha.person}, {"agreed": 1}):
                answer = await person.act(do, **fields)
                assert answer["ok"] is False
                assert answer["error"] == "malformed"
        person.wire.events.clear()
        await person.listen()
        await person.sees(lambda view: bool(view))
    assert _journal(tonight) == before


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "facilitator"},
        {"actor": {"role": "facilitator"}},
        {"as": "host"},
        {"meeting": "0" * 24},
        {"seat": "0" * 24},
    ],
)
async def test_what_one_claims_to_be_is_not_listened_to(tonight: Evening, claims: dict[str, object]) -> None:
    host, _ = await tonight.host()
    (asha,) = await tonight.admitted(host, "Asha")
    before = _journal(tonight)
    assert (await asha.act("lock", **claims))["ok"] is False
    assert (await asha.wire.ask("act", {"do": "lock"}, claims))["ok"] is False
    assert _journal(tonight) == before


async def test_a_host_of_another_group_decides_nothing_here(tonight: Evening) -> None:
    """Refused on the page and the socket; and from their own session nobody here can be reached."""
    host, _ = await tonight.host()
    (asha,) = await tonight.admitted(host, "Asha")
    before = _journal(tonight)
    async with evening(tonight.premises, hosts=["stranger"]) as elsewhere:
        other, _ = await elsewhere.host("stranger")
        for do in ("mute", "remove", "return_to_waiting", "decline", "restore", "hold_camera"):
            answer = await other.act(do, **_fields(do, asha))
            assert answer == {"ok": False, "error": "not_here"}
        assert await other.act("admit", seat=asha.seat) == {"ok": False, "error": "not_here"}
        other.meeting = tonight.meeting
        assert await events_say(other) == "not_your_session"
        page = await other.visitor.open(f"/staff/sessions/{tonight.meeting}")
        assert page.status in (403, 404)
    assert _journal(tonight) == before


@pytest.mark.parametrize("who", ["stranger", "facilitator"])
async def test_who_does_not_run_the_area_runs_no_groups(tonight: Evening, who: str) -> None:
    one = await tonight.staff(who)
    for path in (
        "/staff/groups/new",
        f"/staff/groups/{tonight.group}",
        f"/staff/groups/{tonight.group}/sessions/new",
        f"/staff/groups/{tonight.group}/invites/new",
        f"/staff/invites/{'0' * 24}/revoke",
        f"/staff/invites/{'0' * 24}/reissue",
    ):
        for method in ("GET", "POST"):
            async with one.http.request(method, f"{one.origin}{path}", data=None) as answer:
                assert answer.status in (403, 405), path


async def test_a_parent_has_no_staff_pages_and_staff_no_parents_pages(tonight: Evening) -> None:
    asha = await tonight.parent("Asha")
    for path in ("/staff", f"/staff/sessions/{tonight.meeting}", f"/staff/groups/{tonight.group}"):
        page = await asha.visitor.open(path)
        assert page.path == "/staff/sign-in"
    host = await tonight.staff("facilitator")
    for path in ("/welcome", "/name", "/agreement", "/ready", "/session"):
        page = await host.visitor.open(path)
        assert page.status == 403
        assert "data-meeting" not in page.data


async def test_signing_out_ends_the_hosts_connections(tonight: Evening) -> None:
    """The next person at that computer is nobody."""
    host, host_media = await tonight.host()
    (asha,) = await tonight.admitted(host, "Asha")
    page = await host.visitor.open("/staff")
    form = next(form for form in page.forms if form.action == "/staff/sign-out")
    async with host.http.post(f"{host.origin}/staff/sign-out", data=form.filled) as answer:
        assert answer.status == 200
    tonight.premises.signed_in.clear()
    assert await host.wire.ended()
    await asha.sees(lambda view: view["phase"] == "unattended")
    assert await host_media.ended()
    assert await events_say(host) == "no_seat"
