from __future__ import annotations

import pytest

from letters.occurrences import OCCURS
from tests.cli.conftest import Talent


@pytest.mark.parametrize(("kind", "phase"), OCCURS, ids=str)
def test_every_kind_is_previewed_for_every_phase_it_occurs_in(talent: Talent, kind: str, phase: str | None) -> None:
    named = () if phase is None else ("--phase", phase)
    ran = talent("letters", "preview", kind, *named, "--city", "盐城", "--json")
    wanted = next(audiences for pair, audiences in OCCURS.items() if pair == (kind, phase))
    assert (ran.status, ran.err) == (0, "")
    assert [letter["audience"] for letter in ran.data] == list(wanted)
    assert [letter for letter in ran.data if not (letter["subject"] and letter["text"] and letter["html"])] == []


def test_a_preview_is_printed_as_text_or_as_html(talent: Talent) -> None:
    asked = ("letters", "preview", "overdue", "--phase", "shortlist", "--city", "3209")
    text, html = talent(*asked).out, talent(*asked, "--html").out
    assert text.splitlines()[1] == html.splitlines()[1] == "主题：【省后备人才】逾期催办：盐城市面试名单"
    assert ("<" in text, "<" in html) == (False, True)
