"""Who is gone that was here: left, lost and exited told apart, and nobody is called after a quick exit."""

from datetime import datetime, timedelta

import pytest

from moderation import actions as a
from moderation.lifecycle import replay
from moderation.model import HOUSE, Actor, Meeting, PersonId, RemovalReason, SeatId
from moderation.rules import Refused, decide
from signalling.meeting.departures import Departed, departed, follow, missed
from signalling.meeting.ports import Departure, Entry
from tests.fakes import NOON
from tests.signalling.meeting.house import AGREEMENT, JO, KAZ, SAM, SAM_TABLET, TUESDAY, arriving

LEFT, LOST, EXITED = Departure.LEFT, Departure.LOST, Departure.EXITED
EVERYWHERE = frozenset({SAM.seat, SAM_TABLET.seat, KAZ.seat, JO.seat})
WITHOUT_SAM = EVERYWHERE - {SAM.seat, SAM_TABLET.seat}

Step = tuple[Actor, a.Action]

WAITING: tuple[Step, ...] = (
    arriving(JO),
    (JO, a.Open()),
    (HOUSE, a.HostAttending(JO.seat)),
    arriving(SAM),
    arriving(KAZ),
)
IN: tuple[Step, ...] = (*WAITING, (JO, a.AdmitAll()))


def at(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def gone(
    steps: tuple[Step, ...], connected: frozenset[SeatId] = WITHOUT_SAM
) -> tuple[tuple[PersonId, Departure, int], ...]:
    """Who is gone after these steps, one a second; since the how manieth second."""
    meeting, entries = Meeting(TUESDAY, AGREEMENT), []
    for second, (actor, action) in enumerate(steps):
        decision = decide(meeting, actor, action, at(second))
        assert not isinstance(decision, Refused), action
        entries += [Entry(at(second), actor, event) for event in decision]
        meeting = replay(meeting, decision)
    partings = follow({}, entries[:3], meeting)
    partings = follow(partings, entries[3:], meeting)
    since = {person: at(99) for person in missed(meeting, connected)}
    return tuple(
        (one.person, one.how, int((one.since - NOON).total_seconds()))
        for one in departed(meeting, connected, partings, since)
    )


EXIT = (HOUSE, a.Exit(SAM.seat))
LEAVE = (SAM, a.Leave())


@pytest.mark.parametrize(
    ("steps", "how", "since"),
    [
        ((*IN, LEAVE), LEFT, 6),
        ((*IN, EXIT), EXITED, 6),
        ((*WAITING, EXIT), EXITED, 5),
        (IN, LOST, 99),
        ((*IN, (JO, a.ReturnToWaiting(SAM.person))), LOST, 99),
        ((*IN, (JO, a.Eject(SAM.seat))), LOST, 6),
        ((*IN, LEAVE, arriving(SAM)), LOST, 99),
        # Another device of theirs says nothing more after an exit.
        ((*IN, arriving(SAM_TABLET), EXIT), EXITED, 7),
        ((*IN, arriving(SAM_TABLET), EXIT, (SAM_TABLET, a.Leave())), EXITED, 7),
        ((*IN, EXIT, arriving(SAM_TABLET)), LOST, 99),
        ((*IN, EXIT, arriving(SAM_TABLET), (SAM_TABLET, a.Leave())), LEFT, 8),
        # A goodbye while closing is none; being lost is.
        ((*IN, (JO, a.StartClosing()), EXIT), EXITED, 7),
        ((*IN, LEAVE, (JO, a.StartClosing())), LEFT, 6),
    ],
)
def test_how_someone_went(steps: tuple[Step, ...], how: Departure, since: int) -> None:
    assert gone(steps) == ((SAM.person, how, since),)


@pytest.mark.parametrize(
    "steps",
    [
        WAITING,
        (*WAITING, LEAVE),
        (*IN, (JO, a.StartClosing()), LEAVE),
        (*IN, (JO, a.Remove(SAM.person, RemovalReason.OTHER))),
        (*IN, LEAVE, (HOUSE, a.Revoke(SAM.person)), (JO, a.Remove(SAM.person, RemovalReason.OTHER))),
        (*IN, (HOUSE, a.Revoke(SAM.person))),
        (*IN, (JO, a.End())),
    ],
)
def test_nobody_is_missed_who_was_not_here_or_was_put_out(steps: tuple[Step, ...]) -> None:
    assert gone(steps) == ()


@pytest.mark.parametrize(
    "steps", [IN, WAITING, (*IN, LEAVE, arriving(SAM)), (*IN, EXIT, arriving(SAM_TABLET))]
)
def test_nobody_is_gone_who_is_connected(steps: tuple[Step, ...]) -> None:
    assert gone(steps, EVERYWHERE) == ()


def test_one_connected_device_is_enough() -> None:
    assert gone((*IN, arriving(SAM_TABLET), EXIT), EVERYWHERE - {SAM.seat}) == ()
    assert gone((*IN, arriving(SAM_TABLET)), EVERYWHERE - {SAM.seat}) == ()


def test_hosts_are_not_among_them() -> None:
    assert gone((*IN, (JO, a.Leave())), frozenset({SAM.seat, KAZ.seat})) == ()


def test_those_gone_longest_come_first() -> None:
    assert gone((*IN, (KAZ, a.Leave())), frozenset()) == ((KAZ.person, LEFT, 6), (SAM.person, LOST, 99))


def test_two_minutes_are_waited() -> None:
    one = Departed(SAM.person, LOST, NOON)
    assert not one.is_overdue(at(119))
    assert one.is_overdue(at(120))
