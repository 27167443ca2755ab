"""When something does not work: a page that says what to do next."""

import pytest
from aiohttp import web

from server.data.store import DatabaseDown
from server.entry import Entry, entry
from server.forms import LONGEST_BODY
from tests.server.conftest import Place


async def ask(place: Place, method: str, path: str, **how: object) -> tuple[int, str]:
    async with place.visitor().http.request(method, place.origin + path, **how) as answer:  # type: ignore[arg-type]
        return answer.status, await answer.text()


async def test_a_page_that_is_not_there(place: Place) -> None:
    status, html = await ask(place, "GET", "/nowhere")
    assert status == 404
    assert "cannot find that page" in html
    assert 'action="/exit"' in html


async def test_a_page_that_does_not_work_that_way(place: Place) -> None:
    for method, path in (("DELETE", "/welcome"), ("PUT", "/staff"), ("GET", "/exit"), ("OPTIONS", "/")):
        status, html = await ask(place, method, path)
        assert status == 405, path
        assert "does not work that way" in html


async def test_too_much(place: Place) -> None:
    status, html = await ask(place, "POST", "/staff/sign-in", data={"email": "x" * LONGEST_BODY})
    assert status == 413
    assert "too long for us" in html


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"a=%ff", "application/x-www-form-urlencoded"),
        (b"a=1&" * 100, "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"hello", "text/plain"),
        (b"a=1", "application/x-www-form-urlencoded; charset=klingon"),
        (b"a=1", "no/such; ; thing"),
    ],
)
async def test_a_body_that_no_page_of_ours_sends(place: Place, body: bytes, kind: str) -> None:
    status, _ = await ask(place, "POST", "/staff/sign-in", data=body, headers={"Content-Type": kind})
    assert status in {400, 403}


async def test_a_body_that_says_it_is_compressed_and_is_not(place: Place) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    status, _ = await ask(place, "POST", "/staff/sign-in", data=b"not gzip", headers=headers)
    assert status == 400


async def test_a_failure_of_ours_says_nothing_about_itself(app: web.Application, place: Place) -> None:
    status, html = await ask(place, "GET", "/broken")
    assert status == 500
    assert "not your fault" in html
    assert "secret-detail" not in html


async def test_a_database_that_does_not_answer(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> None:
        raise DatabaseDown

    monkeypatch.setattr(place.house.database, "reading", down)
    status, html = await ask(place, "GET", "/staff", headers={"Cookie": "staff=x"})
    monkeypatch.undo()
    assert status == 503
    assert "cannot reach our records" in html


@pytest.fixture
def app(app: web.Application) -> web.Application:
    """With one page that fails."""

    @entry(Entry.PUBLIC)
    async def broken(request: web.Request) -> web.StreamResponse:
        raise RuntimeError("secret-detail")

    app.router.add_get("/broken", broken)
    return app
