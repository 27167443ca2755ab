"""What Hearth is made of: which licences pass, and what is said of known holes."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tools import supply

Serve = Callable[[web.Application], Awaitable[TestServer]]


def _bill(*licences: Any) -> supply.Bill:
    return {"components": [{"purl": "pkg:pypi/one@1.0", "licenses": list(licences)}]}


@pytest.mark.parametrize(
    ("said", "agreed"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("AGPL-3.0-only", False),
        ("whatever you like", False),
        ("", False),
    ],
)
def test_a_licence_passes_when_what_holds_of_it_was_agreed_to(said: str, agreed: bool) -> None:
    assert (not list(supply.not_agreed(_bill({"expression": said})))) == agreed


def test_a_component_that_says_nothing_does_not_pass() -> None:
    assert list(supply.not_agreed(_bill())) == ["pkg:pypi/one@1.0: licence unknown"]


def test_the_bills_name_what_is_shipped_and_every_licence_is_agreed_to() -> None:
    for bill, known in ((supply.python_bill(), "aiohttp"), (supply.web_bill(), "livekit-client")):
        names = {component["name"] for component in bill["components"]}
        assert known in names
        assert names.isdisjoint({"pytest", "vitest"})
        assert bill["bomFormat"] == "CycloneDX"
        assert not list(supply.not_agreed(bill))


async def _database(serve: Serve, results: Sequence[Any], status: int = 200) -> str:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"results": results}, status=status)

    app = web.Application()
    app.router.add_post("/", answer)
    return str((await serve(app)).make_url("/"))


async def test_a_known_hole_is_named(aiohttp_server: Serve) -> None:
    address = await _database(aiohttp_server, [{"vulns": [{"id": "GHSA-1"}, {"id": "GHSA-2"}]}])
    assert await supply.holes([_bill()], address) == ["pkg:pypi/one@1.0: GHSA-1", "pkg:pypi/one@1.0: GHSA-2"]


async def test_no_hole_is_no_line(aiohttp_server: Serve) -> None:
    assert await supply.holes([_bill()], await _database(aiohttp_server, [{}])) == []


async def test_no_answer_is_never_taken_for_no_hole(aiohttp_server: Serve) -> None:
    with pytest.raises(aiohttp.ClientError):
        await supply.holes([_bill()], await _database(aiohttp_server, [], status=503))
