"""The audit, for admins of the area and workers of their groups: a page, a CSV and a JSON file."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import hdrs, web

from server import accounts, audit, groups, invites, meetings
from server.audit import KINDS, Line, Names, Wanted
from server.auth import Role
from server.data.store import is_id
from server.entry import Entry, entry
from server.groups import Group
from server.pages import when
from server.pages.context import HERE_STAFF, house
from server.pages.render import page
from server.words import words

HEAD = ("at", "group", "session", "who", "what", "whom", "why")
MOST_PAGES = 10_000
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@entry(Entry.KEEPER)
async def show(request: web.Request) -> web.StreamResponse:
    """GET /staff/audit: the latest first, by session, person and kind."""
    at, own = house(request), await _groups(request)
    wanted, known = _wanted(request), await _names(request, own)
    lines = await audit.read(at, known, _ids(own), wanted, for_host=_is_host(request), area=_area(request))
    is_more = len(lines) > audit.A_PAGE
    facts: dict[str, Any] = {
        "lines": [_told(line) for line in lines[: audit.A_PAGE]],
        "wanted": wanted,
        "sessions": await _sessions(request, own),
        "people": await _people(request, own),
        "kinds": tuple(KINDS),
        "asked": urlencode(_query(wanted)),
        "newer": urlencode({**_query(wanted), "page": wanted.page - 1}) if wanted.page else None,
        "older": urlencode({**_query(wanted), "page": wanted.page + 1}) if is_more else None,
    }
    return page(request, "audit.html", **facts)


@entry(Entry.KEEPER)
async def as_csv(request: web.Request) -> web.StreamResponse:
    """GET /staff/audit.csv: for a spreadsheet, in which nothing can become a formula."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(HEAD)
    for row in await _rows(request):
        table.writerow([harmless(row[name]) for name in HEAD])
    # The mark at the front tells old spreadsheets that this is UTF-8.
    return _file("\ufeff" + written.getvalue(), "text/csv", "session.csv")


@entry(Entry.KEEPER)
async def as_json(request: web.Request) -> web.StreamResponse:
    """GET /staff/audit.json."""
    text = json.dumps(await _rows(request), ensure_ascii=False, indent=1)
    return _file(text, "application/json", "session.json")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: such a one gets an apostrophe in front."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_A_FORMULA) else cell


async def _rows(request: web.Request) -> list[dict[str, str]]:
    own = await _groups(request)
    known, wanted = await _names(request, own), _wanted(request)
    everything = Wanted(wanted.session, wanted.person, wanted.kind)
    most = audit.MOST_EXPORTED
    is_host, area = _is_host(request), _area(request)
    lines = await audit.read(
        house(request), known, _ids(own), everything, for_host=is_host, area=area, most=most
    )
    return [
        {
            "at": line.at.isoformat(timespec="seconds"),
            "group": line.group,
            "session": "" if line.session is None else line.session.isoformat(timespec="minutes"),
            **_told(line)["words"],
        }
        for line in lines[:most]
    ]


def _told(line: Line) -> dict[str, Any]:
    """A line in words: who, what, whom, why."""
    say = words.audit
    told = {
        "who": line.who or say.the_platform,
        "what": getattr(say, f"did_{line.event}"),
        "whom": when.both(line.whom),
        "why": ", ".join(_why(code, value) for code, value in line.why),
    }
    return {"line": line, "words": told}


def _why(code: str, value: str) -> str:
    if code == "until":
        return str(words.audit.why_until.format(day=value))
    if code == "times":
        return str(words.audit.why_times.format(count=value))
    return str(getattr(words.audit, f"why_{code}_{value}", ""))


def _wanted(request: web.Request) -> Wanted:
    """What the address asks for; what cannot be is not asked for."""
    asked = request.query
    number = asked.get("page", "0")
    return Wanted(
        asked["session"] if is_id(asked.get("session", "")) else None,
        asked["person"] if is_id(asked.get("person", "")) else None,
        asked["kind"] if asked.get("kind") in KINDS else None,
        min(int(number), MOST_PAGES) if number.isascii() and number.isdigit() and len(number) < 7 else 0,
    )


def _query(wanted: Wanted) -> dict[str, str]:
    every = {"session": wanted.session, "person": wanted.person, "kind": wanted.kind}
    return {name: value for name, value in every.items() if value is not None}


async def _groups(request: web.Request) -> tuple[Group, ...]:
    """An admin's area, or the groups that a worker hosts."""
    at, here = house(request), request[HERE_STAFF]
    found = await groups.of_area(at, here.area)
    if here.role is Role.ADMIN:
        return found
    return tuple([group for group in found if await meetings.is_host(at, here.account, group.id)])


async def _names(request: web.Request, own: Sequence[Group]) -> Names:
    return await audit.names(house(request), request[HERE_STAFF].area, _ids(own))


def _ids(own: Sequence[Group]) -> list[str]:
    return [group.id for group in own]


def _area(request: web.Request) -> str | None:
    """What is done about accounts is for admins."""
    return None if _is_host(request) else request[HERE_STAFF].area


def _is_host(request: web.Request) -> bool:
    return request[HERE_STAFF].role is Role.FACILITATOR


async def _sessions(request: web.Request, own: Sequence[Group]) -> list[tuple[str, str]]:
    at = house(request)
    found = [session for group in own for session in await meetings.of_group(at, group.id)]
    begun = (
        session for session in found if session.is_at_hand(at.clock.now()) or session.is_over(at.clock.now())
    )
    latest = sorted(begun, key=lambda session: session.starts_at, reverse=True)
    zone = at.config.zone
    return [(one.id, f"{one.group_title}, {when.day(one.starts_at, zone)}") for one in latest]


async def _people(request: web.Request, own: Sequence[Group]) -> list[tuple[str, str]]:
    at, here = house(request), request[HERE_STAFF]
    colleagues = groups.facilitators if _is_host(request) else accounts.colleagues
    hosts = [(one.id, one.name) for one in await colleagues(at, here.area)]
    lines = [line for group in own for line in await invites.of_group(at, group.id)]
    return sorted(
        [*hosts, *((line.member, line.name or line.label) for line in lines)], key=lambda one: one[1]
    )


def _file(text: str, kind: str, name: str) -> web.Response:
    answer = web.Response(text=text, content_type=kind, charset="utf-8")
    answer.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="{name}"'
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
    return answer
