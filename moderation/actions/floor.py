"""Who speaks, writes and shows, and what is paused."""

from dataclasses import dataclass

from moderation.model import ChatMode, Feature, PersonId


@dataclass(frozen=True, slots=True)
class Pause:
    """Freeze all sound, picture, chat and hands."""


@dataclass(frozen=True, slots=True)
class ResumeFeature:
    """Let one of them come back."""

    feature: Feature


@dataclass(frozen=True, slots=True)
class HoldFloor:
    """Microphones by invitation: nobody speaks whom a host has not given the word."""


@dataclass(frozen=True, slots=True)
class OpenFloor:
    """Everyone may use their microphone again."""


@dataclass(frozen=True, slots=True)
class GiveWord:
    """Let one parent use the microphone while the floor is held."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class TakeWord:
    """End the speaker's turn."""


@dataclass(frozen=True, slots=True)
class PassWord:
    """The actor has the word and passes it on. `away` as in NextInRound."""

    away: frozenset[PersonId] = frozenset()


@dataclass(frozen=True, slots=True)
class StartRound:
    """Give the word to one present parent after the other. `away` as in NextInRound."""

    away: frozenset[PersonId] = frozenset()


@dataclass(frozen=True, slots=True)
class NextInRound:
    """Pass the word on in a round.

    `away` have a place in the room and nobody is connected to it: their line broke off. The house says who.
    """

    away: frozenset[PersonId] = frozenset()


@dataclass(frozen=True, slots=True)
class RaiseHand:
    """The actor asks to speak."""


@dataclass(frozen=True, slots=True)
class LowerOwnHand:
    """The actor no longer asks to speak."""


@dataclass(frozen=True, slots=True)
class LowerHand:
    """Lower a parent's hand."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class LowerAllHands:
    """Lower every hand."""


@dataclass(frozen=True, slots=True)
class SetChat:
    """Say who reads what parents write."""

    mode: ChatMode


@dataclass(frozen=True, slots=True)
class AllowScreen:
    """Let one parent share the screen, for once."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class StopScreen:
    """Stop the parent's shared screen."""
