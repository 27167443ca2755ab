"""Who may speak, write and show, and what was paused."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from moderation.model import ChatMode, Feature, FloorMode, PersonId


@dataclass(frozen=True, slots=True)
class Paused:
    """All sound, picture, chat and hands were frozen."""

    restricts: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class FeatureResumed:
    """One of what was paused came back."""

    restricts: ClassVar[bool] = False
    feature: Feature


@dataclass(frozen=True, slots=True)
class FloorHeld:
    """Microphones need a host's word, one at a time."""

    restricts: ClassVar[bool] = True
    mode: FloorMode


@dataclass(frozen=True, slots=True)
class FloorOpened:
    """Everyone may use their microphone again."""

    restricts: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class WordGiven:
    """One parent may use the microphone while the floor is held."""

    restricts: ClassVar[bool] = False
    person: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class WordTaken:
    """That parent's turn is over."""

    restricts: ClassVar[bool] = True
    person: PersonId


@dataclass(frozen=True, slots=True)
class HandRaised:
    """A parent asks to speak."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class HandLowered:
    """A parent no longer asks to speak, or was heard."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class ChatNarrowed:
    """Fewer people read what parents write."""

    restricts: ClassVar[bool] = True
    mode: ChatMode


@dataclass(frozen=True, slots=True)
class ChatWidened:
    """More people read what parents write."""

    restricts: ClassVar[bool] = False
    mode: ChatMode


@dataclass(frozen=True, slots=True)
class ScreenAllowed:
    """A parent may share the screen, for once."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class ScreenStopped:
    """A parent's screen is no longer shared."""

    restricts: ClassVar[bool] = True
    person: PersonId
