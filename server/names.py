"""The name to be called by: what it may look like, and when two names are too alike to share a group."""

import unicodedata
from collections.abc import Sequence

LONGEST_NAME = 30
_INSIDE = frozenset(" -'\u2019.")


def tidy(text: str) -> str:
    """The text without anything that cannot be seen: one form for each letter, single spaces, no ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_name(text: str) -> bool:
    """Whether a tidy text can be spoken as a name: first a letter; then letters, digits and a few signs."""
    if not text or len(text) > LONGEST_NAME or not text[0].isalpha():
        return False
    return all(letter in _INSIDE or unicodedata.category(letter)[0] in "LMN" for letter in text)


def likeness(name: str) -> str:
    """Names of the same likeness would be confused when read out: case, accents and signs do not count."""
    spread = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in spread if letter.isalnum())


def similar(names: Sequence[str]) -> frozenset[str]:
    """Those of these names that could be mixed up with another: alike, a beginning of it, or a slip apart."""
    alike = [(name, likeness(name)) for name in names]
    return frozenset(
        name
        for place, (name, own) in enumerate(alike)
        if any(_is_near(own, other) for at, (_, other) in enumerate(alike) if at != place)
    )


def _is_near(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if shorter == longer:
        return True
    return len(shorter) > 2 and (longer.startswith(shorter) or _is_a_slip(shorter, longer))


def _is_a_slip(shorter: str, longer: str) -> bool:
    """Whether one letter added, left out or exchanged makes one out of the other."""
    if len(longer) - len(shorter) > 1:
        return False
    same = 0
    while same < len(shorter) and shorter[same] == longer[same]:
        same += 1
    rest = shorter[same + 1 :] if len(shorter) == len(longer) else shorter[same:]
    return rest == longer[same + 1 :]
