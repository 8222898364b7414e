"""No dead end: whatever is wrong with a filing, its faults and cards say what to do, or who else must act."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gates.verdict import Finding
from tests.proof import mender
from tests.proof.card_mender import by_card
from tests.proof.judging import faults, refusals
from tests.proof.mender import ROUNDS, mended
from tests.proof.mistakes import FORMS, faulty
from tests.proof.papers import Filing, Page, sound

SEEDS = range(300)


def test_every_faulty_filing_passes_in_five_rounds_or_names_who_must_act() -> None:
    ended = {seed: mended(faulty(seed)) for seed in SEEDS}
    assert {seed: one.stuck for seed, one in ended.items() if one.stuck} == {}
    rounds = [one.rounds for one in ended.values() if not one.person]
    assert (max(rounds) <= ROUNDS, min(rounds), len(rounds) > 0.9 * len(SEEDS)) == (True, 1, True)
    assert {one.person for one in ended.values()} >= {"", "省级管理办公室", "导师、中学和家长", "学生、导师"}


def test_rows_on_a_copy_of_their_sheet_are_found() -> None:
    """The copy was read by nobody, and the clerk sent to a sheet that it had filled in: six rounds."""
    filing = sound("interview")
    page = filing.of_sheet("interviews")
    filing.pages.append(Page(page.sheet, page.name, list(page.header), [], page.paper))
    page.name = f"{page.name}(2)"
    page.lines.pop()
    assert mended(filing).rounds == 3


def test_a_kind_of_summary_that_is_wrong_is_found_where_it_is_typed() -> None:
    """The fault blamed the unit alone, which was right: nobody could mend it."""
    filing = sound("year-end")
    filing.of_sheet("summaries").lines[0].cells[0] = "中学"
    assert mended(filing).rounds == 2


@pytest.mark.parametrize("slug", FORMS)
def test_what_is_sound_passes_at_once(slug: str) -> None:
    reading, found = faults(sound(slug))
    assert (found, refusals(sound(slug), reading)) == ([], ())


def test_sentences_that_say_nothing_are_dead_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same filings, told only what is wrong."""
    by_fault = mender.by_fault
    monkeypatch.setattr(mender, "by_fault", lambda filing, one: by_fault(filing, replace(one, column=None, right="")))

    def told(filing: Filing, finding: Finding) -> bool | str:
        return by_card(filing, replace(finding, mend="不符合规定"))

    monkeypatch.setattr(mender, "by_card", told)
    stuck = [mended(faulty(seed)).stuck for seed in SEEDS]
    assert sum(map(bool, stuck)) > 0.5 * len(SEEDS)
