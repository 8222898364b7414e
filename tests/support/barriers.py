"""Whom a page that a browser shows would bar, by axe; and whether it is wider than the screen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from playwright.sync_api import Page

Look = tuple[int, str]
"""Pixels from left to right, and a colour scheme."""

LOOKS: tuple[Look, ...] = ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark"))
ONE: tuple[Look, ...] = ((390, "light"),)
"""Where another has looked at the same pages in all four."""

COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that another scheme alone can change: the rest goes by what there is, and by where it stands."""

FIRST = "data-first-of-its-look"
MARKED = """name => {
  const drawing = ["color", "background", "opacity", "fontSize", "fontWeight", "position", "visibility", "textShadow",
    "filter", "mixBlendMode"];
  const looks = new Map(), seen = new Set();
  const look = at => {
    if (at === null) return "";
    if (!looks.has(at)) {
      const style = getComputedStyle(at), drawn = drawing.map(name => style[name]);
      looks.set(at, `${look(at.parentElement)}>${at.tagName}.${at.className}:${drawn}`);
    }
    return looks.get(at);
  };
  const isRead = at => at.matches("input, select, textarea, button")
    || [...at.childNodes].some(one => one.nodeType === Node.TEXT_NODE && one.data.trim());
  for (const at of document.querySelectorAll("*")) {
    at.removeAttribute(name);
    if (isRead(at) && at.checkVisibility() && !seen.has(look(at))) {
      seen.add(look(at));
      at.setAttribute(name, "");
    }
  }
  axe.configure({rules: [{id: "color-contrast", selector: `[${name}]`}]});
}"""
"""Contrast, most of what axe works on, is asked of one of the texts that are drawn alike, with all they stand in."""

SIDEWAYS = "() => document.scrollingElement.scrollWidth - window.innerWidth"
BARRED = "options => axe.run({resultTypes: ['violations'], ...options}).then(found => found.violations)"


def barriers(page: Page, looks: Iterable[Look]) -> list[str]:
    """What is wrong with the page that is shown, in each of these looks."""
    page.evaluate(AXE_SCRIPT)
    found, widths = list[str](), set[int]()
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        where = f"{page.url} at {width} px, {scheme}"
        if (over := page.evaluate(SIDEWAYS)) > 0:
            found.append(f"{where}: {over} px too wide")
        page.evaluate(MARKED, FIRST)
        violations: list[dict[str, Any]] = page.evaluate(BARRED, COLOURS if width in widths else {})
        widths.add(width)
        for violation in violations:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            found.append(f"{where}: {violation['id']}: {json.dumps(nodes, ensure_ascii=False)}")
    return found
