"""Which language a page speaks: the one chosen at its foot, else the first of the browser's that there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import hdrs, web
from babel.core import negotiate_locale

from server import cookies
from server.config import Config
from server.entry import Entry, Handler, entry
from server.pages.context import HOUSE
from server.words import languages, pseudo
from server.words.languages import ENGLISH, Language, Script, speaking

ASKED = "lang"
SCRIPTS = "/words/"
AS_LONG_AS_IT_LASTS = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Languages:
    """The languages of this house, by tag, the first for whoever speaks none of them."""

    by_tag: Mapping[str, Language]
    scripts: Mapping[str, Script]

    def choose(self, chosen: str | None, accepted: str) -> Language:
        """By the choice that was made here before, else by Accept-Language (RFC 9110, 12.5.4)."""
        found = (
            chosen if chosen in self.by_tag else negotiate_locale(_by_liking(accepted), [*self.by_tag], "-")
        )
        first = next(iter(self.by_tag.values()))
        return self.by_tag.get(found or "", first)

    def others(self, than: Language) -> Sequence[Language]:
        """What the foot of a page offers."""
        return [one for one in self.by_tag.values() if one is not than]


LANGUAGES = web.AppKey("LANGUAGES", Languages)


def of_house(config: Config) -> Languages:
    """The languages that the settings name.

    Raises:
        BadCatalogue
    """
    found = {tag: _language(tag) for tag in config.languages.split()}
    scripts = {tag: Script(tag, one.in_browser()) for tag, one in found.items() if one is not ENGLISH}
    return Languages(found, scripts)


def _language(tag: str) -> Language:
    if tag == ENGLISH.tag:
        return ENGLISH
    return pseudo.made_up(tag) if tag in pseudo.KINDS else languages.read(languages.CATALOGUES / f"{tag}.po")


@web.middleware
async def in_its_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer in the language of whoever asks. A link at the foot of a page, ?lang=…, chooses another."""
    known, config = request.app[LANGUAGES], request.app[HOUSE].config
    asked = request.query.get(ASKED, "")
    if asked in known.by_tag and request.method == "GET" and not request.path.startswith("//"):
        return _take_choice(request, config, asked)
    chosen = cookies.read(request, config, cookies.LANGUAGE)
    with speaking(known.choose(chosen, request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))):
        return await handler(request)


def _take_choice(request: web.Request, config: Config, tag: str) -> web.Response:
    """Keep it, and show the same page again without a trace of it in its address."""
    here = str(request.rel_url.without_query_params(ASKED))
    answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: here})
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
    cookies.give(answer, config, cookies.LANGUAGE, tag)
    return answer


def facts(request: web.Request, language: Language) -> dict[str, object]:
    """What every page must know of languages. Only a page that was asked for can be asked for again."""
    known = request.app[LANGUAGES]
    script = known.scripts.get(language.tag)
    return {
        "lang": language.tag,
        "dir": language.direction,
        "other_languages": known.others(language) if request.method == "GET" else [],
        "said_by_scripts": None if script is None else f"{SCRIPTS}{script.name}",
    }


@entry(Entry.PUBLIC)
async def script(request: web.Request) -> web.StreamResponse:
    """GET /words/…: what the browser says, in one language."""
    wanted = request.match_info["name"]
    found = next((one for one in request.app[LANGUAGES].scripts.values() if one.name == wanted), None)
    if found is None:
        raise web.HTTPNotFound
    answer = web.Response(text=found.text, content_type="text/javascript")
    answer.headers[hdrs.CACHE_CONTROL] = AS_LONG_AS_IT_LASTS
    answer.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
    if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        answer.enable_compression(web.ContentCoding.gzip)
    return answer


def _by_liking(accepted: str) -> list[str]:
    """The tags of Accept-Language, the most liked first."""
    liked = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            liked.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(liked, key=lambda one: -one[0]) if weight > 0 and tag]
