"""Where a parent is on the way in, and which step is next.

Everything that the next step depends on is read in one transaction, once for each request, and passed on.
What a request then changes is put in its place (`dataclasses.replace`) rather than read again: the next page,
which is another request, looks anew.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from sqlalchemy import bindparam, exists, select

from server import aftercare, meetings, seats
from server.data.tables import meeting, readiness, visit
from server.house import House
from server.meetings import Session
from server.seats import Parent
from signalling.meeting.ports import SeatRefusal


class Step(Enum):
    """The way in, in order."""

    WELCOME = "/welcome"
    NAME = "/name"
    AGREEMENT = "/agreement"
    IF_I_LEAVE = "/if-i-leave"
    READY = "/ready"
    NEAR = "/near"
    JOINING_FROM = "/joining-from"
    SESSION = "/session"


ORDER = tuple(Step)
ON_THE_DAY = frozenset({Step.READY, Step.NEAR, Step.JOINING_FROM})


@dataclass(frozen=True)
class Progress:
    """Which step of how many this is, for the line of dots. Without a session there are fewer."""

    now: int
    total: int


@dataclass(frozen=True)
class Whereabouts:
    """A parent at one moment. `session` is the one they mean now: the one that runs, or else the next one.

    `version` is that of the agreement which counts: the one that the session was opened with, or else the
    newest. `rests`: they may not come to this session, until a day or until a talk. `is_checked` and
    `was_asked` are of this session: the readiness check of this seat, and where this person joins from.
    """

    at: datetime
    parent: Parent
    session: Session | None
    version: int
    rests: date | bool
    is_checked: bool
    was_asked: bool

    @property
    def today(self) -> Session | None:
        """The session whose waiting room is there to wait in."""
        at_hand = self.session is not None and self.session.is_at_hand(self.at)
        return self.session if at_hand else None

    @property
    def next_step(self) -> Step:
        """The first step that this parent has still to take."""
        if self.rests:
            return Step.SESSION
        if not self.parent.welcomed:
            return Step.WELCOME
        if self.parent.name is None:
            return Step.NAME
        if self.version not in self.parent.accepted:
            return Step.AGREEMENT
        if not self.parent.planned:
            return Step.IF_I_LEAVE
        if self.today is None:
            return Step.SESSION
        if not self.is_checked:
            return Step.READY
        return Step.SESSION if self.was_asked else Step.JOINING_FROM

    def is_ready_for(self, step: Step) -> bool:
        """Whether it is this parent's turn to take this step, or to take it again."""
        return ORDER.index(self.next_step) >= ORDER.index(step)

    def progress(self, step: Step) -> Progress:
        """How far along the way in a step is."""
        asked = [one for one in ORDER[:-1] if self.today is not None or one not in ON_THE_DAY]
        return Progress(asked.index(step) + 1 if step in asked else len(asked), len(asked))


_IS_CHECKED = exists().where(readiness.c.meeting == meeting.c.id, readiness.c.seat == bindparam("seat"))
_ASKED_AT = (
    select(visit.c.place_at)
    .where(visit.c.meeting == meeting.c.id, visit.c.member == bindparam("member"))
    .scalar_subquery()
)
_SESSIONS = meetings.STILL_TO_COME.add_columns(_IS_CHECKED.label("is_checked"), _ASKED_AT.label("asked_at"))


async def read(house: House, cookie: str | None) -> Whereabouts | SeatRefusal:
    """Where whoever holds this cookie is, or why it is nobody's."""
    if not cookie:
        return SeatRefusal.NO_SEAT
    now = house.clock.now()
    async with house.database.reading() as connection:
        parent = await seats.sitting(house, connection, cookie)
        if not isinstance(parent, Parent):
            return parent
        told = {**meetings.still_to_come(parent.group, now, parent.member), "seat": parent.seat}
        rows = await connection.execute(_SESSIONS, told)
        row, session = meetings.first_at_hand(rows, now)
        rests: date | bool = parent.suspended
        if rests:
            but_in = None if session is None else session.id
            rests = await aftercare.suspended(house, connection, parent.member, but_in=but_in)
    if row is None or session is None:
        return Whereabouts(now, parent, None, parent.newest, rests, is_checked=False, was_asked=False)
    version, was_asked = session.agreement or parent.newest, row.asked_at is not None
    return Whereabouts(now, parent, session, version, rests, bool(row.is_checked), was_asked)
