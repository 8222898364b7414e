from __future__ import annotations

from phases.book import BOOK
from tests.support.cards import RULES


def test_every_rule_has_its_clause_kind_gate_and_actor() -> None:
    found = {
        rule.id: (rule.clause, rule.kind, name, rule.actor)
        for phase in BOOK.phases.values()
        for name, rules in (*((gate.name, gate.rules) for gate in phase.gates), (phase.slug, phase.records))
        for rule in rules
    }
    assert found == RULES


def test_each_gate_judges_its_rules_in_the_order_of_the_book() -> None:
    judged = {name: [rule.id for rule in gate.rules] for name, gate in BOOK.gates.items()}
    expected: dict[str, list[str]] = {}
    for rule, (_, kind, phase, _) in RULES.items():
        if kind != "record":
            expected.setdefault(phase, []).append(rule)
    assert judged == expected


def test_what_is_judged_finds_something_and_what_is_only_recorded_does_not() -> None:
    assert {rule.id: rule.kind == "record" for rule in BOOK.rules.values()} == {
        rule.id: rule.find is None for rule in BOOK.rules.values()
    }


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in BOOK.rules.values() if rule.name}) == len(BOOK.rules)
