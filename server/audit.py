"""Who did what to whom, when and why: the journal, read by people. Codes only; what was said is nowhere."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from moderation.model import HOUSE as THE_HOUSE
from server.crypto import Place
from server.data.tables import account, group, invite, journal, meeting, member, seat, staff_session
from server.deeds import Deed
from server.house import House

A_PAGE = 100
MOST_EXPORTED = 50_000

KINDS: dict[str, tuple[str, ...]] = {
    "door": ("Admitted", "Declined", "DoorOverridden", "Locked", "Unlocked", "Replaced", "Ejected"),
    "out": ("ReturnedToWaiting", "Removed", "Suspended", "Restored", "Revoked", Deed.SUSPENSION_LIFTED.value),
    "sound": ("MutedByHost", "MuteLifted", "CameraHeld", "CameraLifted", "Paused", "FeatureResumed"),
    "turns": (
        *("FloorHeld", "FloorOpened", "WordGiven", "WordTaken", "HandRaised", "HandLowered"),
        *("ChatNarrowed", "ChatWidened", "ScreenAllowed", "ScreenStopped"),
    ),
    "aside": ("AsideInvited", "AsideAccepted", "AsideJoined", "AsideEnded", "MarkSet", "MarkCleared"),
    "safety": (
        *("LocationRevealed", "DangerCalled", "KeptApart", "MayMeet"),
        *(Deed.APART_SET.value, Deed.APART_LIFTED.value),
        *(Deed.CONTACT_SEEN.value, Deed.SAFEGUARDING_NOTED.value),
    ),
    "rights": (Deed.PERSON_SHOWN.value, Deed.PERSON_LEFT.value, Deed.PERSON_ERASED.value),
    "coming": ("Arrived", "HostEntered", "Left", "Lapsed", "HostAttended", "HostLost"),
    "accounts": (
        *(Deed.SIGNED_IN.value, Deed.SIGN_IN_FAILED.value),
        *(Deed.SIGNED_OUT.value, Deed.DEVICES_SIGNED_OUT.value),
        *(Deed.PASSWORD_CHANGED.value, Deed.CODES_RENEWED.value),
        *(Deed.PASSKEY_ADDED.value, Deed.PASSKEY_REMOVED.value),
        *(Deed.STAFF_INVITED.value, Deed.STAFF_LINK_STOPPED.value, Deed.STAFF_JOINED.value),
        *(Deed.STAFF_RENEWED.value, Deed.ACCOUNT_CLOSED.value, Deed.KEYS_CHANGED.value),
    ),
    "session": (
        *("Opened", "Frozen", "Resumed", "ClosingStarted", "Ended"),
        *(Deed.PRACTICE_OPENED.value, Deed.AGREEMENT_CHANGED.value),
    ),
}
HOSTS_ONLY = frozenset({"MarkSet", "MarkCleared"})
"""What a parent has quietly told the hosts is not for admins; nor is how somebody left."""

_CODES = ("reason", "word", "against", "mark", "feature", "mode", "role")


@dataclass(frozen=True)
class Wanted:
    """What to look for; None is everything. `page` counts from 0."""

    session: str | None = None
    person: str | None = None
    kind: str | None = None
    page: int = 0


@dataclass(frozen=True)
class Line:
    """One thing that was done. `who` is "" for the platform itself; `why` holds codes, `until` a day."""

    at: datetime
    group: str
    session: datetime | None
    who: str
    event: str
    whom: tuple[str, ...]
    why: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Names:
    """What everyone in some groups is called, by person and by seat."""

    people: Mapping[str, str]
    seats: Mapping[str, str]

    def of(self, one: str) -> str:
        """The name of a person, or of whoever holds a seat."""
        return self.people.get(self.seats.get(one, one), "")


async def names(house: House, area: str, groups: Sequence[str]) -> Names:
    """Everyone of these groups, and those who work in the area."""
    of_members = select(member.c.id, member.c.name, member.c.label).where(member.c.group.in_(groups))
    of_staff = select(account.c.id, account.c.name).where(account.c.area == area)
    people: dict[str, str] = {}
    async with house.database.reading() as connection:
        for row in (await connection.execute(of_members)).all():
            column = "label" if row.name is None else "name"
            people[row.id] = house.keys.open(getattr(row, column), Place("member", column, row.id))
        for one in (await connection.execute(of_staff)).all():
            people[one.id] = house.keys.open(one.name, Place("account", "name", one.id))
        seats = await _seats(connection, area, groups)
    return Names(people, seats)


async def _seats(connection: AsyncConnection, area: str, groups: Sequence[str]) -> dict[str, str]:
    of_parents = (
        select(seat.c.id, invite.c.member)
        .join(invite, invite.c.id == seat.c.invite)
        .join(member, member.c.id == invite.c.member)
        .where(member.c.group.in_(groups))
    )
    of_staff = (
        select(staff_session.c.id, staff_session.c.account)
        .join(account, account.c.id == staff_session.c.account)
        .where(account.c.area == area)
    )
    rows = [*(await connection.execute(of_parents)), *(await connection.execute(of_staff))]
    return {str(row[0]): str(row[1]) for row in rows}


async def read(
    house: House,
    known: Names,
    groups: Sequence[str],
    wanted: Wanted,
    *,
    for_host: bool,
    area: str | None = None,
    most: int = A_PAGE,
) -> tuple[Line, ...]:
    """What was done in these groups, the latest first; one line more than `most` where there is more.

    With an area, also what was done about its accounts.
    """
    streams = [*groups] if area is None else [*groups, area]
    found = (
        _lines(groups, streams, wanted, known, for_host=for_host).limit(most + 1).offset(wanted.page * most)
    )
    async with house.database.reading() as connection:
        rows = (await connection.execute(found)).mappings().all()
    return tuple(_line({str(name): row[name] for name in row}, known, for_host=for_host) for row in rows)


def _lines(
    groups: Sequence[str], streams: Sequence[str], wanted: Wanted, known: Names, *, for_host: bool
) -> Select[Any]:
    of_pages, of_sessions = group.alias("of_pages"), group.alias("of_sessions")
    found = (
        select(journal, meeting.c.starts_at, of_pages.c.title.label("page"), of_sessions.c.title.label("met"))
        .join(meeting, meeting.c.id == journal.c.stream, isouter=True)
        .join(of_sessions, of_sessions.c.id == meeting.c.group, isouter=True)
        .join(of_pages, of_pages.c.id == journal.c.stream, isouter=True)
        .where(or_(meeting.c.group.in_(groups), journal.c.stream.in_(streams)))
        .order_by(journal.c.at.desc(), journal.c.stream, journal.c.sequence.desc())
    )
    if wanted.session is not None:
        # What was done on pages about a session names it in its record.
        found = found.where(
            or_(journal.c.stream == wanted.session, journal.c.record.contains(wanted.session))
        )
    if wanted.person is not None:
        found = found.where(_is_about(wanted.person, known))
    if wanted.kind is not None:
        found = found.where(journal.c.event.in_(KINDS[wanted.kind]))
    return found if for_host else found.where(journal.c.event.not_in(HOSTS_ONLY))


def _is_about(person: str, known: Names) -> ColumnElement[bool]:
    """Whether this person did it, or it was done to them, on whichever device."""
    own = [person, *(made for made, holder in known.seats.items() if holder == person)]
    return or_(
        journal.c.person == person,
        journal.c.whom.in_(own),
        journal.c.record.contains(person, autoescape=True),
    )


def _line(row: Mapping[str, Any], known: Names, *, for_host: bool) -> Line:
    record = json.loads(row["record"])
    about = dict.fromkeys(
        known.of(one) for one in (row["whom"], record.get("person", ""), record.get("other", "")) if one
    )
    who = "" if row["person"] == THE_HOUSE.person else known.of(row["person"])
    why = [(code, record[code]) for code in _CODES if isinstance(record.get(code), str)]
    if record.get("until"):
        why.append(("until", record["until"][:10]))
    if record.get("times"):
        why.append(("times", record["times"]))
    if record.get("unattended"):
        why.append(("unattended", "yes"))
    if for_host and record.get("quick"):
        why.append(("quick", "yes"))
    whom = tuple(name for name in about if name and name != who)
    return Line(
        row["at"], row["met"] or row["page"] or "", row["starts_at"], who, row["event"], whom, tuple(why)
    )
