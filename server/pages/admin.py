"""An admin's pages: groups and their sessions."""

from dataclasses import dataclass
from datetime import date, datetime, time
from http import HTTPStatus

from aiohttp import web

from server import groups, invites, meetings
from server.entry import Entry, entry
from server.forms import Typed
from server.mail import outbox
from server.names import tidy
from server.pages.context import HERE_STAFF, POSTED, house
from server.pages.render import go, page
from server.pages.wanted import wanted_group
from server.words import words

LONGEST_TITLE = 80
LONGEST_THEME = 120
LONGEST_NOTE = 300
MINUTES = (15, 240)
CAPACITY = (2, 50)
LATE_MINUTES = (0, 240)


@entry(Entry.ADMIN)
async def new_group(request: web.Request) -> web.StreamResponse:
    """GET and POST /staff/groups/new."""
    at, here, say = house(request), request[HERE_STAFF], words.staff
    hosts = await groups.facilitators(at, here.area)
    if request.method != "POST":
        return page(request, "group_new.html", hosts=hosts, typed="", chosen=(), errors={})
    form = Typed(request[POSTED])
    title = form.text(
        "title", LONGEST_TITLE, missing=say.group_title_missing, wrong=say.group_title_wrong, is_right=bool
    )
    chosen = form.choices("host", [host.id for host in hosts], missing=say.group_hosts_missing)
    if form.errors:
        facts = {"hosts": hosts, "typed": form.raw("title"), "chosen": chosen, "errors": form.errors}
        return page(request, "group_new.html", HTTPStatus.UNPROCESSABLE_ENTITY, **facts)
    return go(f"/staff/groups/{await groups.create(at, here.area, title, chosen)}")


@entry(Entry.ADMIN)
async def group(request: web.Request) -> web.StreamResponse:
    """GET /staff/groups/{group}: its sessions and its people."""
    at, found = house(request), await wanted_group(request)
    async with at.database.reading() as connection:
        hosts = await groups.hosts(at, connection, found.id)
    return page(
        request,
        "group.html",
        group=found,
        hosts=[host.name for host in hosts],
        sessions=await meetings.of_group(at, found.id),
        people=await invites.of_group(at, found.id),
        live=invites.LIVE,
        letters=await outbox.of_group(at, found.id),
        now=at.clock.now(),
    )


@dataclass(frozen=True)
class Plan:
    """A new session as it was typed."""

    day: str
    time: str
    minutes: str
    theme: str
    capacity: str = str(meetings.USUAL_CAPACITY)
    late: str = str(meetings.USUAL_LATE_MINUTES)
    both_kinds: bool = False
    note: str = ""


@entry(Entry.ADMIN)
async def new_session(request: web.Request) -> web.StreamResponse:
    """GET and POST /staff/groups/{group}/sessions/new."""
    at, found = house(request), await wanted_group(request)
    if request.method != "POST":
        typed = Plan("", "", str(meetings.USUAL_MINUTES), "")
        return page(request, "session_new.html", group=found, typed=typed, errors={})
    form = Typed(request[POSTED])
    starts_at, minutes, theme = _plan(request, form)
    options, note = _options(form), tidy(form.raw("note"))
    if len(note) > LONGEST_NOTE or not note.isprintable():
        form.errors["note"] = words.staff.content_note_wrong
    if form.errors or starts_at is None:
        typed = Plan(
            *(form.raw("day"), form.raw("time"), form.raw("minutes"), form.raw("theme")),
            capacity=form.raw("capacity"),
            late=form.raw("late"),
            both_kinds=options.both_kinds,
            note=note,
        )
        facts = {"group": found, "typed": typed, "errors": form.errors}
        return page(request, "session_new.html", HTTPStatus.UNPROCESSABLE_ENTITY, **facts)
    await meetings.plan(at, found.id, starts_at, minutes, theme, options, note)
    return go(f"/staff/groups/{found.id}")


def _plan(request: web.Request, form: Typed) -> tuple[datetime | None, int, str]:
    say = words.staff
    day, clock = form.day("day", wrong=say.day_wrong), form.time("time", wrong=say.time_wrong)
    minutes = form.whole("minutes", *MINUTES, wrong=say.minutes_wrong)
    theme = form.text("theme", LONGEST_THEME, missing=say.theme_missing, wrong=say.theme_wrong, is_right=bool)
    starts_at = _moment(request, day, clock, minutes)
    if day is not None and clock is not None and starts_at is None:
        form.errors["day"] = say.day_past
    return starts_at, minutes, theme


def _options(form: Typed) -> meetings.Options:
    say = words.staff
    return meetings.Options(
        capacity=form.whole("capacity", *CAPACITY, wrong=say.capacity_wrong),
        late_minutes=form.whole("late", *LATE_MINUTES, wrong=say.late_wrong),
        both_kinds=form.raw("both_kinds") == "yes",
    )


def _moment(request: web.Request, day: date | None, clock: time | None, minutes: int) -> datetime | None:
    """When a session starts; None if it would be over already, or further away than anybody plans."""
    at = house(request)
    if day is None or clock is None or not -1 <= (day - at.clock.now().date()).days <= 730:
        return None
    starts_at = meetings.at_wall_clock(day, clock, at.config.zone)
    return starts_at if meetings.would_last_beyond(starts_at, minutes, at.clock.now()) else None
