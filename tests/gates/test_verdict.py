from __future__ import annotations

import json
from dataclasses import dataclass, replace

from gates.verdict import Finding, Verdict, Waived
from tests.support.cards import broken, met

RATIO = broken("interviews.ratio", "12:5", "3:1", "需再面试 3 人，或少入选 1 人")
CAP = broken("funding.city-cap", "6", "≤5", "请为其中 1 人安排自筹经费", "3208-2022-0001")
TOTAL = met("funding.province-total", "50+6=56", "≤65")
WAIVED = replace(RATIO, waived=Waived(by="省办 李", reason="两名考生因病缺席"))


def test_only_what_is_neither_met_nor_waived_refuses() -> None:
    verdict = Verdict("interview", (WAIVED, CAP, TOTAL))
    assert (verdict.refusals, verdict.passed) == ((CAP,), False)


def test_a_verdict_of_met_and_waived_rules_passes() -> None:
    verdict = Verdict("interview", (WAIVED, TOTAL))
    assert (verdict.refusals, verdict.passed) == ((), True)


def test_a_finding_as_the_report_card_shows_it() -> None:
    assert WAIVED.as_json() == {
        "rule": "interviews.ratio",
        "clause": "三(二)",
        "kind": "in-principle",
        "found": "12:5",
        "needed": "3:1",
        "ok": False,
        "actor": "city",
        "mend": "需再面试 3 人，或少入选 1 人",
        "numbers": [],
        "waived": True,
        "waived_by": "省办 李",
        "waived_reason": "两名考生因病缺席",
    }


def test_a_verdict_survives_storage() -> None:
    verdict = Verdict("interview", (WAIVED, CAP, TOTAL))
    stored = json.loads(json.dumps(verdict.as_json()))
    assert (stored["passed"], Verdict.from_json(stored)) == (False, verdict)


@dataclass(frozen=True, slots=True)
class Later(Finding):
    """A finding as a later release knows it."""

    since: str = ""


def test_a_field_more_is_read_where_it_is_stored_and_has_its_default_where_an_earlier_release_did() -> None:
    stored = RATIO.as_json()
    assert [Later.from_json(one).since for one in (stored, {**stored, "since": "2023"})] == ["", "2023"]


def test_what_a_release_stored_that_knew_more_is_read_without_it() -> None:
    assert Finding.from_json({**RATIO.as_json(), "since": "2023"}) == RATIO
