"""What browsers say and what they are answered: parse, encode. Pure; PROTOCOL.md has it in prose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from moderation import actions as a
from moderation.model import MeetingId, PersonId, RemovalReason, SeatId
from moderation.rules import Reason
from signalling.meeting.errors import Malformed

LONGEST_ID = 64

Fields = Mapping[str, object]
Id = TypeVar("Id", PersonId, SeatId, MeetingId)


def _id(fields: Fields, name: str, kind: Callable[[str], Id]) -> Id:
    value = fields.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or not value.isascii():
        raise Malformed(f"{name} must be an id")
    return kind(value)


def _person(fields: Fields) -> PersonId:
    return _id(fields, "person", PersonId)


def _remove(fields: Fields) -> a.Action:
    person = _person(fields)
    try:
        return a.Remove(person, RemovalReason(fields.get("reason")))
    except ValueError:
        raise Malformed("reason must be a known reason") from None


@dataclass(frozen=True, slots=True)
class _Form:
    """How one `do` is read: which fields it must have, and the action they make."""

    fields: frozenset[str]
    action: Callable[[Fields], a.Action]


def _alone(action: Callable[[], a.Action]) -> _Form:
    return _Form(frozenset(), lambda _: action())


def _about_person(action: Callable[[PersonId], a.Action]) -> _Form:
    return _Form(frozenset({"person"}), lambda fields: action(_person(fields)))


FORMS: Mapping[str, _Form] = {
    "open": _alone(a.Open),
    "admit": _Form(frozenset({"seat"}), lambda fields: a.Admit(_id(fields, "seat", SeatId))),
    "admit_all": _alone(a.AdmitAll),
    "decline": _about_person(a.Decline),
    "mute": _about_person(a.Mute),
    "mute_all": _alone(a.MuteAll),
    "lift": _about_person(a.Lift),
    "lift_all": _alone(a.LiftAll),
    "hold_camera": _about_person(a.HoldCamera),
    "lift_camera": _about_person(a.LiftCamera),
    "return_to_waiting": _about_person(a.ReturnToWaiting),
    "remove": _Form(frozenset({"person", "reason"}), _remove),
    "restore": _about_person(a.Restore),
    "lock": _alone(a.Lock),
    "unlock": _alone(a.Unlock),
    "end": _alone(a.End),
    "leave": _alone(a.Leave),
}


def parse_act(data: object) -> a.Action:
    """The action that an `act` message asks for.

    Raises:
        Malformed: it is not an object, names no known `do`, or its fields are not exactly that one's.
    """
    if not isinstance(data, dict):
        raise Malformed("act takes one object")
    do = data.get("do")
    form = FORMS.get(do) if isinstance(do, str) else None
    if form is None:
        raise Malformed("do must be a known action")
    if data.keys() - {"do"} != form.fields:
        raise Malformed(f"{do} takes {', '.join(sorted(form.fields)) or 'nothing else'}")
    return form.action(data)


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
    """Decided, recorded and in effect. `late`: the media engine has yet to give what it permits."""

    seq: int
    late: bool = False


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
