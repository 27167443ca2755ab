"""Who is gone that was here, how, and since when. Pure; `lookout` watches.

Left and exited are in the journal. Lost is a place that nobody is connected to any more; the journal has it
once the place was given up. Whoever was only in the waiting room is missed by nobody, unless they went by the
quick exit.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation import events as e
from moderation.deadlines import PLACE_KEPT_FOR
from moderation.model import Meeting, Person, PersonId, Phase, Place, Role, SeatId, Standing
from signalling.meeting.ports import Departure, Entry

RETURNS_WITHIN = timedelta(minutes=2)
"""So long hosts wait before they follow what the person has asked for."""


@dataclass(frozen=True, slots=True)
class Departed:
    """One person who is gone."""

    person: PersonId
    how: Departure
    since: datetime

    def is_overdue(self, now: datetime) -> bool:
        """Whether they have been gone for long enough to do something about it."""
        return now - self.since >= RETURNS_WITHIN


Partings = Mapping[PersonId, Departed]
"""How those who are gone by their own doing went, until they come again."""


def follow(partings: Partings, entries: Iterable[Entry], meeting: Meeting) -> Partings:
    """The partings after these entries too. `meeting` must know every seat in them.

    An exit is not overwritten by what another device of the person does later: nobody is rung after one.
    """
    known = dict(partings)
    for entry in entries:
        match entry.event:
            case e.Arrived(_, person) | e.Restored(person):
                known.pop(person, None)
            case e.Left(seat, quick):
                _note(known, meeting, seat, Departure.EXITED if quick else Departure.LEFT, entry.at)
            case e.Lapsed(seat):
                _note(known, meeting, seat, Departure.LOST, entry.at - PLACE_KEPT_FOR)
            case e.Ejected(seat):
                _note(known, meeting, seat, Departure.LOST, entry.at)
            case _:
                pass
    return known


def _note(
    known: dict[PersonId, Departed], meeting: Meeting, seat: SeatId, how: Departure, at: datetime
) -> None:
    person = meeting.seats[seat].person
    before = known.get(person)
    if before is None or before.how is not Departure.EXITED:
        known[person] = Departed(person, how, at)


def missed(meeting: Meeting, connected: AbstractSet[SeatId]) -> frozenset[PersonId]:
    """Those who have been in the room and have a place, and nobody is connected to it."""
    return frozenset(
        person.id
        for person in _missable(meeting)
        if person.has_been_in and (here := _here(meeting, person)) and not here & connected
    )


def lapsed(meeting: Meeting, gone: Iterable[Departed], now: datetime) -> tuple[SeatId, ...]:
    """The places in the room that nobody has been connected to for so long that they are given up."""
    away = {each.person for each in gone if each.how is Departure.LOST and now - each.since >= PLACE_KEPT_FOR}
    return tuple(seat.id for seat in meeting.in_place(Place.PRESENT) if seat.person in away)


def departed(
    meeting: Meeting,
    connected: AbstractSet[SeatId],
    partings: Partings,
    missed_since: Mapping[PersonId, datetime],
) -> tuple[Departed, ...]:
    """Everyone who is gone, those first who have been gone for longest."""
    found = (
        _how_gone(meeting, person, partings.get(person.id), missed_since.get(person.id))
        for person in _missable(meeting)
        if not _here(meeting, person) & connected
    )
    return tuple(sorted((gone for gone in found if gone is not None), key=lambda gone: gone.since))


def _how_gone(
    meeting: Meeting, person: Person, parting: Departed | None, missed_since: datetime | None
) -> Departed | None:
    if parting is not None and parting.how is Departure.EXITED:
        return parting
    if _here(meeting, person):
        return None if missed_since is None else Departed(person.id, Departure.LOST, missed_since)
    if parting is None or not person.has_been_in or _said_goodbye(meeting, parting):
        return None
    return parting


def _said_goodbye(meeting: Meeting, parting: Departed) -> bool:
    closing = meeting.closing_since
    return parting.how is Departure.LEFT and closing is not None and parting.since >= closing


def _here(meeting: Meeting, person: Person) -> frozenset[SeatId]:
    """The person's seats that have a place, connected or not."""
    return frozenset(seat.id for seat in meeting.seats_of(person.id) if seat.place is not Place.OUTSIDE)


def _missable(meeting: Meeting) -> Iterable[Person]:
    if meeting.phase not in (Phase.OPEN, Phase.UNATTENDED):
        return ()
    return (
        person
        for person in meeting.people.values()
        if person.role is Role.PARENT and person.standing is Standing.WELCOME
    )
