"""The command line."""

import json
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server import __main__ as commands
from server import logs
from server.data import chain
from server.data.checkpoints import START

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, database_file: Path) -> None:
    """A migrated database, and logs left as they are."""
    monkeypatch.setenv("HEARTH_KEY", KEY)
    monkeypatch.setenv("HEARTH_DATABASE_URL", f"sqlite+aiosqlite:///{database_file}")
    monkeypatch.setattr(logs, "set_up", lambda level: None)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.main, arguments)


def test_the_demo_prints_sign_ins_and_links_as_one_line_of_json() -> None:
    result = run("seed-demo", "--parents", "4")
    assert result.exit_code == 0, result.output
    made = json.loads(result.output)
    assert [person["role"] for person in made["staff"]] == ["admin", "facilitator"]
    assert len(set(made["parents"])) == 4
    assert all(link.startswith("http://localhost:8080/i/") for link in made["parents"])
    assert made["meeting"] != made["group"]


def test_the_demo_leaves_a_database_with_people_alone() -> None:
    assert run("seed-demo").exit_code == 0
    again = run("seed-demo")
    assert again.exit_code == 1
    assert again.output.count("\n") == 1
    assert "use an empty one" in again.output


def test_whoever_is_to_work_here_gets_a_link_and_no_password(database_file: Path) -> None:
    admin = run("create-admin", "--email", "a@example.org")
    host = run("create-facilitator", "--kind", "lived_experience", "--email", "j@example.org")
    for made in (admin, host):
        assert made.exit_code == 0
        assert made.stdout.splitlines()[-1].startswith("http://localhost:8080/staff/join/")
    with sqlite3.connect(database_file) as database:
        areas = database.execute("SELECT count(*) FROM area").fetchone()
        accounts = database.execute("SELECT count(*) FROM account").fetchone()
        kinds = database.execute("SELECT role, kind FROM staff_invite ORDER BY role").fetchall()
    database.close()
    assert (areas, accounts) == ((1,), (0,))
    assert kinds == [("admin", None), ("facilitator", "lived_experience")]


def test_somebody_with_an_account_is_not_invited_again() -> None:
    assert run("seed-demo").exit_code == 0
    again = run("create-admin", "--email", "Admin@demo.invalid")
    assert again.exit_code == 1
    assert "already" in again.output


def test_whoever_lost_every_way_in_gets_a_link_to_start_anew() -> None:
    assert run("seed-demo").exit_code == 0
    link = run("renew-sign-in", "--email", "admin@demo.invalid")
    assert link.exit_code == 0
    assert link.stdout.splitlines()[-1].startswith("http://localhost:8080/staff/join/")
    assert run("renew-sign-in", "--email", "nobody@demo.invalid").exit_code == 1


@pytest.mark.parametrize("command", ["serve", "migrate", "seed-demo", "verify-journal"])
def test_a_wrong_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("HEARTH_PORT", "many")
    result = run(command)
    assert result.exit_code == 2
    assert result.output.startswith("HEARTH_PORT")
    assert result.output.count("\n") == 1


def write_lines(database_file: Path) -> None:
    lines = chain.linked(
        START,
        (
            {
                "stream": "7" * 24,
                "sequence": number,
                "at": datetime(2026, 3, 3, 19, number, tzinfo=UTC),
                **{"role": "house", "person": "house", "seat": "house", "event": "Locked", "whom": ""},
                "record": "{}",
            }
            for number in (1, 2, 3)
        ),
    )
    columns = ", ".join(lines[0])
    with sqlite3.connect(database_file) as database:
        for line in lines:
            values = [
                value.strftime("%Y-%m-%d %H:%M:%S.%f") if name == "at" else value
                for name, value in line.items()
            ]
            marks = ", ".join("?" * len(values))
            database.execute(f"INSERT INTO journal ({columns}) VALUES ({marks})", values)  # noqa: S608
    database.close()


def test_a_journal_that_holds_is_said_to_hold(database_file: Path) -> None:
    write_lines(database_file)
    result = run("verify-journal")
    assert result.exit_code == 0
    assert result.output.startswith("the journal holds: 3 lines in 1 streams, mark ")


def test_a_journal_that_was_changed_is_named_by_stream_and_sequence(database_file: Path) -> None:
    write_lines(database_file)
    with sqlite3.connect(database_file) as database:
        database.execute("DROP TRIGGER journal_stays_on_update")
        database.execute("UPDATE journal SET person = 'x' WHERE sequence = 2")
    database.close()
    result = run("verify-journal")
    assert result.exit_code == 1
    assert f"stream {'7' * 24} breaks at sequence 2" in result.output


def test_a_backup_is_made_and_restored_by_one_command_each(
    monkeypatch: pytest.MonkeyPatch, migrated: Path, tmp_path: Path
) -> None:
    assert run("seed-demo").exit_code == 0
    file = str(tmp_path / "backup.hearth")
    assert run("backup", file).exit_code == 0
    assert "exists already" in run("backup", file).output
    assert "has something in it" in run("restore", file).output
    empty = shutil.copy(migrated, tmp_path / "new.db")
    monkeypatch.setenv("HEARTH_DATABASE_URL", f"sqlite+aiosqlite:///{empty}")
    assert run("restore", file).exit_code == 0
    assert "use an empty one" in run("seed-demo").output
    assert run("reseal").output.splitlines()[-1].startswith("sealed ")


def somebody(database_file: Path) -> str:
    """The id of one of the demo's parents."""
    assert run("seed-demo").exit_code == 0
    with sqlite3.connect(database_file) as database:
        found: str = database.execute("SELECT id FROM member").fetchone()[0]
    database.close()
    return found


def test_a_purge_says_what_went() -> None:
    result = run("purge")
    assert result.exit_code == 0
    assert result.output.splitlines()[:2] == ["locations: 0", "join_times: 0"]


def test_what_is_held_about_somebody_is_printed_as_text_or_json_and_written_down(database_file: Path) -> None:
    person = somebody(database_file)
    text, machine = run("export-person", person), run("export-person", person, "--as", "json")
    assert "What we hold about you" in text.output
    assert "Who you are here" in text.output
    assert json.loads(machine.output)["person"] == person
    with sqlite3.connect(database_file) as database:
        lines = database.execute("SELECT role, event, whom FROM journal").fetchall()
    database.close()
    assert lines == [("house", "PersonShown", person)] * 2


def test_erasing_somebody_asks_first_and_prints_a_receipt(database_file: Path) -> None:
    person = somebody(database_file)
    assert run("erase-person", person).exit_code == 1
    assert run("export-person", person).exit_code == 0
    done = run("erase-person", person, "--yes")
    receipt = json.loads(done.output)
    assert (receipt["person"], receipt["why"], receipt["counts"]["member"]) == (person, "asked", 1)
    assert run("verify-journal").exit_code == 0


@pytest.mark.parametrize("command", [("export-person",), ("erase-person", "--yes")])
def test_nobody_is_found_whom_nobody_knows(command: tuple[str, ...]) -> None:
    result = run(*command, "0" * 24)
    assert result.exit_code == 1
    assert "nobody with this id" in result.output
