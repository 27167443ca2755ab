"""Headers, origins and form tokens."""

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from server import security
from server.auth import Role
from server.config import Config
from server.crypto import KeyRing
from tests.server.conftest import KEY, PASSWORD, Place

RING = KeyRing([KEY])
EVERYWHERE = (
    "/",
    "/helplines",
    "/nowhere",
    "/welcome",
    "/staff",
    "/staff/sign-in",
    "/static/assets/none.js",
    "/sw.js",
)


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_every_answer_has_the_headers(place: Place, path: str) -> None:
    async with place.visitor().http.get(place.origin + path, allow_redirects=False) as answer:
        told = answer.headers
    policy = told["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert f"connect-src 'self' {place.origin.replace('http', 'ws')}" in policy
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Cross-Origin-Opener-Policy"] == "same-origin"
    assert told["Cross-Origin-Resource-Policy"] == "same-origin"
    assert told["X-Frame-Options"] == "DENY"
    assert "Access-Control-Allow-Origin" not in told
    assert told["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in told["Permissions-Policy"]
    assert "geolocation=()" in told["Permissions-Policy"]
    assert "Python" not in told["Server"]


async def test_nothing_is_loaded_from_elsewhere_and_no_script_is_inline(place: Place) -> None:
    parent, admin = await place.parent(), await place.staff(Role.ADMIN)
    pages = [await parent.open(path) for path in ("/agreement", "/ready", "/session", "/helplines")]
    pages += [await admin.open(path) for path in ("/staff", f"/staff/groups/{place.group}")]
    for page in pages:
        assert "<script>" not in page.html
        assert "style=" not in page.html
        assert " onclick" not in page.html
        assert 'src="http' not in page.html
        assert 'href="http' not in page.html


def test_behind_tls_cookies_are_bound_to_the_host_and_transport_is_strict() -> None:
    config = Config(key=(KEY,), origin="https://session.example")
    assert "max-age=63072000; includeSubDomains" in security.headers(config)["Strict-Transport-Security"]
    assert "wss://session.example" in security.headers(config)["Content-Security-Policy"]


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(place: Place) -> None:
    visitor = place.visitor()
    page = await visitor.open(await place.invite())
    token = page.form().filled["token"]
    async with visitor.http.post(page.url, data={"token": token}, allow_redirects=False) as answer:
        (seat,) = [cookie for cookie in answer.headers.getall("Set-Cookie") if cookie.startswith("seat=")]
    assert "HttpOnly" in seat
    assert "SameSite=Lax" in seat
    assert "Path=/" in seat


CROSS: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {},
]


@pytest.mark.parametrize("told", CROSS, ids=str)
async def test_a_post_from_elsewhere_is_refused(place: Place, told: dict[str, str]) -> None:
    visitor = place.visitor()
    page = await visitor.open("/staff/sign-in")
    form = {**page.form().filled, "email": "admin@example.org", "password": PASSWORD, "code": place.code()}
    if "Origin" not in told:
        del visitor.http.headers["Origin"]
    async with visitor.http.post(page.url, data=form, headers=told, allow_redirects=False) as answer:
        assert answer.status == 403
        assert "staff" not in answer.cookies


@pytest.mark.parametrize("told", [{}, {"Sec-Fetch-Site": "same-origin"}], ids=str)
async def test_a_post_from_our_own_page_is_taken(place: Place, told: dict[str, str]) -> None:
    visitor = place.visitor()
    page = await visitor.open("/staff/sign-in")
    form = {**page.form().filled, "email": "admin@example.org", "password": PASSWORD, "code": place.code()}
    async with visitor.http.post(page.url, data=form, headers=told, allow_redirects=False) as answer:
        assert answer.status == 303


async def test_a_form_without_its_token_is_refused_everywhere(app: web.Application, place: Place) -> None:
    admin, parent = await place.staff(Role.ADMIN), await place.parent()
    for path in (
        "/staff/groups/new",
        f"/staff/groups/{place.group}/invites/new",
        "/staff/sign-out",
        "/staff/sign-in",
    ):
        for token in ("", "x", "A" * 86):
            async with admin.http.post(place.origin + path, data={"token": token}) as answer:
                assert answer.status == 403, path
    for path in ("/welcome", "/name", "/agreement", "/ready"):
        async with parent.http.post(place.origin + path, data={}) as answer:
            assert answer.status == 403, path
    async with parent.http.post(f"{place.origin}/ready", json={"verdict": "ready"}) as answer:
        assert answer.status == 403


async def test_one_browsers_token_is_no_good_in_another(place: Place) -> None:
    mine, theirs = place.visitor(), place.visitor()
    stolen = (await theirs.open("/staff/sign-in")).form().filled["token"]
    page = await mine.open("/staff/sign-in")
    refused = await mine.submit(
        page, token=stolen, email="admin@example.org", password=PASSWORD, code=place.code()
    )
    assert refused.status == 403
    assert "open for a long time" in refused.html


async def test_tokens_change_when_somebody_signs_in(place: Place) -> None:
    visitor = place.visitor()
    page = await visitor.open("/staff/sign-in")
    before = page.form().filled["token"]
    await visitor.submit(page, email="admin@example.org", password=PASSWORD, code=place.code())
    form = await visitor.open("/staff/groups/new")
    assert (await visitor.submit(form, token=before, title="x")).status == 403


def test_a_token_is_masked_afresh_each_time_and_good_each_time() -> None:
    tokens = {security.make_token(RING, "holder") for _ in range(20)}
    assert len(tokens) == 20
    assert len({token[:8] for token in tokens}) == 20
    assert all(security.is_token(RING, "holder", token) for token in tokens)
    assert not any(security.is_token(RING, "another", token) for token in tokens)
    assert not any(security.is_token(RING, None, token) for token in tokens)


@given(st.text())
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert not security.is_token(RING, "holder", text)


@pytest.mark.parametrize(
    ("proxies", "told", "is_"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (2, "6.6.6.6, 9.9.9.9", "6.6.6.6"),
        (2, "9.9.9.9", "127.0.0.1"),
    ],
)
async def test_only_our_own_proxies_are_believed(port: int, proxies: int, told: str, is_: str) -> None:
    seen: list[str] = []
    config = Config(key=(KEY,), trusted_proxies=proxies)

    async def look(request: web.Request) -> web.Response:
        seen.append(security.client_address(request, config))
        return web.Response()

    app = web.Application()
    app.router.add_get("/", look)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/", headers={"X-Forwarded-For": told}),
    ):
        pass
    await runner.cleanup()
    assert seen == [is_]


async def test_pages_are_compressed_and_built_files_kept_for_ever(place: Place) -> None:
    visitor = place.visitor()
    async with visitor.http.get(
        f"{place.origin}/helplines", headers={"Accept-Encoding": "gzip, br"}
    ) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Samaritans" in await answer.text()
    path = "/static/assets/src-pages-main.ts"
    async with visitor.http.get(place.origin + path, headers={"Accept-Encoding": "identity"}) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not security.OF_PAGES & set(answer.headers), "a script is no page"
        assert not {"ETag", "Last-Modified"} & set(answer.headers), "it never changes"
    async with visitor.http.get(
        place.origin + path, headers={"Accept-Encoding": "gzip"}, auto_decompress=False
    ) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
    async with visitor.http.get(f"{place.origin}/sw.js") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.content_type == "text/javascript"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../.vite/manifest.json",
        "/static/.vite/manifest.json",
        "/static/%2e%2e/sw.js",
        "/static/assets/%00",
    ],
)
async def test_only_built_files_are_served(place: Place, path: str) -> None:
    url = URL(place.origin + path, encoded=True)
    async with place.visitor().http.get(url) as answer:
        assert answer.status == 404
