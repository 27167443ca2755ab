"""How long what is kept, read from the settings. The page for admins and the purge go by the same table."""

from dataclasses import dataclass
from datetime import timedelta

from server.config import Config


@dataclass(frozen=True)
class Periods:
    """From when each begins: docs/configuration.md."""

    location: timedelta
    join_times: timedelta
    dead_invites: timedelta
    declined: timedelta
    left: timedelta
    notes: timedelta
    tasks: timedelta
    audit: timedelta


def periods(config: Config) -> Periods:
    """Those of this house."""
    return Periods(
        location=timedelta(hours=config.keep_location_hours),
        join_times=timedelta(days=config.keep_join_times_days),
        dead_invites=timedelta(days=config.keep_dead_invites_days),
        declined=timedelta(days=config.keep_declined_days),
        left=timedelta(days=config.keep_left_days),
        notes=timedelta(days=config.keep_notes_days),
        tasks=timedelta(days=config.keep_tasks_days),
        audit=timedelta(days=config.keep_audit_days),
    )
