"""The command line: serving, and what whoever runs the server does by hand."""

import asyncio
import gc
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import click
from aiohttp import web
from sqlalchemy import select

from server import accounts, auth, config, demo, groups, logs, members
from server.app import build
from server.auth import Kind, Role
from server.caretaker import PortTaken
from server.config import Config
from server.crypto import KeyRing, Unreadable
from server.data import backup as backups
from server.data import chain
from server.data.reseal import reseal
from server.data.store import Database, NotMigrated, migrate
from server.data.tables import area
from server.deeds import Deed, record
from server.embedded import EngineWillNotStart
from server.house import House, SystemClock
from server.pages.render import NoBundle
from server.retention import erasing, exporting, purging
from server.retention.erasing import Receipt, Why
from server.retention.exporting import Dossier
from server.retention.reading import readable
from signalling.meeting.errors import JournalDown

Made = TypeVar("Made")

IDLE_WITHIN = 75  # seconds for a request to come as far as its headers; a proxy in front gives up sooner


@click.group()
def main() -> None:
    """Hearth. Settings come from HEARTH_ variables."""


@main.command()
def serve() -> None:
    """Serve pages, events and media until told to stop."""
    settings = _settings()
    try:
        app = build(settings)
    except NoBundle as missing:
        raise click.ClickException(str(missing)) from None
    _run(app, settings)


def _run(app: web.Application, settings: Config) -> None:
    app.on_startup.append(_settle)
    try:
        web.run_app(
            app,
            host=settings.host,
            port=settings.port,
            print=None,
            access_log=None,
            shutdown_timeout=2,
            keepalive_timeout=IDLE_WITHIN,
        )
    except (NotMigrated, EngineWillNotStart, PortTaken) as error:
        raise click.ClickException(str(error)) from None
    except JournalDown:
        raise click.ClickException("the database does not answer: look at HEARTH_DATABASE_URL") from None
    except OSError as error:
        place = f"{settings.host}:{settings.port}"
        raise click.ClickException(f"cannot serve at {place}: {os.strerror(error.errno or 0)}") from None


async def _settle(_: web.Application) -> None:
    """What the start has made stays: the collector of garbage, going through it, would hold up all else."""
    gc.freeze()


@main.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to this version's tables."""
    migrate(_settings().database_url)


@main.command()
@click.option("--area", "title", default="Main", show_default=True, help="The organisation's place.")
@click.option("--email", prompt=True)
def create_admin(title: str, email: str) -> None:
    """Print a link by which somebody becomes an admin. Makes the area if it is new."""
    _invite(Role.ADMIN, title, email, None)


@main.command()
@click.option("--area", "title", default="Main", show_default=True, help="The organisation's place.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), default=Kind.WORKER.value)
@click.option("--email", prompt=True)
def create_facilitator(title: str, kind: str, email: str) -> None:
    """Print a link by which somebody becomes a facilitator. Admins do this on their pages."""
    _invite(Role.FACILITATOR, title, email, Kind(kind))


@main.command()
@click.option("--email", prompt=True)
def renew_sign_in(email: str) -> None:
    """Print a link by which somebody who cannot sign in any more sets it up anew."""

    async def renew(house: House) -> str | None:
        found = await accounts.by_email(house, email)
        if found is None:
            return None
        secret = await accounts.renew(house, *found, None)
        await record(house, found[1], None, Deed.STAFF_RENEWED, found[0])
        return secret

    secret = _in_house(renew)
    if secret is None:
        raise click.ClickException("there is no account with this e-mail address")
    _tell(secret)


@main.command()
@click.option("--parents", type=click.IntRange(0, 200), default=3, show_default=True)
def seed_demo(parents: int) -> None:
    """Fill an empty database with a session that is on now; prints sign-ins and links as JSON."""
    try:
        made = _in_house(lambda house: demo.seed(house, parents))
    except demo.NotEmpty:
        raise click.ClickException("this database has people in it already: use an empty one") from None
    click.echo(json.dumps(asdict(made)))


@main.command()
def verify_journal() -> None:
    """Follow the chain of every stream of the journal; says where it breaks."""
    try:
        found = _in_house(lambda house: chain.verify(house.database, house.keys))
    except JournalDown:
        raise click.ClickException("the database does not answer: look at HEARTH_DATABASE_URL") from None
    for broken in found.breaks:
        click.echo(f"stream {broken.stream} breaks at sequence {broken.sequence}")
    if found.breaks:
        raise click.ClickException(f"{len(found.breaks)} of {found.streams} streams do not hold")
    gone = f", {found.purged} more purged at signed checkpoints" if found.purged else ""
    click.echo(f"the journal holds: {found.lines} lines in {found.streams} streams{gone}, mark {found.mark}")


@main.command()
def purge() -> None:
    """Delete whatever has been kept for long enough; says what went. The platform does it daily by itself."""
    try:
        done = _in_house(purging.purge_all)
    except JournalDown:
        raise click.ClickException("the database does not answer: look at HEARTH_DATABASE_URL") from None
    for name, count in done.counts.items():
        click.echo(f"{name}: {count}")


@main.command()
@click.argument("person")
@click.option("--as", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def export_person(person: str, form: str) -> None:
    """Print what is held about one member of a group, whole. PERSON is their id, as their page shows it."""

    async def export(house: House) -> Dossier | None:
        found = await exporting.export(house, person, for_worker=True)
        if found is not None:
            await record(house, found.group, None, Deed.PERSON_SHOWN, person)
        return found

    found = _in_house(export)
    if found is None:
        raise click.ClickException("there is nobody with this id")
    click.echo(found.as_json() if form == "json" else readable(found))


@main.command()
@click.argument("person")
@click.confirmation_option(prompt="Everything about this person is deleted for good. Go on?")
def erase_person(person: str) -> None:
    """Erase one member of a group, and print the receipt as JSON. PERSON is their id."""

    async def erase(house: House) -> Receipt | None:
        await members.leave(house, person)
        done = await erasing.erase(house, person, Why.ASKED)
        if done is not None:
            await record(house, done.group, None, Deed.PERSON_ERASED, person)
        return done

    receipt = _in_house(erase)
    if receipt is None:
        raise click.ClickException("there is nobody with this id")
    click.echo(receipt.as_json())


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database, encrypted with HEARTH_KEY, to a new FILE."""
    try:
        count = _in_house(lambda house: backups.write(house.database, house.keys, file))
    except FileExistsError:
        raise click.ClickException(f"{file} exists already") from None
    except OSError as error:
        raise click.ClickException(f"{file}: {os.strerror(error.errno or 0)}") from None
    click.echo(f"wrote {count} rows")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty, migrated database from FILE. Everybody has to open their link or sign in again."""
    try:
        count = _in_house(lambda house: backups.restore(house.database, house.keys, file))
    except backups.BadBackup:
        raise click.ClickException("this is not a whole backup that one of HEARTH_KEY's keys opens") from None
    except backups.NotEmpty:
        raise click.ClickException("this database has something in it already: use an empty one") from None
    except backups.OtherTables as other:
        raise click.ClickException(f"{other}: use the version that wrote it, then migrate") from None
    click.echo(f"restored {count} rows")


@main.command(name="reseal")
def reseal_command() -> None:
    """Encrypt everything with the newest key of HEARTH_KEY; afterwards the older ones can go."""

    async def change(house: House) -> int:
        count = await reseal(house.database, house.keys)
        async with house.database.reading() as connection:
            areas = (await connection.execute(select(area.c.id))).scalars().all()
        for one in areas:
            await record(house, one, None, Deed.KEYS_CHANGED, "")
        return count

    try:
        count = _in_house(change)
    except Unreadable as unreadable:
        raise click.ClickException(f"a key is missing: {unreadable} cannot be read") from None
    click.echo(f"sealed {count} values with the newest key")


def _invite(role: Role, title: str, email: str, kind: Kind | None) -> None:
    async def invite(house: House) -> str:
        async with house.database.reading() as connection:
            known = (await connection.execute(select(area.c.id).where(area.c.title == title))).scalar()
        place = known or await groups.create_area(house, title)
        secret = await accounts.invite(house, place, role, kind, email, None)
        await record(
            house, place, None, Deed.STAFF_INVITED, "", role=role.value if kind is None else kind.value
        )
        return secret

    try:
        _tell(_in_house(invite))
    except auth.EmailTaken:
        raise click.ClickException("there is an account with this e-mail address already") from None


def _tell(secret: str) -> None:
    """The link goes to standard output alone, so that it can be passed on without being shown."""
    click.echo("This link works once, for three days. Whoever opens it signs in:", err=True)
    click.echo(f"{_settings().origin}/staff/join/{secret}")


def _in_house(work: Callable[[House], Awaitable[Made]]) -> Made:
    settings = _settings()

    async def run() -> Made:
        house = House(settings, Database(settings.database_url), KeyRing(settings.key), SystemClock())
        try:
            return await work(house)
        finally:
            await house.database.close()

    return asyncio.run(run())


def _settings() -> Config:
    try:
        settings = config.load()
    except config.BadConfig as bad:
        for line in bad.lines:
            click.echo(line, err=True)
        sys.exit(2)
    logs.set_up(settings.log_level)
    return settings


if __name__ == "__main__":
    main()
