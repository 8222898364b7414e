from __future__ import annotations

from gates.judge import GATES
from gates.rules import RULES
from tests.gates.cards import BOOK


def test_every_rule_has_its_clause_kind_gate_and_actor() -> None:
    assert {rule.id: (rule.clause, rule.kind, rule.phase, rule.actor) for rule in RULES.values()} == BOOK


def test_each_gate_judges_its_rules_in_the_order_of_the_book() -> None:
    judged = {phase: list(gate.rules) for phase, gate in GATES.items()}
    expected: dict[str, list[str]] = {}
    for rule, (_, kind, phase, _) in BOOK.items():
        if kind != "record":
            expected.setdefault(phase, []).append(rule)
    assert judged == expected


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES.values() if rule.name}) == len(RULES)
