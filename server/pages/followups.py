"""What hosts follow up after a session: the list, one of them, and the debrief."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web

from moderation.model import Meeting, MeetingId, Role
from server import aftercare, agreements, debriefs, groups, invites, meetings, tasks, visits
from server.attendance import attendance
from server.auth import Role as StaffRole
from server.data.journal import SqlJournal
from server.deeds import Deed, record
from server.entry import Entry, entry
from server.forms import Typed
from server.meetings import Session
from server.names import tidy
from server.pages.context import HERE_STAFF, POSTED, ROOMS, house
from server.pages.guard import Refused
from server.pages.render import go, page
from server.tasks import FollowUp
from server.words import words
from signalling.meeting.ports import Plan, TaskKind

TASKS = "/staff/tasks"


@entry(Entry.STAFF)
async def todo(request: web.Request) -> web.StreamResponse:
    """GET /staff/tasks: a host's own; for admins how many there are in each group, and nobody's name."""
    at, here = house(request), request[HERE_STAFF]
    if here.role is StaffRole.ADMIN:
        return page(request, "task_counts.html", counts=await tasks.counts(at, here.area))
    found = await tasks.of_host(at, here.account)
    open_ones = [one for one in found if one.done_at is None]
    done = [one for one in found if one.done_at is not None]
    return page(request, "tasks.html", to_do=open_ones, done=done, now=at.clock.now())


@entry(Entry.FACILITATOR)
async def task(request: web.Request) -> web.StreamResponse:
    """GET /staff/tasks/{task}: what happened, and what to do."""
    return await _task(request, await _find(request), None)


@entry(Entry.FACILITATOR)
async def finish(request: web.Request) -> web.StreamResponse:
    """POST /staff/tasks/{task}/done, or …/undone."""
    at, here, found = house(request), request[HERE_STAFF], await _find(request)
    await tasks.mark(at, found.id, here.account, done=request.match_info["how"] == "done")
    request.app[ROOMS].labels_changed(MeetingId(found.meeting))
    return go(TASKS)


@entry(Entry.FACILITATOR)
async def contact(request: web.Request) -> web.StreamResponse:
    """POST /staff/tasks/{task}/contact: the number, for a worker, once it is written down that they look."""
    at, here, found = house(request), request[HERE_STAFF], await _find(request)
    if not _may_ring(found) or not here.is_worker:
        raise Refused(HTTPStatus.FORBIDDEN, "403")
    await record(at, found.group, here, Deed.CONTACT_SEEN, found.member, meeting=found.meeting)
    return await _task(request, found, await visits.wish(at, found.member))


@entry(Entry.FACILITATOR)
async def let_come(request: web.Request) -> web.StreamResponse:
    """POST /staff/tasks/{task}/welcome: there was a talk, and a suspended person may come again."""
    at, here, found = house(request), request[HERE_STAFF], await _find(request)
    if found.kind is not TaskKind.SUSPENDED:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    await record(at, found.group, here, Deed.SUSPENSION_LIFTED, found.member, meeting=found.meeting)
    await aftercare.lift_suspension(at, found.member)
    await tasks.mark(at, found.id, here.account, done=True)
    request.app[ROOMS].labels_changed(MeetingId(found.meeting))
    return go(TASKS)


async def _task(request: web.Request, found: FollowUp, wish: visits.Wish | None) -> web.Response:
    at, here = house(request), request[HERE_STAFF]
    facts: dict[str, Any] = {
        "task": found,
        "out": await tasks.put_out(at, found),
        "wish": wish,
        "is_worker": here.is_worker,
        "may_look": here.is_worker and _may_ring(found) and wish is None,
        "is_suspended": found.kind is TaskKind.SUSPENDED
        and bool(await aftercare.is_suspended(at, found.member)),
        "now": at.clock.now(),
    }
    return page(request, "task.html", **facts)


def _may_ring(found: FollowUp) -> bool:
    """Never after a quick exit; and not whoever asked us to wait, unless they would like a call."""
    return not found.is_quiet and (found.plan is not Plan.WAIT or found.kind is TaskKind.CALL)


async def _find(request: web.Request) -> FollowUp:
    found = await tasks.find(house(request), request.match_info["task"], request[HERE_STAFF].account)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    return found


@entry(Entry.FACILITATOR)
async def debrief(request: web.Request) -> web.StreamResponse:
    """GET /staff/sessions/{meeting}/debrief."""
    return await _debrief(request, await _session(request), {})


@entry(Entry.FACILITATOR)
async def write(request: web.Request) -> web.StreamResponse:
    """POST /staff/sessions/{meeting}/debrief: the hosts' note."""
    session = await _session(request)
    text = Typed(request[POSTED]).raw("note").replace("\r\n", "\n").strip()
    if len(text) > debriefs.LONGEST_NOTE or "\x00" in text:
        return await _debrief(request, session, {"note": words.staff.note_wrong}, text)
    await debriefs.write(house(request), session.id, text, request[HERE_STAFF].account)
    return go(_path(session))


@entry(Entry.FACILITATOR)
async def refer(request: web.Request) -> web.StreamResponse:
    """POST /staff/sessions/{meeting}/safeguarding: the reference of a record kept elsewhere. Workers only."""
    at, here, session = house(request), request[HERE_STAFF], await _session(request)
    if not here.is_worker:
        raise Refused(HTTPStatus.FORBIDDEN, "403")
    form = Typed(request[POSTED])
    reference = tidy(form.raw("reference"))
    if not reference or len(reference) > debriefs.LONGEST_REFERENCE or not reference.isprintable():
        return await _debrief(request, session, {"reference": words.staff.reference_wrong})
    made = await debriefs.refer(at, session.id, reference, form.raw("entry") or None)
    await record(at, session.group, here, Deed.SAFEGUARDING_NOTED, "", meeting=session.id, entry=made)
    return go(_path(session))


async def _debrief(
    request: web.Request, session: Session, errors: Mapping[str, str], typed: str | None = None
) -> web.Response:
    at, here = house(request), request[HERE_STAFF]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    facts: dict[str, Any] = {
        "session": session,
        "note": await debriefs.note(at, session.id) if typed is None else typed,
        "tasks": await tasks.of_meeting(at, session.id),
        "farewells": await visits.farewells(at, session.id),
        "questions": visits.QUESTIONS,
        "answers": visits.ANSWERS,
        "records": await debriefs.records(at, session.id) if here.is_worker else None,
        "errors": errors,
        "now": at.clock.now(),
        **await _who_came(request, session),
    }
    return page(request, "debrief.html", status, **facts)


async def _who_came(request: web.Request, session: Session) -> dict[str, Any]:
    at = house(request)
    entries = await SqlJournal(at.database).entries(MeetingId(session.id), 0)
    async with at.database.reading() as connection:
        version = session.agreement or await agreements.current_version(connection, session.group)
        hosts = {host.id: host.name for host in await groups.hosts(at, connection, session.group)}
    people = await invites.of_group(at, session.group)
    names = {**hosts, **{line.member: line.name or line.label for line in people}}
    found = attendance(Meeting(MeetingId(session.id), version), entries)
    came = {attended.person for attended in found.inside}
    return {
        "inside": [(names.get(one.person, ""), one.role is Role.FACILITATOR, one) for one in found.inside],
        "waited": [names.get(person, "") for person in found.only_waited],
        "missing": [
            names[line.member]
            for line in people
            if session.is_for_parent(line.member)
            and line.state in invites.LIVE
            and line.member not in came | set(found.only_waited)
        ],
    }


async def _session(request: web.Request) -> Session:
    at, here = house(request), request[HERE_STAFF]
    found = await meetings.find(at, request.match_info["meeting"])
    if found is None or not found.is_for_host(here.account):
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    if not await meetings.is_host(at, here.account, found.group):
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    return found


def _path(session: Session) -> str:
    return f"/staff/sessions/{session.id}/debrief"
