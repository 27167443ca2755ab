"""Who may speak, write and show, in what order, and what is paused."""

from collections.abc import Set
from datetime import datetime

from moderation import actions as a
from moderation import events as e
from moderation.decisions import Decision, Reason, Refused, about_parent, present_parents, unless_there
from moderation.model import Actor, ChatMode, Feature, FloorMode, Meeting, Person, PersonId, Phase, Role

_BREADTH = (ChatMode.OFF, ChatMode.HOSTS, ChatMode.EVERYONE)


def pause(meeting: Meeting, actor: Actor, action: a.Pause, now: datetime) -> Decision:
    """Freeze everything, whatever has come back of an earlier pause."""
    if meeting.phase is Phase.SCHEDULED:
        return Refused(Reason.NOT_OPEN)
    return unless_there((e.Paused(),), there=meeting.paused == frozenset(Feature))


def resume_feature(meeting: Meeting, actor: Actor, action: a.ResumeFeature, now: datetime) -> Decision:
    """One of them comes back."""
    there = action.feature not in meeting.paused
    return unless_there((e.FeatureResumed(action.feature),), there=there)


def hold_floor(meeting: Meeting, actor: Actor, action: a.HoldFloor, now: datetime) -> Decision:
    """Nobody speaks whom a host has not invited; a round stops."""
    there = meeting.floor.mode is FloorMode.INVITATION
    return unless_there((*_take(meeting), e.FloorHeld(FloorMode.INVITATION)), there=there)


def open_floor(meeting: Meeting, actor: Actor, action: a.OpenFloor, now: datetime) -> Decision:
    """Everyone may speak again."""
    return unless_there((e.FloorOpened(),), there=meeting.floor.mode is FloorMode.OPEN)


def give_word(meeting: Meeting, actor: Actor, action: a.GiveWord, now: datetime) -> Decision:
    """The word goes to this parent; whoever had it has it no longer."""
    if meeting.floor.mode is FloorMode.OPEN:
        return Refused(Reason.FLOOR_IS_OPEN)
    return about_parent(meeting, action.person, lambda p: _pass_to(meeting, p, now), present=True)


def take_word(meeting: Meeting, actor: Actor, action: a.TakeWord, now: datetime) -> Decision:
    """Nobody has the word."""
    return _take(meeting)


def start_round(meeting: Meeting, actor: Actor, action: a.StartRound, now: datetime) -> Decision:
    """The word goes round, beginning with whoever came first."""
    there = _can_speak(meeting, action.away)
    if not there:
        return Refused(Reason.NOT_HERE)
    return (*_take(meeting), e.FloorHeld(FloorMode.ROUND), e.WordGiven(there[0].id, now))


def next_in_round(meeting: Meeting, actor: Actor, action: a.NextInRound, now: datetime) -> Decision:
    """The next who has not spoken, been away or not; after the last the floor is open."""
    if meeting.floor.mode is not FloorMode.ROUND:
        return Refused(Reason.FLOOR_IS_OPEN)
    return _next(meeting, action.away, now)


def pass_word(meeting: Meeting, actor: Actor, action: a.PassWord, now: datetime) -> Decision:
    """The speaker is done, or would rather not."""
    if meeting.floor.speaker != actor.person:
        return Refused(Reason.NOT_YOUR_TURN)
    return _next(meeting, action.away, now) if meeting.floor.mode is FloorMode.ROUND else _take(meeting)


def raise_hand(meeting: Meeting, actor: Actor, action: a.RaiseHand, now: datetime) -> Decision:
    """Also the way to ask for a mute to be lifted."""
    if not meeting.is_present(actor.person):
        return Refused(Reason.NOT_HERE)
    if Feature.HANDS in meeting.paused:
        return Refused(Reason.PAUSED)
    return unless_there((e.HandRaised(actor.person),), there=actor.person in meeting.hands)


def lower_own_hand(meeting: Meeting, actor: Actor, action: a.LowerOwnHand, now: datetime) -> Decision:
    """The parent thought better of it."""
    return _lower(meeting, actor.person)


def lower_hand(meeting: Meeting, actor: Actor, action: a.LowerHand, now: datetime) -> Decision:
    """The parent was heard."""
    return _lower(meeting, action.person)


def lower_all_hands(meeting: Meeting, actor: Actor, action: a.LowerAllHands, now: datetime) -> Decision:
    """A new beginning."""
    return tuple(e.HandLowered(person) for person in meeting.hands)


def set_chat(meeting: Meeting, actor: Actor, action: a.SetChat, now: datetime) -> Decision:
    """Off, to hosts only, or to everyone."""
    wider = _BREADTH.index(action.mode) > _BREADTH.index(meeting.chat)
    event = e.ChatWidened(action.mode) if wider else e.ChatNarrowed(action.mode)
    return unless_there((event,), there=action.mode is meeting.chat)


def allow_screen(meeting: Meeting, actor: Actor, action: a.AllowScreen, now: datetime) -> Decision:
    """One parent at a time."""
    stopped = (e.ScreenStopped(meeting.screen),) if meeting.screen not in (None, action.person) else ()
    there = meeting.screen == action.person
    return about_parent(
        meeting,
        action.person,
        lambda p: unless_there((*stopped, e.ScreenAllowed(p.id)), there=there),
        present=True,
    )


def stop_screen(meeting: Meeting, actor: Actor, action: a.StopScreen, now: datetime) -> Decision:
    """Once was allowed, and it is over: a host says so, or the parent who shares."""
    if actor.role is Role.PARENT and meeting.screen != actor.person:
        return Refused(Reason.NOT_ALLOWED)
    if meeting.screen is None:
        return ()
    return (e.ScreenStopped(meeting.screen),)


def _lower(meeting: Meeting, person: PersonId) -> Decision:
    return unless_there((e.HandLowered(person),), there=person not in meeting.hands)


def _take(meeting: Meeting) -> tuple[e.Event, ...]:
    speaker = meeting.floor.speaker
    return () if speaker is None else (e.WordTaken(speaker),)


def _pass_to(meeting: Meeting, person: Person, now: datetime) -> tuple[e.Event, ...]:
    if meeting.floor.speaker == person.id:
        return ()
    heard = (e.HandLowered(person.id),) if person.id in meeting.hands else ()
    return (*_take(meeting), e.WordGiven(person.id, now), *heard)


def _can_speak(meeting: Meeting, away: Set[PersonId]) -> list[Person]:
    """The parents in the room whom the word would reach, in the order they first came."""
    return [person for person in present_parents(meeting) if person.id not in away]


def _next(meeting: Meeting, away: Set[PersonId], now: datetime) -> tuple[e.Event, ...]:
    had_it = meeting.floor.spoken | {meeting.floor.speaker}
    waiting = [person for person in _can_speak(meeting, away) if person.id not in had_it]
    return _pass_to(meeting, waiting[0], now) if waiting else (*_take(meeting), e.FloorOpened())
