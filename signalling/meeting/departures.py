"""Who is gone that was here, how, and since when. Pure; `lookout` watches.

Left and exited are in the journal. Lost is a place that nobody is connected to any more. Whoever was only in
the waiting room is missed by nobody, unless they went by the quick exit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation import events as e
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


Partings = Mapping[SeatId, Departed]
"""How each seat that is outside by its own doing came to be so."""


def follow(partings: Partings, entries: Iterable[Entry], meeting: Meeting) -> Partings:
    """The partings after these entries too. `meeting` must know every seat in them."""
    known = dict(partings)
    for entry in entries:
        match entry.event:
            case e.Left(seat, quick):
                how = Departure.EXITED if quick else Departure.LEFT
            case e.Ejected(seat):
                how = Departure.LOST
            case _:
                continue
        known[seat] = Departed(meeting.seats[seat].person, how, entry.at)
    return known


def missed(meeting: Meeting, connected: frozenset[SeatId]) -> frozenset[PersonId]:
    """Those with a place that nobody is connected to, and who have been in the room."""
    return frozenset(
        person.id
        for person in _missable(meeting)
        if person.has_been_in
        and (here := {seat.id for seat in meeting.seats_of(person.id) if seat.place is not Place.OUTSIDE})
        and not here & connected
    )


def departed(
    meeting: Meeting, partings: Partings, missed_since: Mapping[PersonId, datetime]
) -> tuple[Departed, ...]:
    """Everyone who is gone, those first who have been gone for longest."""
    found = (_how_gone(meeting, person, partings, missed_since) for person in _missable(meeting))
    return tuple(sorted((gone for gone in found if gone is not None), key=lambda gone: gone.since))


def _how_gone(
    meeting: Meeting, person: Person, partings: Partings, missed_since: Mapping[PersonId, datetime]
) -> Departed | None:
    seats = list(meeting.seats_of(person.id))
    if any(seat.place is not Place.OUTSIDE for seat in seats):
        since = missed_since.get(person.id)
        return None if since is None else Departed(person.id, Departure.LOST, since)
    last = max((partings[seat.id] for seat in seats if seat.id in partings), key=_since, default=None)
    if last is None or not (person.has_been_in or last.how is Departure.EXITED):
        return None
    if last.how is Departure.LEFT and meeting.closing_since is not None and last.since >= meeting.closing_since:
        return None
    return last


def _since(gone: Departed) -> datetime:
    return gone.since


def _missable(meeting: Meeting) -> Iterable[Person]:
    if meeting.phase not in (Phase.OPEN, Phase.UNATTENDED):
        return ()
    return (
        person
        for person in meeting.people.values()
        if person.role is Role.PARENT and person.standing is Standing.WELCOME
    )
