from __future__ import annotations

import re
from pathlib import Path

from phases.book import BOOK

PAGE = Path(__file__).parents[2] / "docs" / "programme.md"
KINDS = {"must": "must", "in-principle": "in principle", "record": "record"}


def test_the_page_lists_every_rule_under_its_phase_with_its_clause_and_kind() -> None:
    listed, phase = [], ""
    for line in PAGE.read_text("utf-8").splitlines():
        found = re.match(r"\| (?:`([a-z-]+)`)? ?\| `([a-z.-]+)` \| ([^|]+) \| ([^|]+) \|", line)
        if found:
            phase = found[1] or phase
            listed.append((phase, found[2], found[3], found[4]))
    assert sorted(listed) == sorted(
        (phase.slug, rule.id, rule.clause.replace("个人信息保护法第三十一条", "个人信息保护法 31"), KINDS[rule.kind])
        for phase in BOOK.phases.values()
        for rule in phase.rules
    )
