"""Discretion: nothing is loaded from elsewhere, titles say "Session", no address holds a name or a secret."""

import base64
import hashlib
import re
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest

from tests.hostile.people import Person
from tests.hostile.premises import AREA, Evening
from tools.visitor import Page

LOADED = re.compile(r"""<(?:script|link|img|iframe|audio|video|source|object|embed|form|base)\b[^>]*""", re.I)
ADDRESS = re.compile(r"""\b(?:src|srcset|href|action|data|poster)\s*=\s*["']([^"']*)["']""", re.I)
ANCHORS = re.compile(r"""<a\b[^>]*\bhref\s*=\s*["']([^"']*)["']""", re.I)
IN_A_SHEET = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", re.I)
TITLE = re.compile(r"<title>(.*?)</title>", re.I | re.S)
TELLING = ("abuse", "exploit", "parent", "safeguard", "charity", AREA.lower())


async def _pages_of_a_parent(evening: Evening) -> tuple[Person, list[Page]]:
    one = evening.stranger()
    link = evening.links.pop(0)
    pages = [await one.visitor.open(path) for path in ("/", "/helplines", "/nowhere", "/session", link)]
    page = pages[-1]
    while "data-meeting" not in page.data:
        form = page.form()
        answers = {name: values[0] for name, values in form.choices.items()}
        page = await one.visitor.submit(page, **dict.fromkeys(form.texts, "Rosalind"), **answers)
        pages.append(page)
    pages.append(await one.visitor.open("/goodbye"))
    return one, pages


async def _pages_of_staff(evening: Evening) -> list[Page]:
    admin, host = await evening.staff("admin"), await evening.staff("facilitator")
    group = f"/staff/groups/{evening.group}"
    pages = [await evening.stranger().visitor.open("/staff/sign-in")]
    for path in ("/staff", "/staff/groups/new", group, f"{group}/sessions/new", f"{group}/invites/new"):
        pages.append(await admin.visitor.open(path))
    pages.append(await admin.visitor.submit(pages[-1], label="Rosalind from Hilltop"))
    pages += [await host.visitor.open(path) for path in ("/staff", f"/staff/sessions/{evening.meeting}")]
    pages.append(await admin.visitor.open(f"/staff/sessions/{evening.meeting}"))
    return pages


async def _every_page(evening: Evening) -> list[Page]:
    _, pages = await _pages_of_a_parent(evening)
    return [*pages, *await _pages_of_staff(evening)]


async def test_no_page_loads_anything_from_elsewhere(tonight: Evening) -> None:
    for page in await _every_page(tonight):
        found = [address for tag in LOADED.findall(page.html) for address in ADDRESS.findall(tag)]
        assert found, page.url
        for address in found:
            whole = urlsplit(urljoin(page.url, address))
            here = f"{whole.scheme}://{whole.netloc}" == tonight.premises.origin
            assert here or whole.scheme == "data", f"{page.url} loads {address}"
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", page.html), f"{page.url} has a script inside"
        assert not re.search(r"""\son[a-z]+\s*=\s*["']""", page.html), f"{page.url} has a handler inside"


async def test_no_stylesheet_loads_anything_from_elsewhere(tonight: Evening) -> None:
    sheets: set[str] = set()
    for page in await _every_page(tonight):
        for tag in re.findall(r"<link\b[^>]*stylesheet[^>]*>", page.html):
            sheets.update(urljoin(page.url, address) for address in ADDRESS.findall(tag))
    assert sheets
    for sheet in sheets:
        async with tonight.stranger().http.get(sheet) as answer:
            assert answer.status == 200
            for pair in IN_A_SHEET.findall(await answer.text()):
                address = "".join(pair)
                assert not urlsplit(address).netloc, f"{sheet} loads {address}"


async def test_every_title_is_the_neutral_one(tonight: Evening) -> None:
    for page in await _every_page(tonight):
        assert TITLE.findall(page.html) == ["Session"], page.url
        assert not re.search(r"<meta[^>]+(og:|twitter:|description)", page.html), page.url


async def test_no_address_holds_a_name_or_a_secret(tonight: Evening) -> None:
    secret = tonight.links[0].rpartition("/")[2]
    one, pages = await _pages_of_a_parent(tonight)
    pages += await _pages_of_staff(tonight)
    cookies = set(one.cookies.values())
    for page in pages:
        url = page.url.lower()
        links = [urljoin(page.url, href).lower() for href in ANCHORS.findall(page.html)]
        for address in (url, *links):
            assert "rosalind" not in address
            assert not urlsplit(address).query, address
            assert not [word for word in TELLING if word in address], address
            assert not [cookie for cookie in cookies if cookie.lower() in address]
        if "/i/" not in page.url:
            assert secret not in page.html, f"{page.url} shows the link's secret"


async def test_the_headers_forbid_what_the_pages_do_not_need(tonight: Evening) -> None:
    _, pages = await _pages_of_a_parent(tonight)
    for path in {page.path for page in pages}:
        async with tonight.stranger().http.get(f"{tonight.premises.origin}{path}") as answer:
            policy = _policy(answer)
            assert policy["default-src"] == ["'none'"]
            assert policy["script-src"] == policy["style-src"] == ["'self'"]
            assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
            own = {"'self'", tonight.premises.origin.replace("http", "ws", 1)}
            assert set(policy["connect-src"]) <= own
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            assert "aiohttp" not in answer.headers.get("Server", "").lower()


async def test_a_page_allows_the_one_sheet_within_it_and_no_other(tonight: Evening) -> None:
    one, _ = await _pages_of_a_parent(tonight)
    async with one.http.get(f"{one.origin}/session") as answer:
        html, policy = await answer.text(), _policy(answer)
    (sheet,) = re.findall(r"<style\b[^>]*>(.*?)</style>", html, re.S)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert policy["style-src"] == ["'self'", f"'sha256-{digest}'"]
    assert policy["script-src"] == ["'self'"]
    assert not IN_A_SHEET.search(sheet)
    assert " style=" not in html


def _policy(answer: aiohttp.ClientResponse) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


async def test_no_personal_page_is_kept_by_a_browser(tonight: Evening) -> None:
    one, pages = await _pages_of_a_parent(tonight)
    host = await tonight.staff("facilitator")
    for person, paths in (
        (one, [page.path for page in pages if page.path not in ("/", "/helplines", "/nowhere")]),
        (host, ["/staff", f"/staff/sessions/{tonight.meeting}"]),
    ):
        for path in paths:
            async with person.http.get(f"{person.origin}{path}") as answer:
                assert "no-store" in answer.headers["Cache-Control"], path


async def test_cookies_are_out_of_every_scripts_and_sites_reach(tonight: Evening) -> None:
    one = tonight.stranger()
    page = await one.visitor.open(tonight.links.pop(0))
    form = page.form()
    async with one.http.post(
        urljoin(page.url, form.action), data=form.filled, allow_redirects=False
    ) as answer:
        given = [header for header in answer.headers.getall("Set-Cookie") if header.startswith("seat=")]
        assert answer.headers["Location"] == "/welcome"
    assert len(given) == 1
    assert "HttpOnly" in given[0]
    assert "SameSite=Lax" in given[0] or "SameSite=Strict" in given[0]
    assert "Domain" not in given[0]


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
async def test_no_form_is_taken_from_another_site(tonight: Evening, origin: str) -> None:
    one = tonight.stranger()
    page = await one.visitor.open(tonight.links[0])
    form = page.form()
    foreign = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    for data in (form.filled, {}):
        async with one.http.post(urljoin(page.url, form.action), data=data, headers=foreign) as answer:
            assert answer.status == 403
    async with one.http.post(urljoin(page.url, form.action), data={"token": "x" * 86}) as answer:
        assert answer.status == 403
    assert "seat" not in one.cookies
