"""A year's notice as a page: its text clause by clause, each with the anchor by which rules cite it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.views.history import KINDS

if TYPE_CHECKING:
    from calendars.year import Year
    from phases.book import Book

FOLDER = Path(__file__).parents[1] / "notices"
"""The texts by year: parts (`## 三、…`), items (`### （一）…`, or a line `- （一）…`), their points (`1. …`)."""

PART = re.compile(r"## (?P<at>前言|[一二三四五六七八九十]+(?=、))(?P<rest>.*)")
ITEM = re.compile(r"(?:###|-) （(?P<at>[一二三四五六七八九十]+)）(?P<rest>.*)")
POINT = re.compile(r"(?P<at>\d+)\. (?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class NoticeClause:
    """A clause: how it is cited (三(二), 四(三)1), how deep it stands (1: a part), its number as written, its text.

    `judged` are the rules that cite it, each with the slug and the name of its phase.
    """

    at: str
    depth: int
    mark: str
    text: tuple[str, ...]
    judged: tuple[tuple[str, str, str], ...] = ()


@cache
def clauses(year: int) -> tuple[NoticeClause, ...]:
    """Give the clauses of a year's notice in order; nothing where its text does not ship."""
    file = FOLDER / f"{year}.md"
    return _read(file.read_text("utf-8").splitlines()) if file.is_file() else ()


def _read(lines: list[str]) -> tuple[NoticeClause, ...]:
    found: list[tuple[str, int, str, list[str]]] = []
    part = item = ""
    for line in filter(str.strip, lines):
        if match := PART.fullmatch(line):
            part, item = match["at"], ""
            found.append((part, 1, "", [f"{part}{match['rest']}"]))
        elif match := ITEM.fullmatch(line):
            item = f"{part}({match['at']})"
            found.append((item, 2, f"（{match['at']}）", [match["rest"]]))
        elif item and (match := POINT.fullmatch(line)):
            found.append((f"{item}{match['at']}", 3, f"{match['at']}.", [match["rest"]]))
        elif found:
            found[-1][3].append(line)
    return tuple(NoticeClause(at, depth, mark, tuple(text)) for at, depth, mark, text in found)


def judged(year: Year, book: Book) -> tuple[NoticeClause, ...]:
    """Give the clauses, each with the rules of the year's phases that cite it."""
    cited: dict[str, list[tuple[str, str, str]]] = {}
    for phase in year.phases:
        defined = book.find(phase.slug)
        for rule in defined.rules if defined else ():
            for at in rule.clause.split():
                cited.setdefault(at, []).append((phase.slug, phase.name, f"{rule.name}（{KINDS[rule.kind]}）"))
    return tuple(
        NoticeClause(one.at, one.depth, one.mark, one.text, tuple(cited.get(one.at, ()))) for one in clauses(year.year)
    )


def cited(year: int, clause: str) -> tuple[tuple[str, str], ...]:
    """Give the parts of a citation, each with the address that it leads to; "" for what the year's notice has not."""
    there = {one.at for one in clauses(year)}
    return tuple((at, f"/{year}/notice#{at}" if at in there else "") for at in clause.split(" "))
