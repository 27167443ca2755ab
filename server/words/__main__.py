"""Makes a language's catalogue, or brings it up to date: `python3 dev.py words pl`. See docs/languages.md."""

from collections.abc import Container
from pathlib import Path

import click
from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from server.words.languages import CATALOGUES, Counted
from server.words.sources import PARENTS, everything


def template() -> Catalog:
    """Every sentence there is, with where it stands and what its author calls it."""
    made = Catalog(project="Hearth", version="1", charset="utf-8")
    for found in everything():
        source = found.source
        made.add(
            (source.one, source.many) if isinstance(source, Counted) else source,
            locations=[(found.file, 1)],
            auto_comments=[found.name] if found.name else [],
            flags={"python-brace-format"} if "{" in str(source) else set(),
            context=found.area,
        )
    return made


def bring_up_to_date(file: Path, locale: Locale) -> Catalog:
    """Take in new sentences and let old ones go; what changed a little is kept, marked as not sure."""
    if file.exists():
        with file.open("rb") as opened:
            catalog = read_po(opened, locale=str(locale), abort_invalid=True)
    else:
        catalog = Catalog(locale=locale, project="Hearth", version="1", charset="utf-8", fuzzy=False)
    catalog.update(template())
    with file.open("wb") as opened:
        write_po(opened, catalog, width=100, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    return catalog


def how_far(catalog: Catalog, areas: Container[str]) -> str:
    """How many sentences of these areas are said in this language."""
    said = [is_said(message) for message in catalog if message.id and (message.context or "") in areas]
    return f"{sum(said)} of {len(said)}"


def is_said(message: Message) -> bool:
    """Whether all forms of a sentence are there, and somebody is sure of them."""
    forms = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(forms) and not message.fuzzy


@click.command()
@click.argument("tag")
def main(tag: str) -> None:
    """TAG is the language's short name, such as pl or cy."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    CATALOGUES.mkdir(exist_ok=True)
    file = CATALOGUES / f"{tag}.po"
    catalog = bring_up_to_date(file, locale)
    everywhere = {message.context or "" for message in catalog}
    click.echo(f"{file.name}, {locale.get_display_name('en')}:")
    click.echo(f"  what parents read: {how_far(catalog, PARENTS)} sentences")
    click.echo(f"  all there is: {how_far(catalog, everywhere)} sentences")


if __name__ == "__main__":
    main()
