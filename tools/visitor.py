"""Someone who uses the pages without a browser: follows links, fills forms, keeps cookies. Nothing more."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from yarl import URL


class LostTheWay(Exception):
    """A page was not what the visitor came for. `url` is where, `why` says what was missing."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"{urlsplit(url).path}: {why}")
        self.url, self.why = url, why


@dataclass
class Form:
    """A form as a browser would send it: what is filled in already, and what a person has to."""

    action: str
    method: str
    filled: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def take_in(self, tag: str, given: dict[str, str]) -> None:
        name, value, kind = given.get("name", ""), given.get("value", ""), given.get("type", "text")
        match tag, kind:
            case "button", _:
                self.buttons.append((name, value))
            case "input", "radio" | "checkbox":
                self.choices.setdefault(name, []).append(value or "on")
                if "checked" in given:
                    self.filled[name] = value or "on"
            case "input", "hidden":
                self.filled[name] = value
            case "input" | "textarea" | "select", _ if name:
                self.texts.append(name)
                self.filled[name] = value
            case _:
                pass


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.data: dict[str, str] = {}
        self.words: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.data.update({name: value for name, value in given.items() if name.startswith("data-")})
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
            self._inside = True
        elif self._inside:
            self.forms[-1].take_in(tag, given)

    def handle_data(self, data: str) -> None:
        self.words.extend(data.split())

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"


@dataclass(frozen=True)
class Page:
    """A page that was served: where in the end, with which status, and what can be done on it."""

    url: str
    status: int
    html: str
    text: str
    """What it says, without the secrets in its tags: a short name may stand in one of those by chance."""
    forms: tuple[Form, ...]
    data: dict[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def form(self) -> Form:
        """The page's own form: the one that is no way out. Raises: LostTheWay"""
        for form in self.forms:
            if form.method == "post" and not form.action.startswith(("/exit", "/staff/sign-out")):
                return form
        raise LostTheWay(self.url, "there is no form to go on with")


class Visitor:
    """One person's cookie jar. Use as an async context manager."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers={"Origin": origin, "User-Agent": "Hearth visitor"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.close()

    @property
    def cookies(self) -> str:
        """The Cookie header a browser would send to the platform now."""
        kept = self.http.cookie_jar.filter_cookies(URL(self.origin))
        return "; ".join(f"{name}={morsel.value}" for name, morsel in kept.items())

    async def open(self, url: str) -> Page:
        async with self.http.get(urljoin(self.origin, url)) as answer:
            return await self._read(answer)

    async def submit(self, page: Page, **written: str) -> Page:
        """Sends the page's own form with these values; where that leads. Raises: LostTheWay"""
        form = page.form()
        fields = {**form.filled, **written}
        if form.buttons and form.buttons[0][0]:
            fields.setdefault(*form.buttons[0])
        async with self.http.post(urljoin(page.url, form.action or page.url), data=fields) as answer:
            return await self._read(answer)

    async def _read(self, answer: aiohttp.ClientResponse) -> Page:
        html = await answer.text()
        reader = _Reader()
        reader.feed(html)
        text = " ".join(reader.words)
        return Page(str(answer.url), answer.status, html, text, tuple(reader.forms), reader.data)
