"""Every safety decision is in an append-only journal: who, what, whom, when and why; never what was said."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from moderation.model import RemovalReason
from moderation.records import from_record
from tests.hostile.premises import Evening

ID = re.compile(r"[0-9a-f]{24}|house|")


@contextmanager
def _opened(evening: Evening) -> Iterator[sqlite3.Connection]:
    """The database, opened by somebody with the file in their hands."""
    with closing(sqlite3.connect(evening.premises.database, isolation_level=None, timeout=10)) as database:
        database.row_factory = sqlite3.Row
        yield database


def _lines(evening: Evening) -> list[sqlite3.Row]:
    with _opened(evening) as database:
        wanted = "SELECT * FROM journal WHERE stream = ? ORDER BY sequence"
        return list(database.execute(wanted, (evening.meeting,)))


async def test_every_decision_says_who_what_whom_and_when(tonight: Evening) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    host, _ = await tonight.host()
    asha, ben = await tonight.admitted(host, "Asha", "Ben")
    decisions: list[tuple[str, dict[str, Any], str, str]] = [
        ("mute", {"person": asha.person}, "MutedByHost", asha.person),
        ("lift", {"person": asha.person}, "MuteLifted", asha.person),
        ("hold_camera", {"person": ben.person}, "CameraHeld", ben.person),
        ("lift_camera", {"person": ben.person}, "CameraLifted", ben.person),
        ("return_to_waiting", {"person": ben.person}, "ReturnedToWaiting", ben.person),
        ("decline", {"person": ben.person}, "Declined", ben.person),
        ("restore", {"person": ben.person}, "Restored", ben.person),
        ("remove", {"person": asha.person, "reason": "broke_agreement"}, "Removed", asha.person),
        ("restore", {"person": asha.person}, "Restored", asha.person),
        ("lock", {}, "Locked", ""),
        ("unlock", {}, "Unlocked", ""),
        ("end", {}, "Ended", ""),
    ]
    for do, fields, event, whom in decisions:
        sequence = await host.must(do, **fields)
        line = next(line for line in _lines(tonight) if line["sequence"] == sequence)
        assert (line["role"], line["person"], line["seat"]) == ("facilitator", host.person, host.seat), do
        assert (line["event"], line["whom"]) == (event, whom)
        at = datetime.fromisoformat(str(line["at"])).replace(tzinfo=UTC)
        assert began <= at <= datetime.now(UTC) + timedelta(seconds=1)
    lines = _lines(tonight)
    assert [line["sequence"] for line in lines] == list(range(1, len(lines) + 1))
    happened = {line["event"] for line in lines}
    assert {"HostEntered", "Opened", "HostAttended", "Resumed", "Arrived", "Admitted"} <= happened
    (removal,) = [json.loads(line["record"]) for line in lines if line["event"] == "Removed"]
    assert removal["reason"] == "broke_agreement"


async def test_the_journal_holds_ids_and_codes_and_no_word_of_anybodys(tonight: Evening) -> None:
    host, _ = await tonight.host()
    asha, _ = await tonight.admitted(host, "Asha", "Ben")
    await host.must("remove", person=asha.person, reason="unsafe")
    codes = {reason.value for reason in RemovalReason}
    for line in _lines(tonight):
        for column in ("stream", "person", "seat", "whom"):
            assert ID.fullmatch(line[column]), column
        record = json.loads(line["record"])
        from_record(record)
        assert record.pop("event") == line["event"]
        for value in record.values():
            assert ID.fullmatch(str(value)) or value in codes or _is_no_text(value), value


def _is_no_text(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return datetime.fromisoformat(value).tzinfo is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET person = 'somebody'",
        "UPDATE journal SET at = '2020-01-01'",
        "UPDATE OR REPLACE journal SET sequence = sequence + 1000",
        "DELETE FROM journal",
        "DELETE FROM journal WHERE sequence = (SELECT max(sequence) FROM journal)",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal",
        "REPLACE INTO journal SELECT stream, sequence, at, role, 'x', seat, event, whom, record FROM journal",
        "INSERT INTO journal SELECT stream, sequence + 9, at, role, person, seat, event, '', '' FROM journal",
        "INSERT INTO journal SELECT stream, 0, at, role, person, seat, event, '', '' FROM journal",
    ],
)
async def test_the_database_itself_refuses_to_change_the_journal(tonight: Evening, statement: str) -> None:
    await tonight.host()
    before = [tuple(line) for line in _lines(tonight)]
    assert before
    with _opened(tonight) as database, pytest.raises(sqlite3.Error):
        database.execute(statement)
    assert [tuple(line) for line in _lines(tonight)][: len(before)] == before


async def test_what_was_refused_is_not_written_as_if_it_had_happened(tonight: Evening) -> None:
    host, _ = await tonight.host()
    asha, ben = await tonight.admitted(host, "Asha", "Ben")
    before = len(_lines(tonight))
    assert (await asha.act("remove", person=ben.person, reason="other"))["ok"] is False
    assert (await host.act("mute", person=host.person))["ok"] is False
    assert (await host.act("admit", seat="0" * 24))["ok"] is False
    assert len(_lines(tonight)) == before
