"""Who was in a session, from when to when."""

from datetime import UTC, datetime, timedelta

from moderation import events as e
from moderation.model import HOUSE, Meeting, MeetingId, PersonId, ReturnWord, SeatId
from server.attendance import attendance
from signalling.meeting.ports import Entry

START = datetime(2026, 3, 3, 19, 0, tzinfo=UTC)
HOST, SAM, PAT = PersonId("host"), PersonId("sam"), PersonId("pat")
DESK, PHONE, TABLET = SeatId("desk"), SeatId("phone"), SeatId("tablet")
EMPTY = Meeting(MeetingId("m"), 1)


def told(*events: e.Event) -> list[Entry]:
    """One event a minute."""
    return [Entry(START + timedelta(minutes=minute), HOUSE, event) for minute, event in enumerate(events)]


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


OPENED = (e.HostEntered(DESK, HOST), e.Opened(START), e.HostAttended(DESK), e.Resumed())


def test_whoever_is_there_at_the_end_stayed_to_the_end() -> None:
    found = attendance(
        EMPTY, told(*OPENED, e.Arrived(PHONE, SAM, 1), e.Admitted(PHONE), e.Ended(unattended=False))
    )
    assert [(one.person, one.came, one.went) for one in found.inside] == [
        (HOST, minute(0), None),
        (SAM, minute(5), None),
    ]


def test_whoever_goes_has_a_time_and_whoever_comes_back_none() -> None:
    events = (*OPENED, e.Arrived(PHONE, SAM, 1), e.Admitted(PHONE), e.Left(PHONE, quick=False))
    assert attendance(EMPTY, told(*events)).inside[1].went == minute(6)
    back = (*events, e.Arrived(PHONE, SAM, 1), e.Admitted(PHONE))
    (_, sam) = attendance(EMPTY, told(*back)).inside
    assert (sam.came, sam.went) == (minute(5), None)


def test_a_second_device_is_the_same_person() -> None:
    events = (*OPENED, e.Arrived(PHONE, SAM, 1), e.Admitted(PHONE), e.Arrived(TABLET, SAM, 1))
    found = attendance(EMPTY, told(*events, e.Replaced(PHONE), e.Admitted(TABLET)))
    assert [(one.person, one.went) for one in found.inside] == [(HOST, None), (SAM, None)]


def test_who_only_waited_is_told_apart() -> None:
    events = (*OPENED, e.Arrived(PHONE, SAM, 1), e.Admitted(PHONE), e.Arrived(TABLET, PAT, 1))
    found = attendance(EMPTY, told(*events, e.ReturnedToWaiting(SAM, ReturnWord.NONE)))
    assert found.only_waited == (PAT,)
    assert found.inside[1].went == minute(7)
