"""Whether the words of a letter hold for every case: the twins say the same, nothing is missing, nothing is foreign."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from jinja2 import TemplateSyntaxError

from letters import complaints, phrases
from letters.brief import Item
from letters.envelope import HTML
from letters.headers import UNFIT
from letters.occurrences import is_declined, occurrences
from letters.render import names, read_own, render_own
from letters.specimens import specimen
from letters.words import AUDIENCES, PROGRAMME
from phases.letter_kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calendars.year import City, Year
    from letters.brief import Brief
    from letters.render import Rendered
    from phases.book import Book

FOREIGN = re.compile(r"(?i)<(?:img|link|script|iframe|style|form|svg|object|video)\b|\bsrc=|url\(|@import|\son\w+=")
HOSTILE = "<b>“&\"'{{ 1 }}{% x %}”</b>"
FRAME = "{% extends layout %}"
WORDS = re.compile(r"\w+")


def proofread(kind: Kind, source: str, years: Sequence[Year], book: Book) -> Iterator[tuple[str, str]]:
    """Give what is wrong with a template of that kind: where (a letter it fails for) and what. Each fault once."""
    if UNFIT.search(source.replace("\n", "").replace("\r", "").replace("\t", "")):
        yield "全文", "含有控制字符或双向文字标记"
        return
    if (miswritten := _miswritten(source)) is not None:
        yield "全文", miswritten
        return
    told: set[str] = set()
    for year in years:
        for brief in cases(kind, year, book):
            for fault in _faults(brief, source):
                if fault not in told:
                    told.add(fault)
                    yield f"{brief.phase_name or '整个年度'}，发给{AUDIENCES[brief.audience]}", fault


ANSWERS = ((True, True), (False, True), (False, False))
WAITING = ((None, True), (None, False))
"""Whether a request was granted, and whether the day was over by then: of its answer, and of what is said before."""


def cases(kind: Kind, year: Year, book: Book) -> Iterator[Brief]:
    """Give briefs of that kind: for every phase and audience it has, as it may be at its fullest and at its barest."""
    city = year.cities[0]
    for (each, phase), audiences in occurrences(book, year).items():
        for audience in audiences if each == kind else ():
            plain = specimen(book, year, kind, phase, audience, city)
            yield plain
            yield fullest(plain, city)
            if plain.kept:
                yield replace(plain, kept=False)
            if plain.asked is not None:
                for granted, late in ANSWERS if kind == "answered" else WAITING:
                    yield replace(plain, asked=replace(plain.asked, granted=granted, late=late, kept=late))
                if kind == "answered":
                    yield replace(plain, asked=replace(plain.asked, granted=True, corrected=True))
                barred = False if kind == "answered" else None
                yield replace(plain, asked=replace(plain.asked, granted=barred, grace=year.figures.grace))
            yield replace(
                plain,
                due=None,
                working_days_left=None,
                reason=None,
                findings=(),
                items=(),
                students=(),
                listed=(),
                link="",
                was=None,
            )


def fullest(plain: Brief, city: City) -> Brief:
    """Give the brief with long and hostile values everywhere, and many students."""
    numbers = tuple(f"{city.code}-{plain.year}-{number:04d}" for number in range(30))
    listed = (Item(HOSTILE, HOSTILE, numbers, 3, "late"), Item("甲", "", (), None, "undeliverable"), *plain.items)
    asked = plain.asked and replace(plain.asked, by=HOSTILE, reason=HOSTILE * 20)
    own = plain.own and replace(plain.own, text=HOSTILE * 20)
    return replace(
        plain,
        addressee=HOSTILE,
        attempt=3,
        reason=HOSTILE * 20,
        items=listed,
        students=plain.students and numbers,
        listed=plain.listed and numbers,
        asked=asked,
        own=own,
    )


def _miswritten(source: str) -> str | None:
    try:
        read_own(source)
    except TemplateSyntaxError as error:
        return complaints.syntax(error)
    return None


def _faults(brief: Brief, source: str) -> Iterator[str]:
    try:
        rendered = render_own(brief, source)
    except Exception as error:  # noqa: BLE001 - whatever a template does wrong is a fault of the template
        yield complaints.failure(error, names(brief))
    else:
        yield from _spoken(brief, rendered)


def _spoken(brief: Brief, rendered: Rendered) -> Iterator[str]:
    body = HTML.search(rendered.html)
    if body is not None and rendered.text == render_own(brief, FRAME).text:
        yield "正文是空的"
        return
    if body is None or rendered.framed is None:
        yield "没有套用函件版式：应以 {% extends layout %} 开头，正文写在 {% block body %} 里"
        return
    if FOREIGN.search(body[1]):
        yield "含有图片、脚本、样式或外部资源，收件方可能看不到"
    if WORDS.findall(_visible(rendered.html)) != WORDS.findall(f"{PROGRAMME} {rendered.text}"):
        yield "文字正文与 HTML 正文说的不一样：请只用所附的段落、列表等写法，不直接写 HTML"
    if brief.due and not is_declined(brief.asked) and phrases.until_due(brief) not in rendered.text:
        yield "没有写明截止时间"
    if brief.link and brief.link not in rendered.text:
        yield "没有给出办理入口的链接"


def _visible(html: str) -> str:
    seen = _Visible()
    seen.feed(html)
    seen.close()
    return seen.text


class _Visible(HTMLParser):
    """What a reader sees: the text without <title> and <style>, list items with their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._number = 0
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the library's
        if tag == "wbr":
            return
        self._open = tag
        self._number = 0 if tag == "ol" else self._number + (tag == "li")
        self.text += f" {self._number}. " if tag == "li" else " "

    def handle_endtag(self, tag: str) -> None:
        self._open = "" if tag == self._open else self._open
        self.text += " "

    def handle_data(self, data: str) -> None:
        if self._open not in {"title", "style"}:
            self.text += data
