"""Nothing crosses from one area to another: every address, and every use case that is told an area."""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import select

import server
from server import accounts, apart, auth, groups, invites, meetings, security
from server.auth import Kind, Role
from server.data.tables import group_facilitator, metadata
from server.entry import Entry, declared
from tests.server.conftest import PASSWORD, TOTP, Place
from tools.visitor import Visitor

OURS = ("Wilhelmina", "Rosalind", "Barnaby", "kim@example.org", "They know")
PASSING = frozenset({"staff_session", "challenge", "presence"})
SOMETHING = "0" * 24
FIELDS = {
    **{"label": "Eve", "title": "Eve", "theme": "Eve", "note": "Eve", "reference": "Eve", "reason": "Eve"},
    **{"day": "2026-03-04", "time": "19:00", "minutes": "90", "capacity": "16", "late": "15"},
    **{"email": "eve@example.org", "role": "admin", "number": "07700900123", "word": "Eve"},
}


@dataclass
class Two:
    """The usual area with somebody of each kind, and another one with strangers."""

    ours: dict[str, str]
    strangers: dict[str, Visitor]
    elsewhere: str


async def two_areas(place: Place) -> Two:
    house = place.house
    link = await place.invite("Rosalind")
    await place.parent("Wilhelmina", link)
    await place.invite("Barnaby")
    people = await invites.of_group(house, place.group)
    await apart.keep(house, place.group, people[0].member, people[1].member, "They know", place.host)
    (pair,) = await apart.of_group(house, place.group)
    await accounts.invite(house, place.area, Role.ADMIN, None, "kim@example.org", place.admin)
    (waiting,) = await accounts.waiting(house, place.area)
    await place.staff(Role.FACILITATOR)
    (session,) = await auth.sessions(house, place.host)
    ours = {
        **{"group": place.group, "meeting": place.meeting, "account": place.host, "session": session.id},
        **{"pair": pair.id, "staff_invite": waiting.id, "invite": people[0].invite},
        **{"member": people[0].member, "area": place.area, "one": people[0].member, "host": place.host},
    }
    elsewhere, strangers = await somewhere_else(place)
    return Two(ours, strangers, elsewhere)


async def somewhere_else(place: Place) -> tuple[str, dict[str, Visitor]]:
    house = place.house
    area = await groups.create_area(house, "Elsewhere")
    told: tuple[tuple[str, Role, Kind | None], ...] = (
        ("admin", Role.ADMIN, None),
        ("worker", Role.FACILITATOR, Kind.WORKER),
        ("lived", Role.FACILITATOR, Kind.LIVED_EXPERIENCE),
    )
    made = {
        name: await auth.create_account(
            house, area, role, f"{name}@elsewhere.example", "Bo", PASSWORD, kind, totp=TOTP
        )
        for name, role, kind in told
    }
    theirs = await groups.create(house, area, "Their group", (made["worker"], made["lived"]))
    await meetings.plan(house, theirs, house.clock.now() + timedelta(hours=1), 90, "Theirs")
    strangers = {name: place.visitor() for name in made}
    for name, visitor in strangers.items():
        await place.sign_in(visitor, made[name])
    link = (await invites.issue(house, theirs, "Lou", made["admin"])).secret
    strangers["parent"] = await place.parent("Lou", f"/i/{link}")
    return area, strangers


def addresses(app: web.Application, ours: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every method and path of our pages, made of what is ours."""
    for route in app.router.routes():
        door = declared(route)
        if door is None or route.resource is None or door.who in {Entry.SEAT, Entry.ENGINE}:
            continue
        pattern = route.resource.canonical
        if "{secret}" in pattern or "/static/" in pattern or pattern.startswith("/exit"):
            continue  # who has the secret is no stranger
        if pattern in {"/staff/sign-out", "/staff/account/devices", "/my-place/leave"}:
            continue  # the stranger's own, and the end of the walk
        known = {
            **ours,
            **{
                "task": SOMETHING,
                "passkey": SOMETHING,
                "how": "done",
                "name": "x",
                "kind": "question",
                "version": "1",
            },
        }
        if pattern.startswith("/staff/colleagues/links"):
            known["invite"] = ours["staff_invite"]
        yield route.method, pattern.format(**known)


async def rows(place: Place) -> set[tuple[Any, ...]]:
    async with place.house.database.reading() as connection:
        return {
            (table.name, *row)
            for table in metadata.sorted_tables
            if table.name not in PASSING
            for row in await connection.execute(select(table))
        }


async def knock(visitor: Visitor, place: Place, method: str, path: str, ours: dict[str, str]) -> str:
    """What a stranger is told at an address; posts carry a good token, and all that a form could ask."""
    holder = "seat" if "seat=" in visitor.cookies else "staff"
    told = visitor.cookies.split(f"{holder}=")[1].split(";")[0]
    form = {**FIELDS, **ours, "other": ours["member"], "token": security.make_token(place.house.keys, told)}
    sent: dict[str, Any] = {"data": form} if method == "POST" else {}
    async with visitor.http.request(method, place.origin + path, allow_redirects=False, **sent) as answer:
        assert answer.status < 500, path
        named = [one for one in ours.values() if f"/{one}" in path]
        allowed = {303} if path.startswith("/staff/account/") else {403, 404, 405}
        to_the_door = answer.headers.get("Location") == "/staff/sign-in"
        if named and answer.status not in allowed and not to_the_door:
            raise AssertionError(f"{method} {path} let a stranger in: {answer.status}")
        return await answer.text()


async def test_a_stranger_from_another_area_changes_and_reads_nothing_of_ours_at_any_address(
    place: Place, app: web.Application
) -> None:
    two = await two_areas(place)
    before, count = await rows(place), 0
    for visitor in two.strangers.values():
        for method, path in addresses(app, two.ours):
            if method in {"GET", "POST"}:
                html = await knock(visitor, place, method, path, two.ours)
                count += 1
                assert not [word for word in OURS if word in html], path
    after = await rows(place)
    ours = {row for row in before if set(map(str, row)) & set(two.ours.values())}
    assert len(ours) > 10
    assert ours <= after
    assert count > 200
    added = {row for row in after - before if set(map(str, row)) & set(two.ours.values())}
    assert added == set(), "nor does anything of theirs hang on something of ours"


async def test_a_stranger_hosts_no_session_of_ours_even_as_a_member_of_its_group(place: Place) -> None:
    two = await two_areas(place)
    worker = two.strangers["worker"]
    page = await worker.open(f"/staff/sessions/{place.meeting}")
    assert page.status == 404
    async with place.house.database.reading() as connection:
        hosts = (await connection.execute(select(group_facilitator.c.account))).scalars().all()
    assert place.host in hosts


def use_cases() -> Iterator[tuple[str, Callable[..., Awaitable[object]]]]:
    """Every public use case that is told in which area to look."""
    for module in pkgutil.walk_packages(server.__path__, "server."):
        if module.name.startswith(("server.pages", "server.data.migrations", "server.__main__")):
            continue
        for name, found in vars(importlib.import_module(module.name)).items():
            if inspect.iscoroutinefunction(found) and found.__module__ == module.name:
                asks = inspect.signature(found).parameters
                if not name.startswith("_") and "house" in asks and "in_area" in asks:
                    yield f"{module.name}.{name}", found


GIVES = {"server.groups.create", "server.accounts.colleagues", "server.accounts.waiting"}
"""What makes or lists the area's own: tried below by what it must not hold."""


async def test_every_use_case_that_is_told_an_area_finds_nothing_of_another(place: Place) -> None:
    two = await two_areas(place)
    before, tried = await rows(place), []
    # What a stranger could know: every id of ours, whatever the use case calls it.
    for name, use_case in use_cases():
        asks = inspect.signature(use_case).parameters
        if name in GIVES:
            continue
        for known in two.ours.values():
            told: dict[str, Any] = {
                ask: known
                for ask, parameter in asks.items()
                if ask not in {"house", "in_area", "connection"} and parameter.default is parameter.empty
            }
            if "connection" in asks:
                async with place.house.database.reading() as connection:
                    found = await use_case(
                        house=place.house, in_area=two.elsewhere, connection=connection, **told
                    )
            else:
                found = await use_case(house=place.house, in_area=two.elsewhere, **told)
            if name.endswith(".facilitators"):
                assert place.host not in {host.id for host in found}  # type: ignore[attr-defined]
            else:
                assert not found, name
        tried.append(name)
    assert {row for row in before if set(map(str, row)) & set(two.ours.values())} <= await rows(place)
    assert {"server.invites.revoke", "server.groups.find", "server.accounts.end"} <= set(tried)


async def test_what_lists_an_areas_own_holds_nobody_of_another(place: Place) -> None:
    two = await two_areas(place)
    people = await accounts.colleagues(place.house, two.elsewhere)
    assert {one.name for one in people} == {"Bo"}
    assert await accounts.waiting(place.house, two.elsewhere) == ()
    assert {one.title for one in await groups.of_area(place.house, two.elsewhere)} == {"Their group"}
