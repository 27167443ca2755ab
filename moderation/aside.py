"""The side room: one host and one parent for a while, never at the price of an unattended group."""

from dataclasses import replace
from datetime import datetime

from moderation import actions as a
from moderation import events as e
from moderation.decisions import Decision, Reason, Refused, about_parent, unless_there
from moderation.model import Actor, Aside, Meeting, Phase


def invite_aside(meeting: Meeting, actor: Actor, action: a.InviteAside, now: datetime) -> Decision:
    """The parent is asked, and goes only if they want to."""
    if meeting.phase is not Phase.OPEN:
        return Refused(Reason.NOT_OPEN)
    if meeting.aside is not None:
        return Refused(Reason.ASIDE_TAKEN)
    if not _stays_attended(meeting, Aside(actor.seat, action.person, accepted=True)):
        return Refused(Reason.WOULD_BE_UNATTENDED)
    return about_parent(meeting, action.person, lambda p: (e.AsideInvited(actor.seat, p.id),), present=True)


def accept_aside(meeting: Meeting, actor: Actor, action: a.AcceptAside, now: datetime) -> Decision:
    """The group must still be attended when both have gone."""
    aside = meeting.aside
    if aside is None or aside.parent != actor.person:
        return Refused(Reason.NO_ASIDE)
    if not _stays_attended(meeting, replace(aside, accepted=True)):
        return Refused(Reason.WOULD_BE_UNATTENDED)
    return unless_there((e.AsideAccepted(),), there=aside.accepted)


def join_aside(meeting: Meeting, actor: Actor, action: a.JoinAside, now: datetime) -> Decision:
    """A second host, as witness."""
    aside = meeting.aside
    if aside is None or not aside.accepted:
        return Refused(Reason.NO_ASIDE)
    if actor.seat in aside.hosts:
        return ()
    if aside.witness is not None:
        return Refused(Reason.ASIDE_TAKEN)
    if not _stays_attended(meeting, replace(aside, witness=actor.seat)):
        return Refused(Reason.WOULD_BE_UNATTENDED)
    return (e.AsideJoined(actor.seat),)


def end_aside(meeting: Meeting, actor: Actor, action: a.EndAside, now: datetime) -> Decision:
    """Any host may end it, also before the parent has answered."""
    return unless_there((e.AsideEnded(),), there=meeting.aside is None)


def leave_aside(meeting: Meeting, actor: Actor, action: a.LeaveAside, now: datetime) -> Decision:
    """The parent says no, or has had enough."""
    if meeting.aside is None or meeting.aside.parent != actor.person:
        return Refused(Reason.NO_ASIDE)
    return (e.AsideEnded(),)


def _stays_attended(meeting: Meeting, then: Aside) -> bool:
    return replace(meeting, aside=then).attended()
