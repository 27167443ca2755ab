"""What a parent tells us for themself: what to do if they are gone, where they are, and how it was."""

from dataclasses import replace
from http import HTTPStatus

from aiohttp import hdrs, web

from moderation.model import MeetingId
from server import cookies, meetings, seats, visits
from server.data.store import new_id
from server.entry import Entry, entry
from server.forms import Typed
from server.mail import letters
from server.names import tidy
from server.pages.context import HERE_PARENT, POSTED, ROOMS, WHEREABOUTS, house
from server.pages.guard import Refused
from server.pages.parent import go_on, turned_back
from server.pages.render import go, page
from server.seats import Parent
from server.visits import ANSWERS, QUESTIONS, Wish
from server.whereabouts import Step
from server.words import words
from signalling.meeting.ports import Plan

LONGEST_PLACE = 200
LONGEST_WORD = 60
DIGITS = (5, 15)
_BETWEEN = frozenset(" -().")


@entry(Entry.PARENT)
async def calendar(request: web.Request) -> web.StreamResponse:
    """GET /session.ics: the next session for a calendar, for whoever asks for it."""
    here = request[WHEREABOUTS]
    if here.session is None:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    told = letters.calendar(here.session, new_id(), here.at)
    answer = web.Response(body=told, content_type="text/calendar", charset="utf-8")
    answer.headers[hdrs.CONTENT_DISPOSITION] = 'attachment; filename="session.ics"'
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
    return answer


@entry(Entry.PARENT)
async def if_i_leave(request: web.Request) -> web.StreamResponse:
    """GET /if-i-leave: what to do if they are suddenly gone. On the way in once; after that at any time."""
    back = turned_back(request, Step.IF_I_LEAVE)
    if back is not None:
        return back
    return _if_i_leave(request, await visits.wish(house(request), request[HERE_PARENT].member), {})


@entry(Entry.PARENT)
async def choose(request: web.Request) -> web.StreamResponse:
    """POST /if-i-leave."""
    at, here = house(request), request[WHEREABOUTS]
    back = turned_back(request, Step.IF_I_LEAVE)
    if back is not None:
        return back
    form = Typed(request[POSTED])
    if "skip" in form.posted:
        # Passing over the question takes nothing back that was chosen before.
        await visits.choose(at, here.parent.member, None)
    else:
        wished = _wish(form)
        if form.errors:
            return _if_i_leave(request, wished, form.errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        await visits.choose(at, here.parent.member, wished)
        if here.session is not None:  # Hosts of a running session see what is wished from now on.
            request.app[ROOMS].labels_changed(MeetingId(here.session.id))
    return go_on(replace(here, parent=replace(here.parent, planned=True)))


def _wish(form: Typed) -> Wish:
    say = words.parent
    chosen = form.choice("plan", [plan.value for plan in Plan], missing=say.leave_missing)
    plan = Plan.WAIT if form.errors else Plan(chosen)
    number, word = tidy(form.raw("number")), tidy(form.raw("word"))
    if plan is not Plan.WAIT and not _is_number(number):
        form.errors["number"] = say.leave_number_wrong
    if len(word) > LONGEST_WORD or not word.isprintable():
        form.errors["word"] = say.leave_word_wrong
    elif not word and plan is Plan.TEXT:
        form.errors["word"] = say.leave_word_missing
    elif not word and plan is Plan.RING_CONTACT:
        form.errors["word"] = say.leave_contact_missing
    return Wish(plan, number, word)


def _is_number(text: str) -> bool:
    """Whether a telephone can be rung with it: digits, a plus first if any, and what people put between."""
    bare = text.removeprefix("+")
    digits = [letter for letter in bare if letter not in _BETWEEN]
    return DIGITS[0] <= len(digits) <= DIGITS[1] and all("0" <= digit <= "9" for digit in digits)


def _if_i_leave(
    request: web.Request, wished: Wish, errors: dict[str, str], status: int = HTTPStatus.OK
) -> web.Response:
    here = request[WHEREABOUTS]
    facts = {
        "wished": wished,
        "plans": [plan.value for plan in Plan],
        "errors": errors,
        "is_first": not here.parent.planned,
        "progress": here.progress(Step.IF_I_LEAVE),
    }
    return page(request, "if_i_leave.html", status, **facts)


@entry(Entry.PARENT)
async def joining_from(request: web.Request) -> web.StreamResponse:
    """GET and POST /joining-from: for this session only, if they like."""
    at, here = house(request), request[WHEREABOUTS]
    back = turned_back(request, Step.READY)
    if back is not None or here.today is None:
        return back or go(Step.SESSION.value)
    session, member = here.today.id, here.parent.member
    if request.method != "POST":
        return _joining_from(request, await visits.place(at, session, member) or "", {})
    form = Typed(request[POSTED])
    where = "" if "skip" in form.posted else tidy(form.raw("place"))
    if len(where) > LONGEST_PLACE or not where.isprintable():
        errors = {"place": words.parent.from_wrong}
        return _joining_from(request, where, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    await visits.join_from(at, session, member, where)
    return go_on(replace(here, was_asked=True))


def _joining_from(
    request: web.Request, typed: str, errors: dict[str, str], status: int = HTTPStatus.OK
) -> web.Response:
    steps = request[WHEREABOUTS].progress(Step.JOINING_FROM)
    return page(request, "joining_from.html", status, typed=typed, errors=errors, progress=steps)


@entry(Entry.PUBLIC)
async def goodbye(request: web.Request) -> web.StreamResponse:
    """GET /goodbye: after leaving, with the way back. Whoever we know may say how it was, once."""
    at = house(request)
    here = await seats.parent(at, cookies.read(request, at.config, cookies.SEAT))
    session = await meetings.attended_last(at, here.member) if isinstance(here, Parent) else None
    if session is None or not isinstance(here, Parent):
        return page(request, "goodbye.html", asks=False, is_over=True)
    asks = not await visits.has_said_goodbye(at, session.id, here.member)
    is_over = session.is_over(at.clock.now())
    return page(request, "goodbye.html", asks=asks, is_over=is_over, questions=QUESTIONS, answers=ANSWERS)


@entry(Entry.PARENT)
async def say_goodbye(request: web.Request) -> web.StreamResponse:
    """POST /goodbye: the three taps, as many of them as were made, and whether they would like a call."""
    at, here = house(request), request[HERE_PARENT]
    form = Typed(request[POSTED])
    given = {name: form.raw(name) for name in QUESTIONS if form.raw(name) in ANSWERS}
    call_me = form.raw("call") == "yes"
    session = await meetings.attended_last(at, here.member)
    if session is not None:
        await visits.say_goodbye(at, session.id, here.member, given, call_me=call_me)
        request.app[ROOMS].labels_changed(MeetingId(session.id))
    return page(request, "goodbye_said.html", call_me=call_me and session is not None)
