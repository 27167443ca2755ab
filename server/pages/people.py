"""One person of a group: what is held about them, leaving, erasing; and what is kept for how long."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from http import HTTPStatus

from aiohttp import hdrs, web

from moderation.model import PersonId
from server import groups, members
from server.auth import Role
from server.deeds import Deed, record
from server.entry import Entry, entry
from server.members import Person
from server.pages.context import HERE_STAFF, ROOMS, house
from server.pages.guard import Refused
from server.pages.render import go, page
from server.pages.wanted import wanted_person
from server.retention import purging
from server.retention.erasing import Why, erase, receipts
from server.retention.exporting import Dossier, export
from server.retention.periods import periods
from server.retention.reading import kind_of_thing, readable, sections
from server.words import words


@entry(Entry.ADMIN)
async def kept(request: web.Request) -> web.StreamResponse:
    """GET /staff/kept: the periods, what went lately, and who was erased: without a name."""
    at, area = house(request), request[HERE_STAFF].area
    own = [group.id for group in await groups.of_area(at, area)]
    table = [(name, _long(period)) for name, period in asdict(periods(at.config)).items()]
    purges = [(one.at, _went(one.counts)) for one in await purging.latest(at)]
    return page(request, "kept.html", table_of_periods=table, purges=purges, erasures=await receipts(at, own))


@entry(Entry.KEEPER)
async def person(request: web.Request) -> web.StreamResponse:
    """GET /staff/people/{member}."""
    is_admin = request[HERE_STAFF].role is Role.ADMIN
    return page(request, "person.html", person=await wanted_person(request), is_admin=is_admin)


@entry(Entry.KEEPER, fresh=True)
async def held(request: web.Request) -> web.StreamResponse:
    """GET /staff/people/{member}/held: what is held about them; it is written down that somebody looks."""
    found = await wanted_person(request)
    dossier = await _dossier(request, found)
    return page(request, "held.html", person=found, sections=sections(dossier))


@entry(Entry.KEEPER, fresh=True)
async def held_as_json(request: web.Request) -> web.StreamResponse:
    """GET /staff/people/{member}/held.json."""
    dossier = await _dossier(request, await wanted_person(request))
    return _file(dossier.as_json(), "application/json", "held.json")


@entry(Entry.KEEPER, fresh=True)
async def held_as_text(request: web.Request) -> web.StreamResponse:
    """GET /staff/people/{member}/held.txt."""
    dossier = await _dossier(request, await wanted_person(request))
    return _file(readable(dossier), "text/plain", "held.txt")


@entry(Entry.ADMIN)
async def leave(request: web.Request) -> web.StreamResponse:
    """GET /staff/people/{member}/leave asks once; POST ends their links, in a running session too."""
    at, found = house(request), await wanted_person(request)
    if request.method != "POST":
        return page(request, "person_sure.html", person=found, action="leave")
    await members.leave(at, found.id)
    await request.app[ROOMS].person_revoked(PersonId(found.id))
    await record(at, found.group, request[HERE_STAFF], Deed.PERSON_LEFT, found.id)
    return go(_path(found))


@entry(Entry.ADMIN, fresh=True)
async def erase_them(request: web.Request) -> web.StreamResponse:
    """GET /staff/people/{member}/erase asks once; POST does it, and shows the receipt this once."""
    at, here, found = house(request), request[HERE_STAFF], await wanted_person(request)
    if request.method != "POST":
        return page(request, "person_sure.html", person=found, action="erase")
    await members.leave(at, found.id)
    await request.app[ROOMS].person_revoked(PersonId(found.id))
    receipt = await erase(at, found.id, Why.ASKED, here.account)
    if receipt is None:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    await record(at, found.group, here, Deed.PERSON_ERASED, found.id)
    return page(request, "receipt.html", receipt=receipt, name_of=kind_of_thing)


async def _dossier(request: web.Request, found: Person) -> Dossier:
    """Looking is written down first."""
    at, here = house(request), request[HERE_STAFF]
    await record(at, found.group, here, Deed.PERSON_SHOWN, found.id)
    dossier = await export(at, found.id, for_worker=here.is_worker)
    if dossier is None:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    return dossier


def _long(period: timedelta) -> str:
    if period < timedelta(days=1):
        return str(words.kept.hours.format(count=period // timedelta(hours=1)))
    return str(words.kept.days.format(count=period.days))


def _went(counts: Mapping[str, int]) -> str:
    said = [f"{count} {getattr(words.kept, f'step_{name}', name)}" for name, count in counts.items() if count]
    return ", ".join(said) or str(words.kept.none_went)


def _path(found: Person) -> str:
    return f"/staff/people/{found.id}"


def _file(text: str, kind: str, name: str) -> web.Response:
    answer = web.Response(text=text, content_type=kind, charset="utf-8")
    answer.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="{name}"'
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
    return answer
