"""Templates into answers."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import hdrs, web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from server import cookies, security
from server.config import Config
from server.pages import language, when
from server.pages.context import CARRIED, TEMPLATES, house
from server.words import agreement, words
from server.words.languages import spoken

HERE = Path(__file__).resolve().parent.parent
STATIC = "/static/"
WORTH_COMPRESSING = 800


class NoBundle(Exception):
    """The browser's part has not been built."""

    def __init__(self) -> None:
        super().__init__(
            "the web bundle is missing: build it with `python3 dev.py` or `npm run build` in web/"
        )


class FormToken:
    """The form token of one answer, made only if a template asks for it."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self.new_visit: str | None = None

    def __str__(self) -> str:
        return security.make_token(house(self._request).keys, self._holder())

    def _holder(self) -> str:
        known = holder(self._request) or self.new_visit
        if known is None:
            known = self.new_visit = secrets.token_urlsafe(24)
        return known


def holder(request: web.Request) -> str | None:
    """The cookie that a form is tied to: who is signed in, or at least the same browser."""
    config = house(request).config
    names = (cookies.STAFF, cookies.SEAT, cookies.VISIT)
    return next((found for name in names if (found := cookies.read(request, config, name))), None)


def environment(config: Config, bundle: Path) -> Environment:
    """The templates and what they all may use.

    Raises:
        NoBundle
    """
    assets = _assets(bundle)
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        words=words,
        promised=lambda clause: spoken().say(agreement.AREA, clause),
        exit_url=config.exit_url,
        asset=assets,
        imported_by=assets.imported_by,
        carried=assets.carried,
        day=lambda moment: when.day(moment, config.zone),
        plain_day=when.plain_day,
        on_day=lambda moment, now: when.on_day(moment, now, config.zone),
        clock=lambda moment: when.clock(moment, config.zone),
        length=when.length,
    )
    return made


def page(request: web.Request, template: str, status: int = 200, **facts: Any) -> web.Response:
    """A page. It is never stored, and tied to this browser where it has a form."""
    token, known = FormToken(request), language.facts(request, spoken())
    digests: list[str] = []
    html = (
        request.app[TEMPLATES].get_template(template).render(token=token, digests=digests, **known, **facts)
    )
    answer = web.Response(text=html, content_type="text/html", status=status)
    answer[CARRIED] = digests
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
    if len(html) > WORTH_COMPRESSING and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        answer.enable_compression(web.ContentCoding.gzip)
    if token.new_visit is not None:
        cookies.give(answer, house(request).config, cookies.VISIT, token.new_visit)
    return answer


def problem(request: web.Request, status: int, name: str) -> web.Response:
    """A page that says what did not work, and what to do next."""
    title, text = getattr(words.errors, f"{name}_title"), getattr(words.errors, f"{name}_text")
    return page(request, "problem.html", status, title=title, text=text)


def go(path: str) -> web.Response:
    """On to the next page."""
    answer = web.Response(status=303, headers={hdrs.LOCATION: path})
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
    return answer


def _assets(bundle: Path) -> "Assets":
    try:
        manifest = json.loads((bundle / ".vite" / "manifest.json").read_text())
    except (OSError, ValueError):
        raise NoBundle from None
    return Assets(bundle, manifest)


class Assets:
    """The addresses of built files by their source path, as the bundler's manifest has them."""

    def __init__(self, bundle: Path, manifest: Mapping[str, Mapping[str, Any]]) -> None:
        self._bundle = bundle
        self._sheets: dict[str, Markup] = {}
        self._files = {source: f"{STATIC}{entry['file']}" for source, entry in manifest.items()}
        self._imports = {source: tuple(entry.get("imports", ())) for source, entry in manifest.items()}

    def __call__(self, source: str) -> str:
        """The address of one built file.

        Raises:
            KeyError: the bundle has no such entry.
        """
        return self._files[source]

    @pass_context
    def carried(self, context: Context, source: str) -> Markup:
        """One built style sheet, to be within the page: its first words then wait for no second answer.

        It belongs between `<style>` and `</style>` with no space added: the page's policy names its digest.

        Raises:
            KeyError: the bundle has no such entry.
        """
        if source not in self._sheets:
            built = self._bundle / self._files[source].removeprefix(STATIC)
            self._sheets[source] = Markup(built.read_text())  # noqa: S704 - ours, without anybody's words
        sheet = self._sheets[source]
        digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
        context["digests"].append(f"'sha256-{digest}'")
        return sheet

    def imported_by(self, source: str) -> list[str]:
        """The addresses of what one built script imports, which a browser else learns from the script itself.

        Raises:
            KeyError: the bundle has no such entry.
        """
        return [self._files[imported] for imported in self._imports[source]]
