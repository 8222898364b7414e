"""Every letter as a browser lays it out: nothing wider than a phone, every word legible by light and in the dark."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from calendars.files import load
from letters.brief import Brief
from letters.envelope import Part, compose
from letters.occurrences import OFFICES, occurrences
from letters.proofreading import fullest
from letters.render import render
from letters.specimens import specimen
from phases.book import BOOK
from post.receipt_links import with_receipt

URL = "https://talent.example/receipts/MTIzNDU2Nzg.abcdefghijklmnopqrstuvwxyz-0123456789_ABCDEFG"
WIDTHS = {False: (320, 700), True: (390,)}
"""Pixels of the screen; in the dark, where only the colours are others, one is enough."""

LEGIBLE = 4.5
"""The contrast that WCAG 2 asks of text (1.4.3)."""

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LOOK = """
const channel = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const numbers = color => color.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const behind = node => {
  for (; node; node = node.parentElement) {
    const found = numbers(node.ownerDocument.defaultView.getComputedStyle(node).backgroundColor);
    if (found.length === 3 || found[3] === 1) return found;
  }
  return [255, 255, 255];
};
const contrast = node => {
  const ink = light(numbers(node.ownerDocument.defaultView.getComputedStyle(node).color)), paper = light(behind(node));
  return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
};
const faults = [];
for (const frame of document.querySelectorAll("iframe")) {
  const page = frame.contentDocument;
  if (page.documentElement.scrollWidth > frame.clientWidth) faults.push([frame.title, "wide", frame.clientWidth]);
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (text.textContent.trim() && contrast(text.parentElement) < LEGIBLE)
      faults.push([frame.title, "faint", text.textContent.trim()]);
    if (text.textContent.includes("</td>")) faults.push([frame.title, "markup", text.textContent.trim()]);
  }
}
document.body.innerHTML = `<pre>${JSON.stringify({
  letters: document.querySelectorAll("iframe").length,
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
  faults,
})}</pre>`;
"""


def page(letters: dict[str, str], widths: tuple[int, ...]) -> str:
    """All letters at these widths, and what looks at them once they are laid out."""
    frames = "".join(
        f'<iframe title="{name}" width="{width}" height="50" style="border:0" srcdoc="{html.escape(letter)}"></iframe>'
        for name, letter in letters.items()
        for width in widths
    )
    script = f"const LEGIBLE = {LEGIBLE};\nwindow.onload = () => {{ {LOOK} }};"
    head = '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    return f"{head}<body>{frames}<script>{script}</script>"


def seen(letters: dict[str, str], folder: Path, *, dark: bool) -> dict[str, object]:
    """What the browser says of them."""
    assert BROWSER is not None
    (folder / "letters.html").write_text(page(letters, WIDTHS[dark]), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    file = (folder / "letters.html").as_uri()
    command = [BROWSER, *options, scheme, "--virtual-time-budget=60000", "--dump-dom", file]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    found = re.search(r"<pre>(.*)</pre>", ran.stdout)
    assert found, ran.stdout[-500:]
    told: dict[str, object] = json.loads(html.unescape(found[1]))
    return told


def sent(brief: Brief) -> str:
    """The html as it goes out, an office's with its link of acknowledgement."""
    rendered = render(brief)
    return with_receipt(rendered.text, rendered.html, URL)[1] if brief.audience in OFFICES else rendered.html


@pytest.fixture(scope="module")
def letters() -> dict[str, str]:
    """Every kind, phase and audience at its fullest, and one envelope of several."""
    year = load(2022)
    city = year.city("连云港")
    briefs = [
        fullest(specimen(BOOK, year, kind, phase, audience, city), city)
        for (kind, phase), audiences in occurrences(BOOK, year).items()
        for audience in audiences
    ]
    found = {f"{brief.kind} {brief.phase} {brief.audience}": sent(brief) for brief in briefs}
    rendered = ((brief.kind, render(brief)) for brief in briefs)
    parts = [Part(kind, one.subject, one.text, one.html, framed=one.framed) for kind, one in rendered]
    return found | {"envelope": compose(parts[:20], "省办 <office@talent.example>").html}


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="本机没有 Chromium（Debian：apt-get install chromium）")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_the_screen_and_every_word_is_legible(
    letters: dict[str, str], dark: bool, tmp_path: Path
) -> None:
    assert seen(letters, tmp_path, dark=dark) == {
        "letters": len(letters) * len(WIDTHS[dark]),
        "dark": dark,
        "faults": [],
    }


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="本机没有 Chromium（Debian：apt-get install chromium）")
def test_a_letter_that_is_too_wide_or_too_faint_is_seen(tmp_path: Path) -> None:
    bad = '<body style="margin:0;background:#ffffff"><p style="width:350px;margin:0;color:#cccccc">faint</p>'
    assert seen({"bad": bad}, tmp_path, dark=False)["faults"] == [
        ["bad", "wide", 320],
        *[["bad", "faint", "faint"]] * 2,
    ]
