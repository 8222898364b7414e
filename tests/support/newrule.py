"""The book of the release after this one, which has one rule more: a city may shortlist three."""

from __future__ import annotations

from dataclasses import replace

from gates.found import Found
from gates.rule import Rule
from phases.book import BOOK, Book
from phases.shortlist import ShortlistFacts

SHORTLIST = "shortlist"


def few(facts: ShortlistFacts, _: object) -> Found:
    count = sum(score.shortlisted for score in facts.scores)
    return Found(f"{count} 人", "≤3 人", "" if count <= 3 else f"面试名单 {count} 人；请减到 3 人")


NEW = Rule("shortlist.few", "八(三)", "must", "面试名单人数", "city", few)


def _next_release() -> Book:
    was = BOOK[SHORTLIST]
    more = replace(was, gate=replace(was.gate, rules=(*was.gate.rules, NEW)))
    return Book(more if phase is was else phase for phase in BOOK.phases.values())


NEXT = _next_release()
