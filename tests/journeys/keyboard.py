"""A person with a keyboard and no mouse: gets to things by Tab, and always sees where they are."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from tests.browsers import MovingOn, until
from tests.journeys.people import Someone

FAR = 90  # presses of Tab after which whatever is looked for cannot be got at

# What has the focus, what it is called, and whether somebody who looks at the page can tell.
WHERE = """
(() => {
  const at = document.activeElement;
  if (at === null || at === document.body)
    return { lost: true, name: "", role: "", seen: true, checked: false, asked: false, led: false };
  const words = (text) => (text ?? "").replace(/\\s+/g, " ").trim();
  const labels = [...(at.labels ?? [])].map((label) => label.textContent).join(" ");
  const name = words(at.getAttribute("aria-label") ?? (labels || at.textContent));
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.2], [0.5, 0.8]];
  const shown = points.some(([across, down]) => {
    const top = document.elementFromPoint(box.left + box.width * across, box.top + box.height * down);
    return top !== null && (at.contains(top) || [...(at.labels ?? [])].some((label) => label.contains(top)));
  });
  const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return {
    lost: false, name, role: at.tagName, seen: outlined && shown, checked: at.checked === true,
    asked: at.closest("dialog[open]") !== null, led: outlined && "row" in at.dataset,
  };
})()
"""


@dataclass
class Keyboard:
    """Somebody's keys. Whatever Tab stops at must be seen to have the focus."""

    of: Someone

    @property
    def page(self) -> Page:
        return self.of.page

    async def where(self) -> dict[str, Any]:
        """What has the focus."""
        found: dict[str, Any] = await self.of.tab.evaluate(WHERE)
        return found

    async def to(self, name: str, *, back: bool = False) -> None:
        """Tab, or Shift and Tab, as often as it takes. Raises: AssertionError, with where that led."""
        key = "Shift+Tab" if back else "Tab"
        stops = []
        for _ in range(FAR):
            at = await self.where()
            if at["name"] == name:
                return
            await self.page.keyboard.press(key)
            at = await self.where()
            assert at["seen"], f"{self.of.name} cannot see that {at['name'] or at['role']!r} has the focus"
            stops.append(at["name"] or at["role"])
        raise AssertionError(f"{self.of.name} does not get to {name!r}, only to {list(dict.fromkeys(stops))}")

    async def press(self, name: str, key: str = "Enter", *, back: bool = False) -> None:
        """To a button or link, and pressed."""
        await self.to(name, back=back)
        await self.page.keyboard.press(key)

    async def write(self, name: str, text: str) -> None:
        """To a field, and written."""
        await self.to(name)
        await self.page.keyboard.type(text)

    async def is_asked(self, title: str) -> None:
        """Waits until a question is open, and read out first."""

        async def is_at_title() -> bool:
            return str((await self.where())["name"]) == title

        await until(is_at_title, f"{self.of.name} is at the heading {title!r}")

    async def is_led_to(self, name: str) -> None:
        """Waits until the line about somebody has the focus."""

        async def is_there() -> bool:
            at = await self.where()
            return bool(at["led"] and at["name"].startswith(name))

        await until(is_there, f"{self.of.name} is at the line about {name}")

    async def goes_round_inside(self) -> None:
        """As often as anybody may press Tab, the question that is open keeps the focus."""
        for _ in range(FAR // 3):
            await self.page.keyboard.press("Tab")
            at = await self.where()
            assert at["asked"] or at["lost"], f"{at['name']!r} is behind the question"

    async def key(self, key: str) -> None:
        """One key, wherever one is."""
        await self.page.keyboard.press(key)

    async def keeps_place(self) -> None:
        """Waits until something on the page has the focus: whatever had it may be gone, its place is not."""

        async def has_place() -> bool:
            try:
                return not (await self.where())["lost"]
            except MovingOn:
                return False

        try:
            await until(has_place, f"{self.of.name} has a place on the page", 10)
        except AssertionError as error:
            raise AssertionError(f"{error}; the page says:\n{await self.of.words()}") from None
