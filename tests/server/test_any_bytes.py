"""Whatever is posted to whichever form: an answer, and never a failure of ours."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import invites, security
from server.auth import Role
from tests.server.conftest import Place
from tools.visitor import Visitor

FORM = "application/x-www-form-urlencoded"
FIELDS = (
    "name",
    "version",
    "email",
    "password",
    "password_now",
    "code",
    "kept",
    "to",
    "role",
    "title",
    "host",
    "day",
    "time",
    "minutes",
    "theme",
    "label",
    "capacity",
    "late",
    "plan",
    "number",
    "word",
    "place",
    "one",
    "other",
    "reason",
    "note",
    "reference",
    "entry",
    "heard",
    "call",
    "skip",
    "x",
)

bodies = st.binary(max_size=300)
texts = st.dictionaries(
    st.sampled_from(FIELDS),
    st.text(st.characters(codec="utf-8"), max_size=60)
    | st.sampled_from(["\x00", "9999-12-31", "2026-10-25", "01:30", "90", "-1", "0" * 24, "x" * 400]),
    max_size=6,
)
kinds = st.sampled_from(
    [FORM, "application/json", "multipart/form-data; boundary=x", "text/plain", FORM + "; charset=x"]
)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["verdict", "share", "ring_me", "x"]), inner, max_size=4)
    ),
    max_leaves=6,
)
examples = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Example = Callable[..., Coroutine[Any, Any, None]]


async def hammer(strategy: st.SearchStrategy[Any], example: Example) -> None:
    """Run a property inside the running loop: Hypothesis in a thread, each example back here."""
    loop = asyncio.get_running_loop()

    @examples
    @given(strategy)
    def property_holds(value: Any) -> None:
        asyncio.run_coroutine_threadsafe(example(value), loop).result(20)

    await asyncio.to_thread(property_holds)


async def paths(place: Place) -> dict[Role | None, list[str]]:
    await place.invite()
    line = (await invites.of_group(place.house, place.group))[-1]
    group = f"/staff/groups/{place.group}"
    return {
        None: [
            "/welcome",
            "/name",
            "/agreement",
            "/if-i-leave",
            "/ready",
            "/joining-from",
            "/goodbye",
            "/staff/sign-in",
            "/staff/sign-in/passkey",
            "/staff/join/" + "A" * 43,
            "/exit/seat",
        ],
        Role.ADMIN: [
            "/staff/groups/new",
            f"{group}/sessions/new",
            f"{group}/invites/new",
            f"{group}/apart",
            f"/staff/invites/{line.invite}/revoke",
            f"/staff/invites/{line.invite}/reissue",
            "/staff/prove",
            "/staff/prove/passkey",
            "/staff/account/password",
            "/staff/account/passkey",
            "/staff/colleagues/new",
        ],
    }


async def fresh(place: Place) -> Visitor:
    """A parent who is at the name's step."""
    visitor = place.visitor()
    page = await visitor.submit(await visitor.open(await place.invite()))
    await visitor.submit(page)
    return visitor


def token(place: Place, visitor: Visitor, cookie: str) -> str:
    return security.make_token(place.house.keys, visitor.cookies.split(f"{cookie}=")[1].split(";")[0])


async def post(place: Place, visitor: Visitor, path: str, **how: Any) -> int:
    async with visitor.http.post(place.origin + path, allow_redirects=False, **how) as answer:
        await answer.read()
        return answer.status


async def test_any_bytes_to_any_form(place: Place) -> None:
    parent, admin = await fresh(place), await place.staff(Role.ADMIN)
    every = await paths(place)
    addresses = [
        *every[None],
        *every[Role.ADMIN],
        "/exit",
        "/livekit/webhook",
        "/staff/sign-out",
        "/i/" + "A" * 43,
    ]

    async def example(value: tuple[bytes, str]) -> None:
        body, kind = value
        for path in addresses:
            visitor = admin if path in every[Role.ADMIN] else parent
            assert await post(place, visitor, path, data=body, headers={"Content-Type": kind}) < 500, path
        if "seat" not in parent.cookies:
            page = await parent.submit(await parent.open(await place.invite()))
            assert page.status == 200

    await hammer(st.tuples(bodies, kinds), example)


async def test_any_text_in_any_field_of_a_form_with_its_token(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    group = f"/staff/groups/{place.group}"

    async def example(fields: dict[str, str]) -> None:
        signed = {**fields, "token": token(place, admin, "staff")}
        for path in (
            "/staff/groups/new",
            "/staff/prove",
            "/staff/account/password",
            "/staff/colleagues/new",
            *(f"{group}/{page}" for page in ("sessions/new", "invites/new", "apart")),
        ):
            status = await post(place, admin, path, data=signed)
            assert status in {200, 303, 422}, path
        assert (await admin.open(group)).status == 200
        assert (await admin.open("/staff")).status == 200

    await hammer(texts, example)


async def test_any_text_from_parents_and_hosts(place: Place) -> None:
    parent, host = await place.parent(), await place.staff(Role.FACILITATOR)
    session = f"/staff/sessions/{place.meeting}"
    forms = {
        parent: ("seat", ("/if-i-leave", "/joining-from", "/goodbye")),
        host: (
            "staff",
            (f"{session}/debrief", f"{session}/safeguarding", f"/staff/groups/{place.group}/apart"),
        ),
    }

    async def example(fields: dict[str, str]) -> None:
        for visitor, (cookie, addresses) in forms.items():
            for path in addresses:
                signed = {**fields, "token": token(place, visitor, cookie)}
                assert await post(place, visitor, path, data=signed) in {200, 303, 422}, path
                page = path.replace("safeguarding", "debrief")
                assert (await visitor.open(page)).status == 200, page

    await hammer(texts, example)


async def test_any_text_as_a_name(place: Place) -> None:
    async def example(name: str) -> None:
        visitor = await fresh(place)
        sent = {"name": name, "token": token(place, visitor, "seat")}
        assert await post(place, visitor, "/name", data=sent) in {303, 422}
        await visitor.http.close()

    await hammer(st.text(st.characters(codec="utf-8"), max_size=40), example)


async def test_any_json_as_a_checks_result(place: Place) -> None:
    parent = await place.parent()
    headers = {"X-CSRF-Token": token(place, parent, "seat"), "Content-Type": "application/json"}

    async def example(sent: Any) -> None:
        assert await post(place, parent, "/ready", data=json.dumps(sent), headers=headers) in {200, 400}

    await hammer(jsons, example)


async def test_any_bytes_as_json(place: Place) -> None:
    parent = await place.parent()
    headers = {"X-CSRF-Token": token(place, parent, "seat"), "Content-Type": "application/json"}

    async def example(body: bytes) -> None:
        assert await post(place, parent, "/ready", data=body, headers=headers) == 400

    await hammer(bodies | st.just(b"[" * 30000), example)


async def raw(place: Place, head: bytes) -> int:
    """The status of an answer to exactly these bytes, and the headers that end them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", place.house.config.port)
    writer.write(head + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split(b" ")[1])


async def test_any_bytes_in_a_cookie_or_an_address(place: Place) -> None:
    origin = place.origin.encode()

    async def example(value: bytes) -> None:
        for line in (b"GET /session", b"GET /staff", b"GET /i/" + b"A" * 43, b"GET /static/assets/" + value):
            for name in (b"seat", b"staff", b"visit"):
                assert await raw(place, line + b" HTTP/1.1\r\nCookie: " + name + b"=" + value) < 500, line
        for header in (b"Origin", b"Sec-Fetch-Site", b"Content-Type", b"Accept-Encoding", b"X-Forwarded-For"):
            head = b"POST /staff/sign-in HTTP/1.1\r\nOrigin: " + origin + b"\r\nContent-Length: 0\r\n"
            assert await raw(place, head + header + b": " + value) < 500, header

    printable = st.binary(max_size=12).map(
        lambda value: bytes(byte for byte in value if byte > 32 and byte != 127)
    )
    await hammer(printable | st.just(b"\xff"), example)
