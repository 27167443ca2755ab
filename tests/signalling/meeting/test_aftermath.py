"""What follows from a session is told to the house until it has heard it, in order."""

from datetime import UTC, date, datetime

import pytest

from moderation import actions as a
from moderation.model import MeetingId, PersonId, RemovalReason
from signalling.meeting import aftermath as aftermath_module
from signalling.meeting.aftermath import Aftermath
from signalling.meeting.ports import Departure
from tests.fakes import FakeAftercare
from tests.signalling.meeting.house import JO, SAM, TUESDAY

UNTIL = datetime(2026, 3, 9, tzinfo=UTC)


@pytest.fixture
def aftercare() -> FakeAftercare:
    return FakeAftercare()


@pytest.fixture
def announced() -> list[MeetingId]:
    return []


@pytest.fixture
def aftermath(aftercare: FakeAftercare, announced: list[MeetingId]) -> Aftermath:
    return Aftermath(aftercare, announced.append)


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (a.Remove(SAM.person, RemovalReason.UNSAFE), ("removed", "sam", "jo", "unsafe", None, "note")),
        (
            a.Suspend(SAM.person, RemovalReason.OTHER, UNTIL),
            ("suspended", "sam", "jo", "other", date(2026, 3, 9), "note"),
        ),
        (
            a.Suspend(SAM.person, RemovalReason.OTHER, None),
            ("suspended", "sam", "jo", "other", None, "note"),
        ),
        (a.Restore(SAM.person), ("restored", "sam", "jo")),
        (a.CallDanger(SAM.person), ("danger", "sam", "jo")),
        (a.Mute(SAM.person), None),
    ],
)
async def test_the_house_is_told_what_concerns_it(
    aftercare: FakeAftercare, aftermath: Aftermath, action: a.Action, told: tuple[object, ...] | None
) -> None:
    await aftermath.of(TUESDAY, JO, action, "note")
    assert aftercare.told == ([told] if told else [])


async def test_what_could_not_be_told_is_told_later_in_order(
    aftercare: FakeAftercare, aftermath: Aftermath
) -> None:
    aftercare.down = True
    await aftermath.of(TUESDAY, JO, a.Remove(SAM.person, RemovalReason.OTHER), "")
    await aftermath.of(TUESDAY, JO, a.Restore(SAM.person), "")
    aftercare.down = False
    await aftermath.of(TUESDAY, JO, a.CallDanger(SAM.person), "")
    await aftermath.retry()
    assert [told[0] for told in aftercare.told] == ["removed", "restored", "danger"]


async def test_a_fault_does_not_keep_what_comes_after_it_from_being_told(
    aftercare: FakeAftercare, aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(aftercare, "danger", broken)
    await aftermath.of(TUESDAY, JO, a.CallDanger(SAM.person), "")
    await aftermath.of(TUESDAY, JO, a.Restore(SAM.person), "")
    assert [told[0] for told in aftercare.told] == ["restored"]


async def test_the_backlog_has_an_end(
    aftercare: FakeAftercare, aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aftermath_module, "LONGEST_BACKLOG", 2)
    aftercare.down = True
    for name in ("one", "two", "three"):
        await aftermath.of(TUESDAY, JO, a.Restore(PersonId(name)), "")
    aftercare.down = False
    await aftermath.retry()
    assert [told[1] for told in aftercare.told] == ["one", "two"]


async def test_a_note_is_in_no_log(
    aftermath: Aftermath, aftercare: FakeAftercare, caplog: pytest.LogCaptureFixture
) -> None:
    aftercare.down = True
    caplog.set_level(0)
    await aftermath.of(TUESDAY, JO, a.Remove(SAM.person, RemovalReason.OTHER), "what they said")
    assert "what they said" not in caplog.text


async def test_hosts_are_shown_it_once_the_house_has_heard(
    aftercare: FakeAftercare, aftermath: Aftermath, announced: list[MeetingId]
) -> None:
    aftercare.down = True
    aftermath.departed(TUESDAY, SAM.person, Departure.LOST)
    await aftermath.retry()
    assert announced == []
    aftercare.down = False
    await aftermath.retry()
    assert announced == [TUESDAY]
