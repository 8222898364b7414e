from __future__ import annotations

import pytest

from gates.judge import judge
from phases.application import ApplicationFacts, ApplicationProfile
from phases.book import BOOK
from phases.cultivation import CultivationFacts
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
