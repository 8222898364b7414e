from __future__ import annotations

from dataclasses import replace

from dashboard.acts import preview_words
from dashboard.acts.trial import Tried
from models.outbox import LetterRow
from season.outcome import Changes, Outcome
from tests.support.made import matrix

HERE = matrix("2022-02-07T09:00", {})


def letter(number: int) -> LetterRow:
    key = ("shortlist", "yancheng", "1", f"mentor:{number}", "moved", "2022-02-10")
    words = ("截止时间改为2月10日", "text", "html", f"<{number}@x.example>")
    return LetterRow(*key, "yancheng", f"m{number}@x.example", *words)


LETTERS = (letter(1), letter(2))


def came_to(*letters: LetterRow) -> Tried:
    totals = dict.fromkeys(("admitted", "funded", "exited", "excellent", "certificates"), 0)
    there = replace(HERE, totals=totals)
    return Tried(Outcome("done", "已延期。", changes=Changes((), letters, ())), there, there, frozenset())


def test_the_order_in_which_letters_are_written_is_no_difference() -> None:
    assert came_to(*LETTERS).digest == came_to(*reversed(LETTERS)).digest


def test_who_is_in_training_stands_beside_the_totals_where_it_is_known() -> None:
    there = replace(came_to().before, trained={"yancheng": 3})
    tried = replace(came_to(), before=there, after=replace(there, trained={"yancheng": 2}))
    assert preview_words.totals(tried)[-1] == ("在培", 3, 2)
    assert [name for name, *_ in preview_words.totals(came_to())] == ["入选", "省级资助", "中期退出", "优秀", "证书"]
    assert tried.digest != replace(tried, after=there).digest


def test_a_letter_more_is_one() -> None:
    assert came_to(*LETTERS).digest != came_to(*LETTERS[:1]).digest
