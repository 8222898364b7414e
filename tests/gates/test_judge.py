from __future__ import annotations

import pytest

from gates.judge import judge
from phases.application import ApplicationFacts, ApplicationProfile
from phases.book import BOOK
from phases.cultivation import CultivationFacts
from phases.year_end import YearEndFacts
from tests.support.cards import FIGURES


def test_facts_of_another_phase_are_a_defect() -> None:
    with pytest.raises(TypeError, match="midterm is judged by MidtermFacts, not by CultivationFacts"):
        judge(BOOK.gates["midterm"], CultivationFacts((), frozenset()), FIGURES)


def test_a_million_applications_are_judged_by_their_profiles() -> None:
    profiles = {
        ApplicationProfile(
            grade=grade,
            subject=subject,
            rank_within=True,
            mentor_on_roll=True,
            other_subject=other,
            recommended=True,
            consent_missing=False,
            repeated=False,
        ): 50_000
        for grade in ("高一", "高二")
        for subject in ("数学", "物理", "化学", "生物", "计算机")
        for other in (False, True)
    }
    verdict = judge(BOOK.gates["application"], ApplicationFacts(profiles), FIGURES)
    assert (verdict.findings[0].found, verdict.passed) == ("1000000/1000000", True)


def test_all_whom_a_mentor_has_to_do_something_for_are_named_and_of_what_the_city_mends_the_first() -> None:
    numbers = tuple(f"3201-2022-{place:04}" for place in range(1, 31))
    (plans,) = judge(BOOK.gates["cultivation"], CultivationFacts(numbers, frozenset()), FIGURES).findings
    assert (plans.actor, plans.numbers) == ("mentor", numbers)
    facts = YearEndFacts(numbers, (), {}, {}, {}, None, None, 0)
    materials, logs = judge(BOOK.gates["year-end"], facts, FIGURES).findings
    assert (materials.actor, materials.numbers) == ("city", numbers[:20])
    assert (logs.actor, logs.numbers) == ("mentor", numbers)
