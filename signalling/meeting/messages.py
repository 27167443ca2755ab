"""What browsers say and what they are answered: parse, encode. Pure; PROTOCOL.md has it in prose."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from typing import TypeVar

from moderation import actions as a
from moderation.model import ChatMode, Feature, Mark, MeetingId, PersonId, RemovalReason, ReturnWord, SeatId
from moderation.rules import Reason
from signalling.meeting.errors import Malformed

LONGEST_ID = 64
LONGEST_NOTE = 2000

Fields = Mapping[str, object]
Id = TypeVar("Id", PersonId, SeatId, MeetingId)
Choice = TypeVar("Choice", bound=Enum)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _id(fields: Fields, name: str, kind: Callable[[str], Id]) -> Id:
    value = fields.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or not value.isascii():
        raise Malformed(f"{name} must be an id")
    return kind(value)


def _person(fields: Fields) -> PersonId:
    return _id(fields, "person", PersonId)


def seat_id(fields: Fields) -> SeatId:
    return _id(fields, "seat", SeatId)


def one_of(fields: Fields, name: str, kind: type[Choice]) -> Choice:
    """The field as one of an enumeration's values.

    Raises:
        Malformed
    """
    try:
        return kind(fields.get(name))
    except ValueError:
        raise Malformed(f"{name} must be one of {', '.join(choice.value for choice in kind)}") from None


def plain_text(fields: Fields, name: str, longest: int) -> str:
    """The field as text that people can read, without blanks around it; it may be empty.

    Raises:
        Malformed
    """
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise Malformed(f"{name} must be text of at most {longest} characters")
    if _UNPRINTABLE.search(value):
        raise Malformed(f"{name} must not have control characters")
    return value.strip()


def _until(fields: Fields) -> datetime | None:
    """The beginning of a day in UTC: from then on the suspension is over."""
    value = fields.get("until")
    if value is None:
        return None
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError
        day = date.fromisoformat(value)
    except ValueError:
        raise Malformed("until must be a day as YYYY-MM-DD, or null") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Form:
    """How one `do` is read: which fields it must have, which it may have, and the action they make."""

    fields: frozenset[str]
    action: Callable[[Fields], a.Action]
    may_have: frozenset[str] = frozenset()


_NOTE = frozenset({"note"})


def _alone(action: Callable[[], a.Action]) -> Form:
    return Form(frozenset(), lambda _: action())


def _about_person(action: Callable[[PersonId], a.Action]) -> Form:
    return Form(frozenset({"person"}), lambda fields: action(_person(fields)))


def _about_seat(action: Callable[[SeatId], a.Action]) -> Form:
    return Form(frozenset({"seat"}), lambda fields: action(seat_id(fields)))


def _choosing(name: str, kind: type[Choice], action: Callable[[Choice], a.Action]) -> Form:
    return Form(frozenset({name}), lambda fields: action(one_of(fields, name, kind)))


FORMS: Mapping[str, Form] = {
    # The session
    "open": _alone(a.Open),
    "start_closing": _alone(a.StartClosing),
    "end": _alone(a.End),
    "pause": _alone(a.Pause),
    "resume_feature": _choosing("feature", Feature, a.ResumeFeature),
    # The door
    "admit": _about_seat(a.Admit),
    "admit_anyway": _about_seat(a.AdmitAnyway),
    "admit_all": _alone(a.AdmitAll),
    "decline": _about_person(a.Decline),
    "lock": _alone(a.Lock),
    "unlock": _alone(a.Unlock),
    # One person, and everyone
    "mute": _about_person(a.Mute),
    "mute_all": _alone(a.MuteAll),
    "mute_all_but": _about_person(a.MuteAllBut),
    "lift": _about_person(a.Lift),
    "lift_all": _alone(a.LiftAll),
    "hold_camera": _about_person(a.HoldCamera),
    "lift_camera": _about_person(a.LiftCamera),
    "return_to_waiting": Form(
        frozenset({"person"}),
        lambda fields: a.ReturnToWaiting(
            _person(fields), one_of(fields, "word", ReturnWord) if "word" in fields else ReturnWord.NONE
        ),
        frozenset({"word"}),
    ),
    "remove": Form(
        frozenset({"person", "reason"}),
        lambda fields: a.Remove(_person(fields), one_of(fields, "reason", RemovalReason)),
        _NOTE,
    ),
    "suspend": Form(
        frozenset({"person", "reason", "until"}),
        lambda fields: a.Suspend(_person(fields), one_of(fields, "reason", RemovalReason), _until(fields)),
        _NOTE,
    ),
    "restore": _about_person(a.Restore),
    "eject": _about_seat(a.Eject),
    "clear_mark": _about_person(a.ClearMark),
    "reveal_location": _about_person(a.RevealLocation),
    "call_danger": _about_person(a.CallDanger),
    # Who speaks, writes, shows
    "hold_floor": _alone(a.HoldFloor),
    "open_floor": _alone(a.OpenFloor),
    "give_word": _about_person(a.GiveWord),
    "take_word": _alone(a.TakeWord),
    "start_round": _alone(a.StartRound),
    "next_in_round": _alone(a.NextInRound),
    "lower_hand": _about_person(a.LowerHand),
    "lower_all_hands": _alone(a.LowerAllHands),
    "set_chat": _choosing("mode", ChatMode, a.SetChat),
    "allow_screen": _about_person(a.AllowScreen),
    "stop_screen": _alone(a.StopScreen),
    # The side room
    "invite_aside": _about_person(a.InviteAside),
    "join_aside": _alone(a.JoinAside),
    "end_aside": _alone(a.EndAside),
    # A parent's own
    "leave": _alone(a.Leave),
    "raise_hand": _alone(a.RaiseHand),
    "lower_own_hand": _alone(a.LowerOwnHand),
    "pass_word": _alone(a.PassWord),
    "tell_hosts": _choosing("mark", Mark, a.TellHosts),
    "accept_aside": _alone(a.AcceptAside),
    "leave_aside": _alone(a.LeaveAside),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an `act` message asks for. The note goes to the house, never into the journal."""

    action: a.Action
    note: str = field(default="", repr=False)


def parse_act(data: object) -> Asked:
    """The action that an `act` message asks for, and the note with it.

    Raises:
        Malformed: it is not an object, names no known `do`, or its fields are not that one's.
    """
    fields = an_object(data, "act")
    do = fields.get("do")
    form = FORMS.get(do) if isinstance(do, str) else None
    if form is None:
        raise Malformed("do must be a known action")
    given = fields.keys() - {"do"}
    if not form.fields <= given <= form.fields | form.may_have:
        perhaps = [f"perhaps {name}" for name in sorted(form.may_have)]
        raise Malformed(f"{do} takes {', '.join([*sorted(form.fields), *perhaps]) or 'nothing else'}")
    note = plain_text(fields, "note", LONGEST_NOTE) if "note" in given else ""
    return Asked(form.action(fields), note)


def an_object(data: object, what: str) -> Fields:
    """A message's data, which must be one object.

    Raises:
        Malformed
    """
    if not isinstance(data, dict):
        raise Malformed(f"{what} takes one object")
    return data


def parse_auth(data: object) -> MeetingId:
    """The meeting that a new connection is about.

    Raises:
        Malformed: `data` is not an object with a meeting's id.
    """
    if not isinstance(data, dict):
        raise Malformed("auth must be an object")
    return _id(data, "meeting", MeetingId)


@dataclass(frozen=True, slots=True)
class Done:
    """Decided, recorded and in effect. `late`: the media engine has yet to give what it permits.

    `idle`: it was so already, and nothing has happened.
    """

    seq: int
    late: bool = False
    idle: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotDone:
    """The rules refuse it; nothing has changed."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """The journal is down. A restriction `stands` and is recorded later; anything else has not happened."""

    stands: bool


@dataclass(frozen=True, slots=True)
class NotEnforced:
    """A restriction is recorded, the media engine does not answer, and the platform keeps trying."""

    seq: int


Outcome = Done | NotDone | NotRecorded | NotEnforced


def took_place(outcome: Outcome) -> bool:
    """Whether something has changed by it."""
    match outcome:
        case Done(idle=idle):
            return not idle
        case NotRecorded(stands):
            return stands
        case NotEnforced():
            return True
        case NotDone():
            return False


def answer(outcome: Outcome) -> dict[str, object]:
    """The acknowledgement of an `act`."""
    match outcome:
        case Done(seq, late):
            return {"ok": True, "seq": seq, **({"late": True} if late else {})}
        case NotDone(reason):
            return {"ok": False, "error": reason.value}
        case NotRecorded(stands):
            return {"ok": False, "error": "not_recorded", "stands": stands}
        case NotEnforced(seq):
            return {"ok": False, "error": "not_enforced", "stands": True, "seq": seq}


def complaint(error: str, detail: str | None = None) -> dict[str, object]:
    """The acknowledgement of a message that was not even tried."""
    return {"ok": False, "error": error, **({"detail": detail} if detail else {})}
