"""How staff come to sign in, with a real browser and an authenticator that Chromium plays."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import CDPSession

from tests.browsers import LAPTOP, ChromiumTab, chromium
from tests.journeys.people import Admin, Staff
from tests.platform import Platform
from tools.joining import PASSWORD
from tools.platform import SignIn

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Office:
    """Ali's laptop, which unlocks passkeys, and Jo's, which does not."""

    platform: Platform
    ali: Admin
    jo: Staff
    devtools: CDPSession
    authenticator: str

    async def unlocks(self, able: bool) -> None:
        """Whether Ali's laptop recognizes Ali."""
        told = {"authenticatorId": self.authenticator, "isUserVerified": able}
        await self.devtools.send("WebAuthn.setUserVerified", told)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(platform: Platform) -> AsyncIterator[Office]:
    async with chromium() as browser:
        ali, jo = await browser.tab(LAPTOP), await browser.tab(LAPTOP)
        assert isinstance(ali, ChromiumTab)
        devtools = await ali.page.context.new_cdp_session(ali.page)
        await devtools.send("WebAuthn.enable")
        added = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        yield Office(platform, Admin(ali, "Ali"), Staff(jo, "Jo"), devtools, added["authenticatorId"])


async def test_the_first_admin_opens_a_link_and_makes_a_passkey(office: Office) -> None:
    link = (await office.platform.run("create-admin", "--email", "ali@charity.example")).strip()
    await office.ali.tab.goto(link)
    await office.ali.tab.press("Make a passkey")
    await office.ali.shows("Write your first name.")
    await office.ali.tab.write("First name", "Ali")
    await office.ali.tab.press("Make a passkey")
    await office.ali.shows("Hello Ali")
    await office.jo.tab.goto(link)
    await office.jo.shows("This link does not work any more")


async def test_a_passkey_alone_signs_in(office: Office) -> None:
    await office.ali.tab.press("Sign out")
    await office.ali.shows("Sign in with a passkey")
    await office.ali.tab.press("Sign in with a passkey")
    await office.ali.shows("Hello Ali")


async def test_a_passkey_that_its_owner_did_not_unlock_does_not(office: Office) -> None:
    await office.ali.tab.press("Sign out")
    await office.ali.shows("Sign in with a passkey")
    await office.unlocks(False)
    await office.ali.tab.press("Sign in with a passkey")
    await office.ali.shows("That passkey did not work.")
    await office.unlocks(True)
    await office.ali.tab.press("Sign in with a passkey")
    await office.ali.shows("Hello Ali")


async def test_a_passkey_shows_again_that_it_is_still_the_same_person(office: Office) -> None:
    await office.ali.tab.goto(f"{office.platform.origin}/staff/prove?to=/staff/colleagues")
    await office.ali.tab.press("Use a passkey")
    await office.ali.shows("Who can sign in here.")


async def test_an_admin_invites_a_host_who_chooses_a_password_and_an_app(office: Office) -> None:
    ali, jo = office.ali.tab, office.jo.tab
    await ali.press("Invite a colleague", "link")
    await ali.write("E-mail address", "jo@charity.example")
    await ali.tick("Host, worker")
    await ali.press("Make the link")
    await office.ali.shows("It cannot be shown again.")
    link = str(await ali.evaluate("document.getElementById('link').value"))
    await jo.goto(link)
    await jo.write("First name", "Jo")
    key = str(await jo.evaluate("document.querySelector('[data-key]').dataset.key"))
    signs = SignIn("facilitator", "jo@charity.example", PASSWORD, key.replace(" ", ""))
    await jo.write("New password", "password1234")
    await jo.write("Code that the app shows", await signs.code())
    await jo.press("Sign in this way")
    await office.jo.shows("That is easy to guess.")
    await jo.write("New password", signs.password)
    await jo.write("Code that the app shows", await signs.code())
    await jo.press("Sign in this way")
    await office.jo.shows("Your recovery codes")
    shown = await jo.evaluate("[...document.querySelectorAll('.codes code')].map((one) => one.textContent)")
    await jo.press("I have them", "link")
    await office.jo.shows("Hello Jo")
    for code, shows in (
        (await signs.code(), "Hello Jo"),
        (shown[0], "Hello Jo"),
        (shown[0], "These do not go together."),
        (shown[1], "Hello Jo"),
    ):
        if "Hello Jo" in await office.jo.words():
            await jo.press("Sign out")
            await office.jo.shows("Password")
        await jo.write("E-mail address", signs.email)
        await jo.write("Password", signs.password)
        await jo.write("Code", str(code))
        await jo.press("Sign in")
        await office.jo.shows(shows)


async def test_a_closed_account_is_out_at_once(office: Office) -> None:
    await office.ali.tab.goto(f"{office.platform.origin}/staff/colleagues")
    await office.ali.tab.press("Close the account: Jo", "link")
    await office.ali.tab.press("Yes, close it")

    await office.ali.shows("Closed")
    await office.jo.tab.goto(f"{office.platform.origin}/staff")
    await office.jo.shows("Password")
