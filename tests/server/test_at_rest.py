"""What a thief finds in the database, and in the log: nothing to read."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import structlog

from server import logs
from server.auth import Role
from tests.server.conftest import PASSWORD, TOTP, Place


async def an_evening(place: Place) -> list[str]:
    """People come and go; gives every word that must not be found anywhere."""
    link = await place.invite("Rosalind")
    parent = await place.parent("Wilhelmina", link)
    host, admin = await place.staff(Role.FACILITATOR), await place.staff(Role.ADMIN)
    await admin.open(f"/staff/groups/{place.group}")
    wrong = await host.open("/staff/sign-in")
    stranger = place.visitor()
    wrong = await stranger.open("/staff/sign-in")
    await stranger.submit(wrong, email="barnaby@secret.example", password="hunter2-hunter2", code="123456")
    await stranger.open("/i/" + "Zq" * 21 + "Z")
    await stranger.open("/nowhere/Ermintrude")
    page = await admin.submit(
        await admin.open(f"/staff/groups/{place.group}/invites/new"), label="Persephone"
    )
    told = {"plan": "ring_contact", "number": "07700900987", "word": "Clementine"}
    await parent.submit(await parent.open("/if-i-leave"), **told)
    await parent.submit(await parent.open("/joining-from"), place="Nightingale Close")
    await host.submit(await host.open(f"/staff/sessions/{place.meeting}/debrief"), note="Bartholomew cried")
    told = {"email": "rosencrantz@secret.example", "earliest": "18:00", "latest": "21:00", "agreed": "yes"}
    posted = await admin.submit(
        await admin.open(f"/staff/groups/{place.group}/invites/new"), label="Guildenstern", pin="yes", **told
    )
    pin = posted.html.split('class="pin">')[1].split("<")[0]
    letter = posted.html.split("/i/")[1].split('"')[0]
    joining = await admin.submit(
        await admin.open("/staff/colleagues/new"), email="ophelia@secret.example", role="worker"
    )
    fresh = page.html.split("/i/")[1].split('"')[0]
    values = [
        cookie.split("=")[1] for one in (parent, host, admin, stranger) for cookie in one.cookies.split("; ")
    ]
    return [
        *values,
        fresh,
        link.removeprefix("/i/"),
        *(pin, letter, joining.html.split("/staff/join/")[1].split('"')[0]),
        *("rosencrantz", "Guildenstern", "ophelia", TOTP),
        *("Rosalind", "Wilhelmina", "Persephone", "Ermintrude", "barnaby", "hunter2", "Zq" * 10),
        *("07700900987", "Clementine", "Nightingale", "Bartholomew"),
        *("admin@example.org", "facilitator@example.org", PASSWORD),
    ]


async def test_no_name_secret_or_address_is_readable_in_the_database(
    place_with_mail: Place, furnished_file: Path
) -> None:
    words = await an_evening(place_with_mail)
    files = furnished_file.parent.glob("hearth.db*")
    raw = b"".join(file.read_bytes() for file in files)
    assert b"Tuesday group" in raw, "these are the right files"
    for word in words:
        for form in (word, word.lower(), word.upper()):
            assert form.encode() not in raw, word
            assert form.encode("utf-16-le") not in raw, word


@pytest.fixture
def log() -> Iterator[StringIO]:
    """The platform's own log, at its most talkative."""
    root, written = logging.getLogger(), StringIO()
    handlers, level = root.handlers[:], root.level
    logs.set_up("debug", written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def test_no_name_secret_or_address_reaches_the_log(log: StringIO, place_with_mail: Place) -> None:
    words = await an_evening(place_with_mail)
    library, ours = logging.getLogger("aiohttp.server"), logs.get("server.test")
    try:
        raise ValueError("Wilhelmina")
    except ValueError as error:
        library.exception("Error handling request from %s", "192.0.2.7")
        ours.error("it failed", exc_info=error, name="Wilhelmina", seat="5" * 24, token="Zq" * 20, count=3)
    library.warning(f"Wilhelmina said {len(words)} things")
    logging.getLogger("signalling.test").warning("a seat said %s", "Wilhelmina", extra={"meeting": "6" * 24})
    written = log.getvalue()
    lines = [json.loads(line) for line in written.splitlines()]
    assert len(lines) >= 3
    for word in (*words, "192.0.2.7", "127.0.0.1"):
        assert word not in written, word
    (said,) = [line for line in lines if line["event"] == "a seat said …"]
    assert said["meeting"] == "6" * 24
    assert any(line["event"].startswith("test_at_rest.py:") for line in lines), (
        "where a library spoke, not what"
    )
    (failed,) = [line for line in lines if line["event"] == "it failed"]
    assert (failed["seat"], failed["count"], failed["error"]) == ("5" * 24, 3, "ValueError")
    assert (failed["name"], failed["token"]) == (logs.DROPPED, logs.DROPPED)
    assert failed["at"][0].endswith("test_no_name_secret_or_address_reaches_the_log")


async def test_whoever_is_refused_a_page_is_logged_by_the_routes_pattern(log: StringIO, place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    assert (await admin.open(f"/staff/sessions/{place.meeting}")).status == 403
    (said,) = [line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == "refused"]
    assert (said["route"], said["status"]) == ("/staff/sessions/{meeting}", 403)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("5" * 24, True),
        ("house", True),
        (7, True),
        (Role.ADMIN, True),
        (Role, True),
        (None, True),
        ("/staff/groups/{group}", True),
        ("Sam", False),
        ("sam", False),
        ("SAM", False),
        ("/i/" + "Aa1-_" * 8 + "abc", False),
        ("192.0.2.1", False),
        ("a@b.example", False),
        (["Sam"], False),
        ({"name": "Sam"}, False),
        (b"Sam", False),
    ],
)
def test_only_what_can_be_nobodys_is_kept(value: object, kept: bool) -> None:
    assert (logs.harmless(value) != logs.DROPPED) == kept
