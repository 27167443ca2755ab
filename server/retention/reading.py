"""What is held about a person, as text that they can read."""

from collections.abc import Mapping, Sequence

from server.retention.exporting import WITHHELD, Dossier, Value
from server.words import words

Row = tuple[str, str]


def sections(dossier: Dossier) -> Sequence[tuple[str, Sequence[Sequence[Row]]]]:
    """A title for each kind of thing, and each thing as names and values. What is not there is left out."""
    held = [(kind_of_thing(table), [_rows(row) for row in rows]) for table, rows in dossier.rows.items()]
    return [*held, (words.kept.held_audit, [_rows(line) for line in dossier.audit])]


def kind_of_thing(table: str) -> str:
    """What the rows of a table are to whom they are about."""
    return _name("held", table)


def readable(dossier: Dossier) -> str:
    """All of it as plain text."""
    text = [words.kept.held_title, words.kept.held_text, ""]
    for title, things in sections(dossier):
        text += [title, "-" * len(title)]
        for thing in things:
            text += [f"{name}: {value}" for name, value in thing]
            text.append("")
    return "\n".join(text)


def _rows(told: Mapping[str, Value]) -> list[Row]:
    return [
        (_name("field", name), _said(name, value)) for name, value in told.items() if value not in (None, "")
    ]


def _said(name: str, value: Value) -> str:
    if value == WITHHELD:
        return str(words.kept.withheld)
    if isinstance(value, bool):
        return str(words.kept.yes if value else words.kept.no)
    if name == "event":
        return str(getattr(words.audit, f"did_{value}", value))
    return str(value)


def _name(area: str, name: str) -> str:
    """In plain words; a column that nobody has named yet is called what it is called."""
    return str(getattr(words.kept, f"{area}_{name}", name.replace("_", " ").capitalize()))
