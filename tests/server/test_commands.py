"""The command line."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server import __main__ as commands
from server import logs

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


def test_accounts_are_made_in_one_area(database_file: Path) -> None:
    told = ("--email", "a@example.org", "--name", "Ali", "--password", "a long password")
    assert run("create-admin", *told).exit_code == 0
    told = ("--email", "j@example.org", "--name", "Jo", "--password", "a long password")
    assert run("create-facilitator", "--kind", "lived_experience", *told).exit_code == 0
    with sqlite3.connect(database_file) as database:
        areas = database.execute("SELECT count(*) FROM area").fetchone()
        kinds = database.execute("SELECT role, kind FROM account ORDER BY role").fetchall()
    database.close()
    assert areas == (1,)
    assert kinds == [("admin", None), ("facilitator", "lived_experience")]


def test_a_second_account_with_the_same_address_is_refused() -> None:
    told = ("--email", "a@example.org", "--name", "Ali", "--password", "a long password")
    run("create-admin", *told)
    again = run("create-admin", *told)
    assert again.exit_code == 1
    assert "already" in again.output


def test_a_short_password_is_refused() -> None:
    result = run("create-admin", "--email", "a@example.org", "--name", "Ali", "--password", "short")
    assert result.exit_code == 1
    assert "at least 12" in result.output


@pytest.mark.parametrize("command", ["serve", "migrate", "seed-demo"])
def test_a_wrong_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("HEARTH_PORT", "many")
    result = run(command)
    assert result.exit_code == 2
    assert result.output.startswith("HEARTH_PORT")
    assert result.output.count("\n") == 1
