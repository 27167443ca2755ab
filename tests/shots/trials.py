"""What a screen must bear: words from right to left, longer words and names, large text.

Each is tried on the page as it stands, so that whoever walks it finds its buttons by their English names.
Pages that really are in another language are held by `tests/server/test_languages.py`.
"""

from collections.abc import Mapping
from typing import Any

LONG_NAMES = {
    "Sam": "Maximiliane-Theodora Brightwell",
    "Ana": "Oluwaseun Adebayo-Featherstone",
    "Kim": "Wilhelmina Papadopoulou",
    "Jo": "Christopherson-Nightingale",
    "Robin": "Bartholomew-Montgomery",
}

Trial = Mapping[str, Any]
NOTHING: Trial = {"large": False, "names": {}, "rightToLeft": False, "longer": False}
TRIALS: Mapping[str, Trial] = {
    "rtl": {**NOTHING, "rightToLeft": True},
    "long": {**NOTHING, "names": LONG_NAMES, "longer": True},
    "large": {**NOTHING, "large": True},
}

# Words are changed where they stand, and put back. What the page has changed in the meantime is left alone.
DRESS = """
({ large, names, rightToLeft, longer }) => {
  const root = document.documentElement;
  window.asItWas = { dir: root.dir, fontSize: root.style.fontSize, words: [], queries: [] };
  if (large) {
    // As a device's own setting does it: an em of a media query is larger then, too.
    root.style.fontSize = "200%";
    for (const rule of [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])) {
      if (!(rule instanceof CSSMediaRule)) continue;
      window.asItWas.queries.push([rule, rule.media.mediaText]);
      rule.media.mediaText = rule.media.mediaText.replace(/([\\d.]+)r?em/g, (_, ems) => `${2 * ems}em`);
    }
  }
  if (rightToLeft) root.dir = "rtl";
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (!node.data.trim() || node.parentElement.closest("script, style, svg")) continue;
    let text = node.data;
    for (const [name, long] of Object.entries(names))
      text = text.replaceAll(new RegExp(`\\\\b${name}\\\\b`, "g"), long);
    if (longer && !node.parentElement.closest("bdi"))
      text = text.trimEnd() + " ~~~~".repeat(Math.ceil(text.trim().length * 0.08));
    if (rightToLeft) text = text.replace(/\\S+/g, (word) => `\\u202e${word}\\u202c`);
    window.asItWas.words.push([node, node.data, text]);
    node.data = text;
  }
}
"""
UNDRESS = """
() => {
  const { dir, fontSize, words, queries } = window.asItWas;
  for (const [rule, was] of queries) rule.media.mediaText = was;
  for (const [node, was, is] of words) if (node.data === is) node.data = was;
  document.documentElement.dir = dir;
  document.documentElement.style.fontSize = fontSize;
}
"""

# What is wrong with how a page lies: wider than the screen, words cut off, buttons on top of each other.
AMISS = """
() => {
  const told = new Set();
  const above = (one) => (one === null ? [] : [one, ...above(one.parentElement)]);
  const styled = (one, test) => above(one).some((up) => test(getComputedStyle(up), up));
  const isShown = (one) => one.getBoundingClientRect().width > 1
    && one.checkVisibility({ visibilityProperty: true }) && one.closest(".unseen, .skip, video") === null;
  const named = (one) => `${one.localName}.${one.className} “${one.textContent.trim().slice(0, 30)}”`;
  const seen = (one) => above(one.parentElement).reduce((box, up) => {
    if (getComputedStyle(up).overflow === "visible") return box;
    const { left, right, top, bottom } = up.getBoundingClientRect();
    return { left: Math.max(left, box.left), right: Math.min(right, box.right),
      top: Math.max(top, box.top), bottom: Math.min(bottom, box.bottom) };
  }, one.getBoundingClientRect());
  const scrolls = (style, up) => /auto|scroll/.test(style.overflowX) && up.scrollWidth > up.clientWidth;
  const floats = (style) => /fixed|sticky/.test(style.position);

  const tooWide = document.documentElement.scrollWidth - innerWidth;
  if (tooWide > 1) told.add(`${tooWide} px wider than the screen`);
  const open = document.querySelector("dialog[open]") ?? document.body;
  const texts = "h1, h2, h3, p, label, a, button, summary, li, b, small, dd, dt, th, td";
  for (const one of [...open.querySelectorAll(texts)].filter(isShown)) {
    const { left, right } = one.getBoundingClientRect();
    const sticksOut = left < -1 || right > innerWidth + 1;
    if (sticksOut && !styled(one.parentElement, scrolls)) told.add(`sticks out: ${named(one)}`);
    const { overflowX, textOverflow } = getComputedStyle(one);
    const isWhole = overflowX === "visible" || textOverflow === "ellipsis";
    if (!isWhole && one.scrollWidth > one.clientWidth + 1) told.add(`cut off: ${named(one)}`);
  }
  const inPlace = (one) => isShown(one) && !styled(one, floats);
  const buttons = [...open.querySelectorAll("button, a.btn")].filter(inPlace);
  for (const [place, one] of buttons.entries())
    for (const other of buttons.slice(place + 1)) {
      const [a, b] = [seen(one), seen(other)];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const overlap = Math.min(across, down) > 2 && !one.contains(other);
      if (overlap) told.add(`overlap: ${named(one)}, ${named(other)}`);
    }
  return [...told];
}
"""
