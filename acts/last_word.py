"""What the province's last word on a phase is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letters.words import LAST_WORDS

if TYPE_CHECKING:
    from calendars.year import Phase
    from phases.book import Book


def decision(phase: Phase | None) -> str:
    """Say what the province's last word on a phase is called."""
    return LAST_WORDS[(phase.province if phase else None) or "approve"]


def last_work(book: Book, phase: Phase, *, unfinished: bool = False) -> str:
    """Say what the province does with a filing of a phase, up to its last word: also the scoring, where it has such.

    `unfinished`: the last word waits for the second part.
    """
    if phase.province is None:
        return "办理"
    scores, word = book.province_gate(phase.slug) is not None, LAST_WORDS[phase.province]
    if unfinished:
        return f"评价（后交部分补齐后{word}）" if scores else f"后交部分补齐后{word}"
    return f"评价并{word}" if scores else word
