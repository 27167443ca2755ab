"""What is held about one person, whole and in plain words: for themself.

Found by the tables' own references, so that a new table is not forgotten. Left out is what concerns somebody
else as much: who is kept apart from whom, hosts' notes on whole sessions, who of the staff did something. And
what would let somebody in.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.engine import Row

from server.crypto import Place
from server.data.tables import SEALED, account, apart, journal, member
from server.house import House
from server.retention.belongings import belongings
from server.retention.erasing import about

Value = str | int | bool | None

_OF_TWO = frozenset({apart})
_OPENS = frozenset({"secret", "pin", "pin_tries"})
_FOR_WORKERS = frozenset({("member", "contact"), ("visit", "place"), ("exclusion", "note")})
WITHHELD = "withheld"
"""In place of what only workers may see: one of them can hand it over."""

_CODES = ("reason", "word", "against", "mark", "feature", "mode", "until", "agreed")


@dataclass(frozen=True)
class Dossier:
    """Everything about one person: rows by table, and what the audit says they did or was done to them."""

    person: str
    group: str
    at: datetime
    rows: Mapping[str, Sequence[Mapping[str, Value]]]
    audit: Sequence[Mapping[str, Value]]

    def as_json(self) -> str:
        """For a machine to read."""
        told = {"person": self.person, "at": self.at.isoformat(), "held": self.rows, "audit": self.audit}
        return json.dumps(told, indent=2, ensure_ascii=False)


async def export(house: House, person: str, *, for_worker: bool) -> Dossier | None:
    """What is held about a member. None: there is no such member."""
    rows: dict[str, list[dict[str, Value]]] = {}
    async with house.database.reading() as connection:
        for table, condition in belongings(person).items():
            if table in _OF_TWO:
                continue
            wanted = select(table).where(condition).order_by(*table.primary_key)
            found = (await connection.execute(wanted)).all()
            if found:
                rows[table.name] = [_told(house, table, row, for_worker=for_worker) for row in found]
        lines = (
            select(journal).where(about(person)).order_by(journal.c.at, journal.c.stream, journal.c.sequence)
        )
        audit = [_line(row, person) for row in await connection.execute(lines)]
    if member.name not in rows:
        return None
    return Dossier(person, str(rows[member.name][0]["group"]), house.clock.now(), rows, audit)


def _told(house: House, table: Table, row: Row[Any], *, for_worker: bool) -> dict[str, Value]:
    place = "/".join(
        getattr(row, key.name) for key in table.primary_key if isinstance(getattr(row, key.name), str)
    )
    told: dict[str, Value] = {}
    for column in table.columns:
        value = getattr(row, column.name)
        if column.name in _OPENS or any(key.column.table is account for key in column.foreign_keys):
            continue
        if value is not None and not for_worker and (table.name, column.name) in _FOR_WORKERS:
            told[column.name] = WITHHELD
        elif value is not None and column.info.get(SEALED):
            told[column.name] = house.keys.open(value, Place(table.name, column.name, place))
        else:
            told[column.name] = _plain(value)
    return told


def _line(row: Row[Any], person: str) -> dict[str, Value]:
    """When, what and why; of others nothing."""
    record = json.loads(row.record)
    codes = {code: record[code] for code in _CODES if record.get(code) is not None}
    return {"at": row.at.isoformat(), "event": row.event, "by_yourself": row.person == person, **codes}


def _plain(value: object) -> Value:
    match value:
        case datetime() | date():
            return value.isoformat()
        case None | bool() | int() | str():
            return value
        case _:
            raise TypeError(f"{type(value).__name__} cannot be handed over")
