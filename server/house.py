"""What every use case is given: the settings, the database, the keys and the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime

from server.config import Config
from server.crypto import KeyRing
from server.data.store import Database
from signalling.meeting.ports import Clock


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The time now, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """The few things that use cases stand on."""

    config: Config
    database: Database
    keys: KeyRing
    clock: Clock
