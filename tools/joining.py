"""Joining as somebody who works here: opening the link, and choosing a password and an authenticator app."""

from tools.platform import SignIn
from tools.visitor import LostTheWay, Visitor

PASSWORD = "plum otter lantern"


async def join(visitor: Visitor, link: str, role: str, email: str, name: str) -> SignIn:
    """Goes through the link's page; what to sign in with from now on. Raises: LostTheWay"""
    page = await visitor.open(link)
    chosen = SignIn(role, email, PASSWORD, page.data.get("data-key", "").replace(" ", ""))
    page = await visitor.submit(page, name=name, password=chosen.password, code=await chosen.code())
    if page.status != 200:
        raise LostTheWay(page.url, "the link did not lead in")
    return chosen
