"""What can go wrong when somebody asks something of the engine: one tree."""

from collections.abc import Mapping
from typing import ClassVar


class EngineError(Exception):
    """The root of this package's errors; `text` is safe to show and carries no secret."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class BadSettings(EngineError):
    """The line of settings cannot be used."""


class Refused(EngineError):
    """Somebody may not connect; `status` is the HTTP answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Offence(EngineError):
    """A client does what no well-meaning client does: it is removed."""


class TwirpError(EngineError):
    """A RoomService call fails with one of Twirp's codes."""

    STATUS: ClassVar[Mapping[str, int]] = {
        "invalid_argument": 400,
        "malformed": 400,
        "unauthenticated": 401,
        "permission_denied": 403,
        "not_found": 404,
        "bad_route": 404,
        "failed_precondition": 412,
        "resource_exhausted": 429,
        "internal": 500,
        "unimplemented": 501,
    }

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code

    @property
    def status(self) -> int:
        """The HTTP status that belongs to the code."""
        return self.STATUS[self.code]
