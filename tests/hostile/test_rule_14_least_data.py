"""Least data: whoever holds the files, without the key, learns nobody's name, contact, secret or address."""

import base64
import json
import sqlite3
from contextlib import closing
from urllib.parse import quote

from tests.hostile.premises import PASSWORD, Evening, Premises

NAMES = ("Ottoline", "Peregrine")


async def _an_evening(evening: Evening) -> set[str]:
    """Everything personal or secret that the evening made known to the platform."""
    links = list(evening.links)
    host, _ = await evening.host()
    guests = await evening.admitted(host, *NAMES)
    for guest in guests:
        await guest.joins()
    await host.must("mute", person=guests[0].person)
    await host.must("remove", person=guests[1].person, reason="unsafe")
    wrong = evening.stranger()
    page = await wrong.visitor.open("/staff/sign-in")
    await wrong.visitor.submit(page, email="mistyped@valley.example", password="not the right one at all")
    page = await wrong.visitor.open(evening.links.pop())
    while page.path != "/name":
        page = await wrong.visitor.submit(page)
    await wrong.visitor.submit(page, name=NAMES[0])
    secrets = {value for person in (host, *guests) for value in person.cookies.values()}
    secrets |= {link.rpartition("/")[2] for link in links}
    people = {sign.email for sign in evening.premises.staff.values()} | {"mistyped@valley.example"}
    return {*NAMES, *people, *secrets, "Referral 0", "Referral 1", PASSWORD, "not the right one at all"}


def _ways_of_writing(text: str) -> set[bytes]:
    plain = text.encode()
    return {
        plain,
        text.encode("utf-16-le"),
        plain.hex().encode(),
        base64.b64encode(plain).rstrip(b"="),
        quote(text).encode(),
        json.dumps(text).strip('"').encode(),
    }


def _all_bytes(premises: Premises) -> bytes:
    return b"".join(
        path.read_bytes().lower() for path in premises.platform.folder.iterdir() if path.is_file()
    )


async def test_the_files_tell_nobodys_name_contact_or_secret(tonight: Evening, platform: Premises) -> None:
    told = await _an_evening(tonight)
    kept = _all_bytes(platform)
    assert len(kept) > 50_000
    for secret in told:
        for written in _ways_of_writing(secret):
            assert written.lower() not in kept, f"{secret!r} is in the platform's files"


async def test_no_table_holds_an_address_or_a_browser(tonight: Evening, platform: Premises) -> None:
    await _an_evening(tonight)
    with closing(sqlite3.connect(f"file:{platform.database}?mode=ro", uri=True)) as database:
        dump = "\n".join(database.iterdump()).lower()
    for trace in (
        "127.0.0.1",
        "::1",
        "hearth visitor",
        "user-agent",
        "user_agent",
        "candidate:",
        "fingerprint",
    ):
        assert trace not in dump


async def test_the_log_holds_opaque_ids_only(tonight: Evening, platform: Premises) -> None:
    told = await _an_evening(tonight)
    log = platform.platform.log.read_text()
    for trace in (*told, "127.0.0.1", "/i/", "access_token", "eyJ"):
        assert trace.lower() not in log.lower(), trace


async def test_an_invites_secret_and_a_cookie_are_kept_as_their_hashes(tonight: Evening) -> None:
    link = tonight.links[0]
    asha = await tonight.parent("Asha")
    with closing(sqlite3.connect(f"file:{tonight.premises.database}?mode=ro", uri=True)) as database:
        secrets = {
            value for (value,) in database.execute("SELECT secret FROM invite UNION SELECT secret FROM seat")
        }
        passwords = {value for (value,) in database.execute("SELECT password FROM account")}
    assert link.rpartition("/")[2] not in secrets
    assert asha.cookies["seat"] not in secrets
    assert all(len(value) == 64 for value in secrets)
    assert all(value.startswith("$argon2id$") for value in passwords)
