"""What a bench does in a page, with the moment in milliseconds since 1970."""

import json

from tests.browsers import Tab, until

PRESS = """
(() => {
  // A label may begin with the words that are shown on the button.
  const named = (each) => (each.getAttribute("aria-label") ?? each.textContent).trim().endsWith(%s);
  const button = [...document.querySelectorAll("button")].find((each) => named(each) && !each.disabled);
  if (!button) return 0;
  const now = Date.now();
  button.click();
  return now;
})()
"""

# Runs before a page's own scripts: `noteWhen(test)`; then `notedAt`, once the page has made it true.
NOTE_WHEN = """
window.noteWhen = (test) => {
  window.notedAt = 0;
  window.lookout?.disconnect();
  const look = () => {
    if (window.notedAt || !test()) return;
    window.notedAt = Date.now();
    window.lookout.disconnect();
  };
  window.lookout = new MutationObserver(look);
  window.lookout.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  look();
};
"""

# Likewise, for whoever looks at a later page of the same browser.
NOTE_HIDDEN = 'addEventListener("pagehide", () => { localStorage.hiddenAt = Date.now(); });'


async def press(tab: Tab, name: str) -> float:
    """Press the button as soon as it is there; the moment, in milliseconds since 1970."""
    return await until(lambda: tab.evaluate(PRESS % json.dumps(name)), f"the button “{name}”")
