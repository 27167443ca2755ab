"""The page of parts: complete, and in the demo only."""

import base64
import re
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.app import build
from server.config import Config
from tests.fakes import FakeClock
from tests.server.conftest import EVENING, KEY, FakeEngine, Place
from tools.visitor import Visitor

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "server" / "templates"


async def test_it_is_not_there_but_in_the_demo(place: Place) -> None:
    for path in ("/design", "/design/live"):
        assert (await place.visitor().open(path)).status == 404


def test_the_demo_is_never_anywhere_but_on_this_machine() -> None:
    demo = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")
    with pytest.raises(ValueError, match="only where ORIGIN is this machine"):
        Config(key=(KEY,), origin="https://session.example", demo=demo)


def test_every_part_is_on_it() -> None:
    made = re.findall(r"^\{%- macro ([a-z]\w*)\(", (TEMPLATES / "parts.html").read_text(), re.M)
    shown = (TEMPLATES / "design.html").read_text()
    assert {name for name in made if not re.search(rf"(\{{\{{|call) *{name}\(", shown)} == set()


async def test_in_the_demo_it_shows_parts_and_the_live_client(
    bundle: Path, port: int, database_file: Path
) -> None:
    origin = f"http://127.0.0.1:{port}"
    url = f"sqlite+aiosqlite:///{database_file}"
    demo = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")
    config = Config(key=(KEY,), database_url=url, origin=origin, port=port, demo=demo)
    app: web.Application = build(config, engine=FakeEngine(), clock=FakeClock(EVENING), bundle=bundle)
    async with TestServer(app, port=port), Visitor(origin) as visitor:
        page = await visitor.open("/design")
        assert page.status == 200
        assert page.html.count("<h1>") == 1
        assert "data-design" in (await visitor.open("/design/live")).data
