"""Every sentence the server says, an area a file. Reading age 9 to 11; a facilitator is "your host".

Facts go in with `str.format`; templates escape what comes out.
"""

from collections.abc import Mapping
from types import SimpleNamespace

from server.words.account import ACCOUNT
from server.words.audit import AUDIT
from server.words.base import BASE
from server.words.errors import ERRORS
from server.words.kept import KEPT
from server.words.mail import MAIL
from server.words.parent import PARENT
from server.words.staff import STAFF

LANGUAGE = "en"
DIRECTION = "ltr"


def _area(sentences: Mapping[str, str]) -> SimpleNamespace:
    return SimpleNamespace(**sentences)


words = SimpleNamespace(
    account=_area(ACCOUNT),
    audit=_area(AUDIT),
    base=_area(BASE),
    errors=_area(ERRORS),
    kept=_area(KEPT),
    mail=_area(MAIL),
    parent=_area(PARENT),
    staff=_area(STAFF),
)
"""For handlers and templates: `words.parent.welcome_title`. A name that does not exist fails at once."""
