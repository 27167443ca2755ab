"""A group's agreement: what parents ask and propose, its older versions, and what hosts make of it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web

from server import agreements, remarks
from server.agreements import Agreement, Clause
from server.auth import Role
from server.deeds import Deed, record
from server.entry import Entry, entry
from server.forms import Typed
from server.groups import Group
from server.names import tidy
from server.pages.context import HERE_STAFF, POSTED, WHEREABOUTS, house
from server.pages.guard import Refused
from server.pages.parent import turned_back
from server.pages.render import go, page
from server.pages.wanted import wanted_group
from server.remarks import Kind
from server.whereabouts import Step
from server.words import words

LONGEST_HEADING = 80
LONGEST_CLAUSE = 600
MOST_CLAUSES = 30
SPARE = 2


@entry(Entry.PARENT)
async def say(request: web.Request) -> web.StreamResponse:
    """GET and POST /agreement/question and /agreement/change: in their own words, for the hosts."""
    back = turned_back(request, Step.AGREEMENT)
    if back is not None:
        return back
    here, kind = request[WHEREABOUTS], Kind(request.match_info["kind"])
    if request.method != "POST":
        return page(request, "remark.html", kind=kind.value, typed="", errors={})
    text = Typed(request[POSTED]).raw("text").replace("\r\n", "\n").strip()
    if not text:
        return _again(request, kind, text, words.parent.remark_missing)
    if len(text) > remarks.LONGEST or "\x00" in text:
        return _again(request, kind, text, words.parent.remark_wrong)
    session = None if here.session is None else here.session.id
    if not await remarks.say(house(request), here.parent, kind, text, here.version, session):
        return _again(request, kind, text, words.parent.remark_too_many)
    is_rung = kind is Kind.QUESTION and session is not None
    is_member = here.is_ready_for(Step.IF_I_LEAVE)
    return page(request, "remark_said.html", kind=kind.value, is_rung=is_rung, is_member=is_member)


def _again(request: web.Request, kind: Kind, typed: str, error: str) -> web.Response:
    facts: dict[str, Any] = {"kind": kind.value, "typed": typed, "errors": {"text": error}}
    return page(request, "remark.html", HTTPStatus.UNPROCESSABLE_ENTITY, **facts)


@entry(Entry.PARENT)
async def older(request: web.Request) -> web.StreamResponse:
    """GET /agreement/{version}: to read one of its versions."""
    back = turned_back(request, Step.IF_I_LEAVE)
    if back is not None:
        return back
    at, group = house(request), request[WHEREABOUTS].parent.group
    found = await agreements.find(at, group, int(request.match_info["version"]))
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    return page(request, "agreement_version.html", agreement=found)


@entry(Entry.STAFF)
async def show(request: web.Request) -> web.StreamResponse:
    """GET /staff/groups/{group}/agreement: as it stands, and what people say about it."""
    at, found = house(request), await wanted_group(request)
    said = await remarks.of_group(at, found.id)
    return page(
        request,
        "agreed.html",
        group=found,
        agreement=await _current(request, found),
        waiting=[one for one in said if one.done_at is None],
        done=[one for one in said if one.done_at is not None],
        back=_home(request, found),
    )


@entry(Entry.STAFF)
async def settle(request: web.Request) -> web.StreamResponse:
    """POST /staff/groups/{group}/agreement: a question or a proposal has been seen to."""
    found = await wanted_group(request)
    wanted = Typed(request[POSTED]).raw("remark")
    await remarks.settle(house(request), found.id, wanted, request[HERE_STAFF].account)
    return go(_path(found))


@entry(Entry.STAFF)
async def change(request: web.Request) -> web.StreamResponse:
    """GET and POST /staff/groups/{group}/agreement/new: what the group has agreed, as a new version."""
    at, found = house(request), await wanted_group(request)
    current = await _current(request, found)
    if request.method != "POST":
        return _change(request, found, current, current.clauses, {})
    form = Typed(request[POSTED])
    clauses = _clauses(form)
    if not clauses and not form.errors:
        form.errors["heading-1"] = words.staff.agreement_empty
    if form.raw("version") != str(current.version):
        form.errors["heading-1"] = words.staff.agreement_overtaken
    if form.errors:
        return _change(request, found, current, clauses, form.errors)
    if clauses != current.clauses:
        new = str(current.version + 1)
        await record(at, found.id, request[HERE_STAFF], Deed.AGREEMENT_CHANGED, "", version=new)
        await agreements.change(at, found.id, current.version, clauses)
    return go(_path(found))


def _change(
    request: web.Request, found: Group, of: Agreement, typed: Sequence[Clause], errors: dict[str, str]
) -> web.Response:
    spare = [Clause("", "")] * max(0, min(SPARE, MOST_CLAUSES - len(typed)))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    facts: dict[str, Any] = {"group": found, "version": of.version, "errors": errors}
    return page(request, "agreed_new.html", status, clauses=[*typed, *spare], back=_path(found), **facts)


def _clauses(form: Typed) -> tuple[Clause, ...]:
    """As they were typed; one with nothing in it is left out. The errors count as the page will show them."""
    found: list[Clause] = []
    for number in range(1, MOST_CLAUSES + 1):
        heading, text = tidy(form.raw(f"heading-{number}")), tidy(form.raw(f"text-{number}"))
        if not heading and not text:
            continue
        found.append(Clause(heading, text))
        if not heading or not text:
            form.errors[f"heading-{len(found)}"] = words.staff.clause_half
        elif len(heading) > LONGEST_HEADING or len(text) > LONGEST_CLAUSE:
            form.errors[f"heading-{len(found)}"] = words.staff.clause_long
        elif not (heading + text).isprintable():
            form.errors[f"heading-{len(found)}"] = words.staff.clause_half
    return tuple(found)


async def _current(request: web.Request, found: Group) -> Agreement:
    at = house(request)
    async with at.database.reading() as connection:
        version = await agreements.current_version(connection, found.id)
    return await agreements.read(at, found.id, version)


def _path(found: Group) -> str:
    return f"/staff/groups/{found.id}/agreement"


def _home(request: web.Request, found: Group) -> str:
    return f"/staff/groups/{found.id}" if request[HERE_STAFF].role is Role.ADMIN else "/staff"
