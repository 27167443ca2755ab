"""The safety rules, watched over any course of a meeting.

A witness reads what was decided as plainly as a person would, apart from the model under test, and says after
each decision whether the rules of the house still hold. `Broken` names the rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from moderation import actions as a
from moderation import events as e
from moderation.deadlines import OVERRUN, STAY_BEHIND_FOR, UNATTENDED_FOR
from moderation.grants import Grant, Room, Source, grants
from moderation.lifecycle import replay
from moderation.model import (
    MEDIA,
    Actor,
    Feature,
    FloorMode,
    Meeting,
    Override,
    PersonId,
    Phase,
    Place,
    Role,
    SeatId,
)
from moderation.rules import RULES

_H, _P, _HOUSE = Role.FACILITATOR, Role.PARENT, Role.HOUSE

GIVEN_BY: dict[type[e.Event], frozenset[Role]] = {
    # Whose word it takes for something to be given; whatever is not here only takes away.
    e.Arrived: frozenset({_P}),
    e.HostEntered: frozenset({_H}),
    e.Opened: frozenset({_H}),
    e.Admitted: frozenset({_H}),
    e.DoorOverridden: frozenset({_H}),
    e.Unlocked: frozenset({_H}),
    e.MayMeet: frozenset({_HOUSE}),
    e.MuteLifted: frozenset({_H}),
    e.CameraLifted: frozenset({_H}),
    e.Restored: frozenset({_H}),
    e.MarkSet: frozenset({_P}),
    e.MarkCleared: frozenset({_P, _H}),
    e.LocationRevealed: frozenset({_H}),
    e.FeatureResumed: frozenset({_H}),
    e.FloorOpened: frozenset({_P, _H}),
    e.WordGiven: frozenset({_P, _H}),
    e.HandRaised: frozenset({_P}),
    e.HandLowered: frozenset({_P, _H}),
    e.ChatWidened: frozenset({_H}),
    e.ScreenAllowed: frozenset({_H}),
    e.AsideInvited: frozenset({_H}),
    e.AsideAccepted: frozenset({_P}),
    e.AsideJoined: frozenset({_H}),
    e.AsideEnded: frozenset({_P, _H}),
    e.HostAttended: frozenset({_HOUSE}),
    e.Resumed: frozenset({_HOUSE, _H}),
    e.ClosingStarted: frozenset({_H}),
}
_OF_A_ROUND = (a.StartRound, a.NextInRound, a.PassWord)
_OF_THEIR_OWN = (e.Arrived, e.MarkSet, e.MarkCleared, e.HandRaised, e.HandLowered)


class Broken(AssertionError):
    """A rule does not hold."""


def must(holds: bool, rule: str) -> None:
    """Raises: Broken, naming the rule."""
    if not holds:
        raise Broken(rule)


@dataclass
class Witness:
    """What a plain reading says: who was let in by whose word, who is muted, out, attending, aside."""

    roles: Mapping[PersonId, Role]
    meeting: Meeting
    phase: Phase = Phase.SCHEDULED
    frozen_at: datetime | None = None
    closing_at: datetime | None = None
    locked: bool = False
    holder: dict[SeatId, PersonId] = field(default_factory=dict)
    waiting: set[SeatId] = field(default_factory=set)
    inside: set[SeatId] = field(default_factory=set)
    attending: set[SeatId] = field(default_factory=set)
    agreed: set[PersonId] = field(default_factory=set)
    been_in: set[PersonId] = field(default_factory=set)
    out: set[PersonId] = field(default_factory=set)
    muted: set[PersonId] = field(default_factory=set)
    dark: set[PersonId] = field(default_factory=set)
    paused: set[Feature] = field(default_factory=set)
    withdrawn: set[Feature] = field(default_factory=set)
    floor: FloorMode = FloorMode.OPEN
    speaker: PersonId | None = None
    sharing: PersonId | None = None
    aside: list[SeatId] = field(default_factory=list)
    aside_parent: PersonId | None = None
    aside_is_on: bool = False
    apart: set[frozenset[PersonId]] = field(default_factory=set)
    together: set[frozenset[PersonId]] = field(default_factory=set)
    granted: Mapping[SeatId, Grant] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.apart = set(self.meeting.terms.apart)

    # --- Following what is decided ---

    def saw(self, actor: Actor, action: a.Action, decided: tuple[e.Event, ...], now: datetime) -> None:
        """Follow one decision that was not a refusal.

        Raises:
            Broken
        """
        before, had = self.meeting, self.granted
        self._look_at_who_asks(actor, action, decided)
        for event in decided:
            if isinstance(event, e.Admitted):
                self._look_at_the_door(event.seat, decided, now)
            self._note(event)
        if not decided:
            return
        self.meeting = replay(before, decided)
        self.granted = grants(self.meeting)
        self._look_at_restrictions(before, had, decided)
        self._look_at_places()
        self._look_at_grants()

    def refused(self, actor: Actor, action: a.Action) -> None:
        """Some things are never refused.

        Raises:
            Broken
        """
        must(Role.HOUSE not in RULES[type(action)].may or actor.role is not Role.HOUSE, "5: the house's word")
        if self.phase is Phase.ENDED or actor.seat not in self.waiting | self.inside:
            return
        if self.holder[actor.seat] != actor.person:
            return
        if actor.role in RULES[type(action)].may:
            must(not isinstance(action, a.TellHosts), "9: a parent here reaches the hosts")
            must(not isinstance(action, a.Leave), "10: nobody is kept from leaving")

    def must_have_acted(self, now: datetime) -> None:
        """What was due has been done.

        Raises:
            Broken
        """
        if self.phase is Phase.ENDED:
            return
        for since, within in ((self.frozen_at, UNATTENDED_FOR), (self.closing_at, STAY_BEHIND_FOR)):
            must(since is None or now < since + within, "5: what nobody hosts for long is closed")
        ends = self.meeting.terms.ends
        must(ends is None or now < ends + OVERRUN, "5: a session comes to its end")

    def _look_at_who_asks(self, actor: Actor, action: a.Action, decided: tuple[e.Event, ...]) -> None:
        must(actor.role in RULES[type(action)].may, "1: only whom the table names decides")
        must(not (decided and self.phase is Phase.ENDED), "5: nothing happens after the end")
        if decided and actor.role is _H and not isinstance(action, a.Arrive | a.Leave):
            must(actor.seat in self.inside, "5: a host acts from the room")
        if decided and isinstance(action, a.Arrive) and actor.role is _P:
            must(action.agreed == self.meeting.agreement, "1: whoever waits has accepted the agreement")
            must(actor.person not in self.out, "4: whoever is out does not even wait")
        for event in decided:
            if not event.restricts:
                must(actor.role in GIVEN_BY[type(event)], f"3, 4, 6: {type(event).__name__} is not theirs")
            if isinstance(event, e.WordGiven) and isinstance(action, _OF_A_ROUND):
                must(event.person not in action.away, "a round comes to nobody whose line is down")
            if actor.role is _P and isinstance(event, _OF_THEIR_OWN) and not isinstance(action, a.PassWord):
                must(event.person == actor.person, "9: a parent speaks for themself")

    def _look_at_the_door(self, seat: SeatId, decided: tuple[e.Event, ...], now: datetime) -> None:
        person, terms = self.holder[seat], self.meeting.terms
        must(self.phase is Phase.OPEN and self._is_attended(), "5: nobody is let in while nobody hosts")
        must(not self.locked, "1: nobody comes through a locked door")
        must(seat in self.waiting, "1: whoever is let in has waited")
        against = {event.against for event in decided if isinstance(event, e.DoorOverridden)}
        others = {self.holder[other] for other in self.inside} - {person}
        for pair in (frozenset({person, other}) for other in others):
            if pair in self.apart:
                must(Override.KEPT_APART in against, "8: two kept apart meet by a deliberate step only")
                self.together.add(pair)
        if len(others) >= terms.capacity and not self.meeting.is_present(person):
            must(Override.FULL in against, "the door: a full room takes a deliberate step")
        if terms.late_after is not None and now > terms.late_after and person not in self.been_in:
            must(Override.LATE in against, "the door: whoever is late takes a deliberate step")

    def _look_at_restrictions(
        self, before: Meeting, had: Mapping[SeatId, Grant], decided: tuple[e.Event, ...]
    ) -> None:
        """What takes effect before it is recorded takes away only: rule 12 depends on it."""
        taking = tuple(event for event in decided if event.restricts)
        if not taking:
            return
        has = self.granted if len(taking) == len(decided) else grants(replay(before, taking))
        for seat, grant in has.items():
            must(seat in had, "12: a restriction lets nobody in")
            must(grant.sources <= had[seat].sources, "12: a restriction opens no device")
            must(had[seat].can_subscribe or not grant.can_subscribe, "12: a restriction lets nobody hear")

    # --- How it stands ---

    def _look_at_places(self) -> None:
        meeting = self.meeting
        must(meeting.phase is self.phase, "5: the session is where it was taken to")
        must({s.id for s in meeting.in_place(Place.WAITING)} == self.waiting, "2: who waits")
        must({s.id for s in meeting.in_place(Place.PRESENT)} == self.inside, "1: who is in the room")
        people = [self.holder[seat] for seat in self.inside if self.roles[self.holder[seat]] is _P]
        must(len(people) == len(set(people)), "1: a parent is in the room on one device")
        must(
            not self.out & {self.holder[seat] for seat in self.inside | self.waiting}, "4: who is out is out"
        )
        must(self.agreed >= set(people), "1: whoever is in the room has agreed")
        must(self.attending <= self.inside, "5: whoever attends is there")
        if self.phase in (Phase.OPEN, Phase.UNATTENDED):
            must(
                self._is_attended() is (self.phase is Phase.OPEN),
                "5: frozen while nobody hosts, and only then",
            )
        for pair in self.apart:  # Of parents: whoever hosts is marked with nobody.
            met = pair <= set(people) and pair not in self.together
            must(not met, "8: two kept apart are not in a room together")
        here = {self.holder[seat] for seat in self.inside}
        for person in (*meeting.hands, meeting.floor.speaker, meeting.screen):
            must(person is None or person in here, "whoever is gone has no hand, word or screen")

    def _look_at_grants(self) -> None:
        on = self.phase in (Phase.OPEN, Phase.UNATTENDED)
        must(self.granted.keys() == (self.inside if on else set()), "1: exactly those in the room have media")
        hearing = self.phase is Phase.OPEN and not self.paused >= MEDIA
        still = self.withdrawn if self.paused >= MEDIA else self.paused
        for seat, grant in self.granted.items():
            person = self.holder[seat]
            is_host = self.roles[person] is _H
            aside = self.aside_is_on and (person == self.aside_parent or seat in self.aside)
            floor = is_host or aside or self.floor is FloorMode.OPEN or self.speaker == person
            speaks = person not in self.muted and floor and Feature.SOUND not in still
            shows = person not in self.dark and Feature.PICTURE not in still
            shares = (is_host or self.sharing == person) and Feature.PICTURE not in still
            must(grant.can_subscribe is hearing, "5, 6: frozen, paused or neither")
            must((Source.MICROPHONE in grant.sources) is speaks, "3, 6: microphones")
            must((Source.CAMERA in grant.sources) is shows, "3, 6: cameras")
            must((Source.SCREEN_SHARE in grant.sources) is shares, "shared screens")
            must((grant.room is Room.ASIDE) is aside, "the side room: nobody else, and nobody unasked")

    def _is_attended(self) -> bool:
        return bool(self.attending - set(self.aside if self.aside_is_on else ()))

    # --- Taking note ---

    def _note(self, event: e.Event) -> None:
        match event:
            case e.Opened(at) | e.Frozen(at):
                self.phase, self.frozen_at = Phase.UNATTENDED, at
            case e.Resumed():
                self.phase, self.frozen_at = Phase.OPEN, None
            case e.Ended():
                self.phase = Phase.ENDED
                self._move(self.waiting | self.inside, None)
                self.attending.clear()
            case e.HostAttended(seat):
                self.attending.add(seat)
            case e.HostLost(seat):
                self.attending.discard(seat)
            case e.ClosingStarted(at):
                self.closing_at = at
            case _:
                self._note_coming_and_going(event)
                self._note_of_one(event)
                self._note_of_all(event)
        self._note_who_is_gone()

    def _note_coming_and_going(self, event: e.Event) -> None:
        match event:
            case e.Arrived(seat, person) | e.HostEntered(seat, person):
                self.holder.pop(seat, None)
                self.holder[seat] = person
                if isinstance(event, e.Arrived):
                    self.agreed.add(person)
                self._move({seat}, self.waiting if isinstance(event, e.Arrived) else self.inside)
            case e.Admitted(seat):
                self.been_in.add(self.holder[seat])
                self._move({seat}, self.inside)
            case e.Replaced(seat) | e.Left(seat) | e.Lapsed(seat) | e.Ejected(seat):
                self._move({seat}, None)
            case e.ReturnedToWaiting(person):
                self._move(self._seats(person) & self.inside, self.waiting)
            case e.Removed(person) | e.Suspended(person) | e.Declined(person):
                self.out.add(person)
                self._move(self._seats(person), None)
            case e.Revoked(person):
                self._move(self._seats(person), None)
            case e.Restored(person):
                self.out.discard(person)
                latest = [seat for seat, holder in self.holder.items() if holder == person][-1]
                self._move({latest}, self.waiting)
            case _:
                pass

    def _note_of_one(self, event: e.Event) -> None:
        match event:
            case e.MutedByHost(person):
                self.muted.add(person)
            case e.MuteLifted(person):
                self.muted.discard(person)
            case e.CameraHeld(person):
                self.dark.add(person)
            case e.CameraLifted(person):
                self.dark.discard(person)
            case e.ScreenAllowed(person):
                self.sharing = person
            case e.ScreenStopped():
                self.sharing = None
            case e.WordGiven(person):
                self.speaker = person
            case e.WordTaken():
                self.speaker = None
            case e.AsideInvited(seat, person):
                self.aside, self.aside_parent, self.aside_is_on = [seat], person, False
            case e.AsideAccepted():
                self.aside_is_on = True
            case e.AsideJoined(seat):
                self.aside.append(seat)
            case e.AsideEnded():
                self._end_aside()
            case _:
                pass

    def _note_of_all(self, event: e.Event) -> None:
        match event:
            case e.Locked() | e.Unlocked():
                self.locked = isinstance(event, e.Locked)
            case e.Paused():
                if not self.paused >= MEDIA:
                    self.withdrawn = self.paused & MEDIA
                self.paused = set(Feature)
            case e.FeatureResumed(feature):
                self.paused.discard(feature)
            case e.FloorHeld(mode):
                self.floor, self.speaker = mode, None
            case e.FloorOpened():
                self.floor, self.speaker = FloorMode.OPEN, None
            case e.KeptApart(person, other):
                self.apart.add(frozenset({person, other}))
            case e.MayMeet(person, other):
                self.apart.discard(frozenset({person, other}))
            case _:
                pass

    def _note_who_is_gone(self) -> None:
        here = {self.holder[seat] for seat in self.inside}
        self.together = {pair for pair in self.together if pair <= here}
        self.speaker = self.speaker if self.speaker in here else None
        self.sharing = self.sharing if self.sharing in here else None
        if self.aside and (self.aside[0] not in self.inside or self.aside_parent not in here):
            self._end_aside()
        self.aside = [seat for seat in self.aside if seat in self.inside]

    def _end_aside(self) -> None:
        """Its hosts attend the main room again when the house says so."""
        if self.aside_is_on:
            self.attending -= set(self.aside)
        self.aside, self.aside_parent, self.aside_is_on = [], None, False

    def _move(self, seats: set[SeatId], to: set[SeatId] | None) -> None:
        moved = set(seats)
        self.waiting -= moved
        self.inside -= moved
        if to is not None:
            to |= moved

    def _seats(self, person: PersonId) -> set[SeatId]:
        return {seat for seat, holder in self.holder.items() if holder == person}
