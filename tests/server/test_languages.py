"""Languages: which one a page speaks, what a catalogue must be, and where pages have their words from."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel import Locale

from server.app import build
from server.auth import Role
from server.pages.language import Languages
from server.words import languages, pseudo, words
from server.words.__main__ import bring_up_to_date, how_far, template
from server.words.languages import BadCatalogue, Counted, speaking
from server.words.sources import PARENTS, everything
from tests.fakes import FakeClock
from tests.server.conftest import FakeEngine, Furniture, Place, _config, _served
from tools.visitor import Page, Visitor

ALL = ("en", *pseudo.KINDS)
POLISH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgctxt "parent"
msgid "Carry on"
msgstr "Dalej"

#, fuzzy
msgctxt "parent"
msgid "Skip this"
msgstr "Nie to"

msgctxt "parent"
msgid "{count} hour"
msgid_plural "{count} hours"
msgstr[0] "{count} godzina"
msgstr[1] "{count} godziny"
msgstr[2] "{count} godzin"

msgctxt "browser/say"
msgid "{count} min"
msgid_plural "{count} min"
msgstr[0] "{count} minuta"
msgstr[1] "{count} minuty"
msgstr[2] "{count} minut"

msgctxt "browser/waiting"
msgid "Hello {name}"
msgstr "Cześć {name}"
"""


@pytest.fixture
async def tower(
    furnished_file: Path,
    clock: FakeClock,
    engine: FakeEngine,
    bundle: Path,
    port: int,
    furniture: Furniture,
) -> AsyncIterator[Place]:
    """A place of many languages: English, and the two that nobody speaks."""
    config = _config(furnished_file, port, languages=" ".join(ALL))
    async with _served(build(config, engine=engine, clock=clock, bundle=bundle), engine, furniture) as made:
        yield made


def catalogue(folder: Path, text: str, tag: str = "pl") -> Path:
    file = folder / f"{tag}.po"
    file.write_text(text)
    return file


# --- Which language ---


@pytest.fixture(scope="module")
def offered() -> Languages:
    """The same languages, without a house."""
    return Languages({"en": languages.ENGLISH, **{tag: pseudo.made_up(tag) for tag in pseudo.KINDS}}, {})


@pytest.mark.parametrize(
    ("chosen", "accepted", "spoken"),
    [
        (None, "", "en"),
        (None, "en-GB,en;q=0.9,ar;q=0.8", "en"),
        (None, "ar-XB", "ar-XB"),
        (None, "cy, ar-XB;q=0.5, en;q=0.2", "ar-XB"),
        (None, "en;q=0.1, en-XA;q=0.9", "en-XA"),
        (None, "ar-XB;q=0", "en"),
        (None, "ar-XB;q=much, *", "en"),
        ("ar-XB", "en", "ar-XB"),
        ("xx", "en-XA", "en-XA"),
    ],
)
def test_a_choice_comes_before_what_the_browser_says(
    offered: Languages, chosen: str | None, accepted: str, spoken: str
) -> None:
    assert offered.choose(chosen, accepted).tag == spoken


async def test_the_foot_offers_the_others_and_keeps_the_choice_without_a_trace(tower: Place) -> None:
    visitor = tower.visitor()
    link = await tower.invite()
    english = await visitor.open(link)
    assert '<html lang="en" dir="ltr"' in english.html
    assert "/words/" not in english.html
    assert re.findall(r'href="(\?lang=[^"]+)"', english.html) == ["?lang=en-XA", "?lang=ar-XB"]
    mirrored = await visitor.open(f"{link}?lang=ar-XB")
    assert mirrored.url == f"{tower.origin}{link}"
    assert '<html lang="ar-XB" dir="rtl"' in mirrored.html
    assert [cookie.value for cookie in visitor.http.cookie_jar if cookie.key == "lang"] == ["ar-XB"]
    assert '<html lang="ar-XB" dir="rtl"' in (await visitor.open("/helplines")).html
    assert "?lang=en" in mirrored.html


async def test_a_house_of_one_language_offers_none(place: Place) -> None:
    page = await place.visitor().open("/?lang=ar-XB")
    assert '<html lang="en"' in page.html
    assert "lang=" not in page.url.replace("?lang=ar-XB", "")
    assert "hreflang" not in page.html


async def test_a_choice_never_leads_to_another_place(tower: Place) -> None:
    async with tower.visitor().http.get(
        f"{tower.origin}//example.org/?lang=ar-XB", allow_redirects=False
    ) as answer:
        assert "Location" not in answer.headers


async def test_the_scripts_sentences_come_before_any_script_and_stay(tower: Place) -> None:
    visitor = tower.visitor()
    page = await visitor.open("/?lang=ar-XB")
    scripts = re.findall(r'<script type="module" src="([^"]+)"', page.html)
    assert scripts[0].startswith("/words/ar-XB-")
    async with visitor.http.get(tower.origin + scripts[0]) as answer:
        assert answer.content_type == "text/javascript"
        assert "immutable" in answer.headers["Cache-Control"]
        assert (await answer.text()).startswith("globalThis.sentences={")
    async with visitor.http.get(f"{tower.origin}/words/ar-XB-000000000000.js") as answer:
        assert answer.status == 404


# --- What a catalogue must be ---


def test_a_catalogue_is_said_where_it_knows_and_english_where_not(tmp_path: Path) -> None:
    with speaking(languages.read(catalogue(tmp_path, POLISH))):
        assert words.parent.carry_on == "Dalej"
        assert words.parent.skip == "Skip this"
        assert words.parent.landing_text == "This link is just for you."
        said = [words.parent.hours.format(count=count) for count in (1, 3, 5, 22)]
        assert said == ["1 godzina", "3 godziny", "5 godzin", "22 godziny"]
        assert words.parent.minutes.format(count=5) == "5 minutes"
    assert words.parent.carry_on == "Carry on"
    assert words.parent.hours.format(count=1) == "1 hour"


def test_browsers_get_forms_by_kind_of_number(tmp_path: Path) -> None:
    script = languages.read(catalogue(tmp_path, POLISH)).in_browser()
    assert '"Hello {name}":"Cześć {name}"' in script
    for kind in ('"one":"{count} minuta"', '"few":"{count} minuty"', '"many":"{count} minut"'):
        assert kind in script
    assert "Dalej" not in script


@pytest.mark.parametrize(
    "spoilt", ["Cześć", "Cześć {imię}", "Cześć {name} {0}", "Cześć {name", "{name.real}{name}"]
)
def test_a_translation_that_lost_a_fact_is_refused_at_the_start(tmp_path: Path, spoilt: str) -> None:
    with pytest.raises(BadCatalogue, match="Hello"):
        languages.read(catalogue(tmp_path, POLISH.replace("Cześć {name}", spoilt)))


@pytest.mark.parametrize(("text", "tag"), [("msgid", "pl"), (POLISH, "atlantean"), (POLISH, "")])
def test_what_is_no_catalogue_is_refused(tmp_path: Path, text: str, tag: str) -> None:
    with pytest.raises(BadCatalogue):
        languages.read(catalogue(tmp_path, text, tag))


def test_a_name_stands_apart_in_what_is_written_from_right_to_left(tmp_path: Path) -> None:
    arabic = catalogue(tmp_path, POLISH.replace("nplurals=3", "nplurals=6"), "ar")
    assert "\u2068{name}\u2069" in languages.read(arabic).in_browser()
    assert languages.read(arabic).direction == "rtl"


def test_a_new_catalogue_asks_for_every_sentence_and_an_old_one_keeps_what_it_knows(tmp_path: Path) -> None:
    file = catalogue(tmp_path, POLISH)
    everywhere = {found.area for found in everything()}
    for _ in ("made", "repeated"):
        assert how_far(bring_up_to_date(file, Locale("pl")), everywhere) == f"4 of {len(template())}"
    assert languages.read(file).say("parent", "Carry on") == "Dalej"


def test_every_shipped_language_says_all_that_parents_read() -> None:
    for tag in languages.shipped():
        known = languages.read(languages.CATALOGUES / f"{tag}.po").sentences
        asked = [found for found in everything() if found.area in PARENTS]
        assert [found for found in asked if (found.area, _key(found.source)) not in known] == []


def _key(source: str | Counted) -> str:
    return source.one if isinstance(source, Counted) else source


# --- Every page takes its words from a catalogue ---


OURS = re.compile(r"\[[^\[\]]*\]")  # a sentence of the accented language; one may stand in another
FACTS = re.compile(
    r"Sam|Robin|Jo|Ali|Tuesday( group| \d+ March)?|Talking with school|\d+(\.\d+)?[ap]m|English|Firefox|Linux"
    r"|\S+@example\.org|http\S+|[0-9a-f]{24}|March"
)
SHOWN = ("alt", "aria-label", "placeholder", "title", "data-copied", "data-close", "data-label")


class Text(HTMLParser):
    """Everything that somebody may read on a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in ("script", "style", "svg") or dict(attrs).get("hreflang") is not None
        self.parts += [value or "" for name, value in attrs if name in SHOWN]

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def not_in_a_catalogue(page: Page) -> list[str]:
    left = []
    for part in Text(page.html).parts:
        text = part
        while OURS.search(text):
            text = OURS.sub(" ", text)
        if re.search(r"[A-Za-z]{2}", FACTS.sub("", text)):
            left.append(f"{page.path}: {part.strip()}")
    return left


async def accented(tower: Place, visitor: Visitor) -> Visitor:
    await visitor.open("/helplines?lang=en-XA")
    return visitor


async def test_every_page_of_a_parents_way_takes_its_words_from_a_catalogue(tower: Place) -> None:
    parent = await accented(tower, tower.visitor())
    left = []
    page = await parent.open(await tower.invite())
    for _ in range(12):
        left += not_in_a_catalogue(page)
        if page.path == "/session":
            break
        if page.path in ("/name", "/if-i-leave"):
            left += not_in_a_catalogue(await parent.submit(page, name="!", plan="ring"))
        page = await parent.submit(page, **({"name": "Sam"} if page.path == "/name" else {}))
    for path in (
        "/",
        "/helplines",
        "/check",
        "/my-place",
        "/my-place/leave",
        "/agreement",
        "/ready",
        "/nowhere",
    ):
        left += not_in_a_catalogue(await parent.open(path))
    assert left == []


async def test_every_page_of_staff_takes_its_words_from_a_catalogue(tower: Place) -> None:
    await tower.parent("Sam")
    left = []
    group, session = f"/staff/groups/{tower.group}", f"/staff/sessions/{tower.meeting}"
    for role, paths in {
        Role.ADMIN: [
            *("/staff", "/staff/colleagues", "/staff/colleagues/new", "/staff/account", "/staff/groups/new"),
            *("/staff/kept", "/staff/audit", group, f"{group}/sessions/new", f"{group}/invites/new"),
        ],
        Role.FACILITATOR: ["/staff", session, f"{session}/debrief", "/staff/tasks", f"{group}/apart"],
    }.items():
        visitor = await accented(tower, await tower.staff(role))
        for path in paths:
            page = await visitor.open(path)
            assert page.path == path
            left += not_in_a_catalogue(page)
    assert left == []


@pytest.mark.parametrize("tag", pseudo.KINDS)
def test_made_up_languages_keep_every_fact(tag: str) -> None:
    for (_, english), forms in pseudo.made_up(tag).sentences.items():
        for form in forms:
            assert languages.facts(form) >= languages.facts(english) - {"count"}


def test_english_stands_only_where_it_is_read(tmp_path: Path) -> None:
    """What the browser says is found by the calls that say it: each file of words asks under its own name."""
    areas = {found.area for found in everything() if found.area.startswith(languages.BROWSER)}
    for file in sorted((Path("web") / "src" / "words").glob("*.ts")):
        asked = re.findall(r"area\('(\w+)'\)", file.read_text())
        assert asked in ([], [file.stem])
        assert bool(asked) == (f"{languages.BROWSER}{file.stem}" in areas)
