"""Two languages that nobody speaks, for whoever builds pages.

What is in no catalogue, too narrow, or laid out for one direction alone shows at a glance. Their tags are
Unicode's (CLDR): en-XA for accents, ar-XB for right to left.
"""

import re

from babel import Locale

from server.words.languages import Counted, Key, Language, language
from server.words.sources import everything

ACCENTS = str.maketrans("AEIOUYCDNSaeiouycdnsgltr", "ÀÉÎÖÛÝÇÐÑŠàéîöûýçðñšĝļţř")
LONGER = 0.4  # what other languages may need beyond English (W3C, “Text size in translation”)
_PARTS = re.compile(r"(\{\w+\}|\s+)")
_OVERRIDE, _END = "\u202e", "\u202c"


def accented(english: str) -> str:
    """The sentence with accents, in brackets, and longer by as much as a translation may be."""
    parts = _PARTS.split(english)
    text = "".join(part if _PARTS.fullmatch(part) else part.translate(ACCENTS) for part in parts)
    return f"[{text}{' ' + '~' * round(len(english) * LONGER) if english else ''}]"


def mirrored(english: str) -> str:
    """The sentence with each word written from right to left."""
    parts = _PARTS.split(english)
    return "".join(
        part if not part or _PARTS.fullmatch(part) else f"{_OVERRIDE}{part}{_END}" for part in parts
    )


KINDS = {"en-XA": accented, "ar-XB": mirrored}


def made_up(tag: str) -> Language:
    """One of them, with every sentence there is.

    Raises:
        KeyError: there is none of this name.
    """
    change = KINDS[tag]
    said: dict[Key, tuple[str, ...]] = {}
    for found in everything():
        match found.source:
            case Counted(one, many):
                said[found.area, one] = (change(one), change(many))
            case english:
                said[found.area, english] = (change(english),)
    return language(tag, Locale(tag.partition("-")[0]), said, lambda number: int(number != 1))
