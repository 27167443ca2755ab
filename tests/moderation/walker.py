"""Long random walks through meetings: several hosts and parents, hostile ones too, drop-outs and restarts.

A walk is made of steps that its seed decides. Each is decided by the rules and followed by a witness; now and
then, and at every restart of the platform, the meeting must be what its journal replays to.
"""

import dataclasses
import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import get_args, get_type_hints

from moderation import actions as a
from moderation import events as e
from moderation.deadlines import PLACE_KEPT_FOR, due
from moderation.decisions import Reason, Refused
from moderation.lifecycle import replay
from moderation.model import HOUSE, Actor, Meeting, PersonId, Phase, Place, Role, SeatId, Terms
from moderation.records import Scalar, from_record, to_record
from moderation.rules import RULES, decide
from tests.moderation.builders import AGREEMENT, NOON, scheduled
from tests.moderation.witness import Broken, Witness, must

PARENTS = tuple(
    Actor(Role.PARENT, PersonId(person), SeatId(f"{person}-{device}"))
    for person in ("sam", "kaz", "amira", "lee")
    for device in ("phone", "tablet")
)
HOSTS = tuple(
    Actor(Role.FACILITATOR, PersonId(person), SeatId(f"{person}-laptop")) for person in ("jo", "ray", "mo")
)
ADMIN = Actor(Role.ADMIN, PersonId("admin"), SeatId("admin-laptop"))
EVERYONE = (*PARENTS, *HOSTS, ADMIN, HOUSE)
ROLES = {actor.person: actor.role for actor in EVERYONE}
_PEOPLE = (*dict.fromkeys(actor.person for actor in (*PARENTS, *HOSTS)), PersonId("stranger"))
_SEATS = (*(actor.seat for actor in (*PARENTS, *HOSTS)), SeatId("strangers-phone"))
_BY_ROLE = {role: tuple(actor for actor in EVERYONE if actor.role is role) for role in Role}
_BY_SEAT = {actor.seat: actor for actor in EVERYONE}
_KINDS: tuple[type[a.Action], ...] = get_args(a.Action)
_HARSH = (a.End, a.StartClosing, a.TimeUp, a.Revoke, a.Remove, a.Suspend, a.Decline, a.CallDanger)

REPLAYED_EVERY = 100
"""Steps."""
LONGEST = 600
"""Steps of one walk: the meeting after it is a new one."""


@dataclass
class Seen:
    """What has come to pass: what was done in which phase, why something was refused, what happened."""

    done: Counter[tuple[type[a.Action], Phase]] = field(default_factory=Counter)
    refused: Counter[Reason] = field(default_factory=Counter)
    happened: Counter[type[e.Event]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next. No actor: the platform is killed and starts again."""

    at: datetime
    actor: Actor | None = None
    action: a.Action | None = None

    def __str__(self) -> str:
        minutes = (self.at - NOON).total_seconds() / 60
        if self.actor is None:
            return f"{minutes:5.1f} min  the platform starts again"
        return f"{minutes:5.1f} min  {self.actor.seat}: {self.action}"


@dataclass
class Course:
    """One meeting's course so far."""

    blank: Meeting
    seen: Seen = field(default_factory=Seen)
    journal: list[dict[str, Scalar]] = field(default_factory=list)
    taken: int = 0

    def __post_init__(self) -> None:
        self.witness = Witness(ROLES, self.blank)

    @property
    def meeting(self) -> Meeting:
        """As it stands."""
        return self.witness.meeting

    def take(self, step: Step) -> None:
        """Take one step.

        Raises:
            Broken
        """
        self.taken += 1
        if step.actor != HOUSE:
            self.witness.must_have_acted(step.at)
        if step.actor is None or step.action is None:
            self._start_again()
        else:
            self._decide(step.actor, step.action, step.at)
        if self.taken % REPLAYED_EVERY == 0:
            must(self.replayed() == self.meeting, "13: the meeting is what its journal replays to")

    def _decide(self, actor: Actor, action: a.Action, at: datetime) -> None:
        decided, phase = decide(self.meeting, actor, action, at), self.meeting.phase
        if isinstance(decided, Refused):
            self.witness.refused(actor, action)
            self.seen.refused[decided.reason] += 1
            return
        self.witness.saw(actor, action, decided, at)
        for event in decided:
            self.journal.append(to_record(event))
            self.seen.happened[type(event)] += 1
        if decided:
            self.seen.done[type(action), phase] += 1

    def replayed(self) -> Meeting:
        """What a process that starts now would know."""
        return replay(self.blank, map(from_record, self.journal))

    def _start_again(self) -> None:
        again = self.replayed()
        must(again == self.meeting, "13: a restart loses nothing")
        self.witness.meeting = again


class Failed(Exception):
    """A walk broke a rule: its seed, and the fewest steps that still do."""

    def __init__(self, seed: int, rule: str, steps: Sequence[Step], taken: int) -> None:
        listed = "\n".join(map(str, steps))
        super().__init__(f"seed {seed}, after {taken} steps: {rule}\nthe fewest steps to it:\n{listed}")
        self.rule = rule
        self.steps = tuple(steps)


class Walker:
    """One walk. It knows what browsers and the platform do, chooses by chance, and remembers its steps."""

    def __init__(self, seed: int, seen: Seen) -> None:
        self._seed = seed
        self._chance = random.Random(seed)
        self.now = NOON
        self.steps: list[Step] = []
        self.course = Course(_some_meeting(self._chance), seen)
        self._lost: dict[SeatId, datetime] = {}
        self._opens_after = self._chance.choice((0, 0, 60))

    def walk(self, most: int) -> int:
        """Walk until a few steps after the meeting's end, or `most` steps; how many were taken.

        Raises:
            Failed
        """
        after_the_end = 0
        try:
            while self.course.taken < min(most, LONGEST) and after_the_end < 20:
                self._go_on()
                after_the_end += self.course.meeting.phase is Phase.ENDED
            must(self.course.replayed() == self.course.meeting, "13: the end is what the journal replays to")
        except (Broken, AssertionError, KeyError, ValueError) as error:
            rule = f"{type(error).__name__}: {error}"
            raise Failed(self._seed, rule, fewest(self.course.blank, self.steps), len(self.steps)) from error
        return self.course.taken

    def _take(self, actor: Actor | None, action: a.Action | None) -> None:
        step = Step(self.now, actor, action)
        self.steps.append(step)
        self.course.take(step)

    def _go_on(self) -> None:
        drawn = self._chance.random()
        answers = self._answers() if drawn < 0.25 else ()
        if answers:
            self._take(*self._chance.choice(answers))
        elif drawn < 0.65:
            self._take(*self._something_sensible())
        elif drawn < 0.8:
            self._take(self._chance.choice(EVERYONE), _anything(self._chance, self.now))
        elif drawn < 0.86:
            self._come(self._chance.choice((*PARENTS, *HOSTS)))
        elif drawn < 0.90:
            self._drop_out()
        elif drawn < 0.93:
            self._gather()
        elif drawn < 0.99:
            self._let_time_pass()
        else:
            self._start_again()

    def _something_sensible(self) -> tuple[Actor, a.Action]:
        """Somebody who may, and is here, asks for something; seldom for what is final."""
        action = _anything(self._chance, self.now)
        while isinstance(action, (a.Open, *_HARSH)) and self._chance.random() < 0.7:
            action = _anything(self._chance, self.now)
        may = RULES[type(action)].may
        role = self._chance.choice([role for role in Role if role in may])  # a set's order is not the seed's
        here = [
            _BY_SEAT[seat.id]
            for seat in self.course.meeting.seats.values()
            if seat.place is not Place.OUTSIDE and _BY_SEAT[seat.id].role is role
        ]
        return self._chance.choice(here or _BY_ROLE[role]), action

    def _answers(self) -> Sequence[tuple[Actor, a.Action]]:
        """What somebody would likely do as things stand: let in, answer, pass on, undo."""
        meeting = self.course.meeting
        host = next((actor for actor in HOSTS if actor.seat in self.course.witness.inside), None)
        if host is None:
            return ()
        likely: list[tuple[Actor, a.Action]] = [
            *((host, a.Restore(person)) for person in sorted(self.course.witness.out)),
            *((host, a.Lift(person)) for person in sorted(self.course.witness.muted)),
            *((host, a.LiftCamera(person)) for person in sorted(self.course.witness.dark)),
        ]
        for person in meeting.hands[:1]:
            likely += [(host, a.GiveWord(person)), (host, a.LowerHand(person))]
            likely.append((_at(meeting, person), a.LowerOwnHand()))
        for seat in itertools.islice(meeting.in_place(Place.WAITING), 1):
            likely += [(host, a.Admit(seat.id)), (host, a.AdmitAnyway(seat.id))]
        if meeting.aside is None:
            likely.append((host, a.InviteAside(self._chance.choice(PARENTS).person)))
        if meeting.locked:
            likely.append((host, a.Unlock()))
        if meeting.screen is not None:
            likely += [(_at(meeting, meeting.screen), a.StopScreen()), (host, a.StopScreen())]
        if meeting.floor.speaker is not None:
            likely.append((_at(meeting, meeting.floor.speaker), a.PassWord()))
        if meeting.aside is not None:
            parent = _at(meeting, meeting.aside.parent)
            likely += [(parent, a.AcceptAside()), (parent, a.LeaveAside())]
            likely += [(actor, a.JoinAside()) for actor in HOSTS]
        return likely

    def _come(self, actor: Actor) -> None:
        """A page is opened, or connects again; a host's media connects too."""
        self._lost.pop(actor.seat, None)
        is_parent = actor.role is Role.PARENT
        self._take(actor, a.Arrive(AGREEMENT if is_parent else None))
        if not is_parent:
            self._take(HOUSE, a.HostAttending(actor.seat))

    def _gather(self) -> None:
        """As an evening begins: a host comes and opens, parents come and are let in."""
        host = self._chance.choice(HOSTS)
        self._come(host)
        for parent in self._chance.sample(PARENTS, 3):
            self._come(parent)
        if self.course.taken >= self._opens_after:
            self._take(host, a.Open())
            self._take(host, a.AdmitAll())

    def _drop_out(self) -> None:
        """A connection is lost without a word. A host's is noticed after a few seconds."""
        here = [seat.id for seat in self.course.meeting.in_place(Place.PRESENT)]
        if not here:
            return
        seat = self._chance.choice(here)
        self._lost.setdefault(seat, self.now)
        if seat in self.course.meeting.attending:
            self._take(HOUSE, a.HostAway(seat))

    def _let_time_pass(self) -> None:
        """And the house does whatever becomes due."""
        self.now += timedelta(minutes=self._chance.choice((0.1, 0.1, 0.5, 1, 2, 6)))
        for seat, since in list(self._lost.items()):
            if self.now - since >= PLACE_KEPT_FOR:
                del self._lost[seat]
                self._take(HOUSE, a.Lapse(seat))
        while (action := due(self.course.meeting, self.now)) is not None:
            self._take(HOUSE, action)

    def _start_again(self) -> None:
        """The platform is killed: nobody is connected, and the house says so of every host."""
        self._take(None, None)
        for seat in sorted(self.course.meeting.attending):
            self._take(HOUSE, a.HostAway(seat))
        for present in self.course.meeting.in_place(Place.PRESENT):
            self._lost.setdefault(present.id, self.now)


def _at(meeting: Meeting, person: PersonId) -> Actor:
    """The person on the device that is in the room."""
    return next(_BY_SEAT[seat.id] for seat in meeting.seats_of(person) if seat.place is Place.PRESENT)


def walks(seed: int, steps: int) -> Seen:
    """Walk through one meeting after the other, so many steps in all.

    Raises:
        Failed
    """
    seen = Seen()
    while steps > 0:
        steps -= Walker(seed, seen).walk(steps)
        seed += 1
    return seen


def breaks(blank: Meeting, steps: Sequence[Step]) -> int | None:
    """After how many of these steps a rule is broken; None: it never is."""
    course = Course(blank)
    for taken, step in enumerate(steps, start=1):
        try:
            course.take(step)
        except (Broken, AssertionError, KeyError, ValueError):
            return taken
    try:
        whole = course.replayed() == course.meeting
    except (KeyError, ValueError):
        whole = False
    return None if whole else len(steps)


def fewest(blank: Meeting, steps: Sequence[Step]) -> Sequence[Step]:
    """As few of these steps as still break a rule, in their order: half is left out, then less and less."""
    shortest = list(steps)
    part = len(shortest)
    while part:
        begin = 0
        while begin < len(shortest):
            without = shortest[:begin] + shortest[begin + part :]
            taken = breaks(blank, without)
            if taken is None:
                begin += part
            else:
                shortest = without[:taken]
        part //= 2
    return shortest


def _some_meeting(chance: random.Random) -> Meeting:
    """A session with terms by chance: how many it holds, when it is late, who is kept apart."""
    people = [actor.person for actor in PARENTS[::2]]
    pairs = [frozenset(chance.sample(people, 2)) for _ in range(chance.choice((0, 0, 1, 2)))]
    late = chance.choice((None, NOON + timedelta(minutes=15)))
    terms = Terms(late, NOON + timedelta(minutes=90), chance.choice((3, 5, 16)), frozenset(pairs))
    return dataclasses.replace(scheduled(), terms=terms)


def _chooser(hint: object) -> Callable[[random.Random, datetime], object]:
    if hint is PersonId:
        return lambda chance, now: chance.choice(_PEOPLE)
    if hint is SeatId:
        return lambda chance, now: chance.choice(_SEATS)
    if hint == frozenset[PersonId]:
        return lambda chance, now: frozenset(chance.sample(_PEOPLE, chance.choice((0, 0, 1, 2))))
    if hint == int | None:
        return lambda chance, now: chance.choice((None, AGREEMENT - 1, AGREEMENT))
    if hint == datetime | None:
        return lambda chance, now: chance.choice((None, now, now + timedelta(days=7)))
    if isinstance(hint, type) and issubclass(hint, Enum):
        choices = tuple(hint)
        return lambda chance, now: chance.choice(choices)
    raise TypeError(hint)


_CHOOSERS = {
    kind: tuple(_chooser(get_type_hints(kind)[each.name]) for each in dataclasses.fields(kind))
    for kind in _KINDS
}


def _anything(chance: random.Random, now: datetime) -> a.Action:
    """Any action about anybody."""
    kind = chance.choice(_KINDS)
    build: Callable[..., a.Action] = kind
    return build(*(choose(chance, now) for choose in _CHOOSERS[kind]))
