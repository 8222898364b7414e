"""What breaks no rule and is shown to whoever decides: too many for one mentor, an order that is not the scores'."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from models.facts.scope import Scope
from models.facts.training import visits
from tests.support import ledger, sheets
from tests.support.scenes import FILED, NANJING, Scene

if TYPE_CHECKING:
    from season.outcome import Outcome
    from tests.support.sheets import Sheets


def found(outcome: Outcome, rule: str) -> tuple[str, bool]:
    assert outcome.verdict is not None
    return next((one.found, one.ok) for one in outcome.verdict.findings if one.rule == rule)


def test_more_choosers_than_places_is_shown_to_city_and_mentor_and_refuses_nothing(scene: Scene) -> None:
    where = scene.city(NANJING)
    roll = sheets.roll(sheets.mentor(where, places=5), sheets.mentor(where, 2))
    scene.through("mentor-recommendation", NANJING, **{"mentor-recommendation": roll})
    said = scene.file("application", NANJING)
    shown = "6/6（选报多于计划招收的导师 1 名（南京大学 南京导师1 6/5））"
    assert (said.done, found(said, "applications.mentor")) == (True, (shown, True))
    with scene.database.read() as connection:
        told = {
            one.addressee: one.text
            for one in ledger.words(connection)
            if (one.kind, one.phase) == ("passed", "application") and one.addressee
        }
    said_of = {who: "选报您的学生共6名，您计划招收5名。" in text for who, text in told.items()}
    assert said_of == {"南京导师1教授": True, "南京导师2教授": False, "南京市管理办公室": False}


def test_who_was_passed_over_is_shown_by_subject(scene: Scene) -> None:
    scene.through("shortlist", NANJING)
    rows = scene.sheets("interview", NANJING)["interviews"]
    scores = [90, 80, 85, 80, 70, 60]  # the first two are admitted: the third is better than the second, the fourth no
    changed = [one.model_copy(update={"score": Decimal(score)}) for one, score in zip(rows, scores, strict=True)]
    scene.load("interview", NANJING, {"interviews": changed}, FILED["interview"])
    said = scene.submit("interview", NANJING, FILED["interview"])
    shown = "不符 0 人；未按成绩次序：同学科分数更高而未入选 1 人（3201-2022-0003）"
    assert (said.done, found(said, "interviews.from-shortlist")) == (True, (shown, True))


def test_a_day_to_come_or_before_the_training_is_looked_at_again_and_does_not_count(scene: Scene) -> None:
    scene.through("midterm", NANJING)
    filled = scene.sheets("cultivation", NANJING)
    logs: Any = filled["logs"]
    later = {"submitted_on": date(2022, 11, 30)}
    ahead = [one.model_copy(update=later) if one.stage == 3 else one for one in logs]
    loaded = scene.load("cultivation", NANJING, {**filled, "logs": ahead}, FILED["year-end"])
    assert {(one.code, one.column, one.right) for one in loaded.warnings} == {
        ("day.later", "提交日期", "请按记录核对；日期未到的不计入")
    }
    scene.load("year-end", NANJING, scene.sheets("year-end", NANJING), FILED["year-end"])
    assert found(scene.submit("year-end", NANJING, FILED["year-end"]), "year-end.logs") == ("0/2", False)
    before_training(scene, filled)


def before_training(scene: Scene, filled: Sheets) -> None:
    """A day before there was training is shown at its cell and does not count; on its first day all does."""
    number = "3201-2022-0001"

    def moved(to: date) -> tuple[set[tuple[str, int | None]], int]:
        dated = {"visits": "visited_on", "logs": "submitted_on", "talks": "talked_on"}
        changed = {
            key: (filled[key][0].model_copy(update={field: to}), *filled[key][1:]) for key, field in dated.items()
        }
        said = scene.load("cultivation", NANJING, {**filled, **changed}, FILED["year-end"])
        with scene.database.read() as connection:
            had = visits(Scope.undated(connection, scene.year, [NANJING]))[NANJING][number]
        assert {(one.code, one.found, one.wrong) for one in said.warnings} <= {
            ("day.earlier", f"{to}", "早于培养开始（2022-02-21）")
        }
        return {(one.sheet, one.row) for one in said.warnings}, had

    assert moved(date(2022, 2, 20)) == ({("到校记录", 2), ("成长日志", 2), ("面谈记录", 2)}, 9)
    verdict = scene.submit("year-end", NANJING, FILED["year-end"]).verdict
    assert verdict is not None
    (said,) = verdict.refusals
    there = "（其中 1 份已登记而日期早于培养开始或晚于报送日，不计入，填错的据实更正日期）"
    assert (said.rule, said.numbers, said.mend.count(there)) == ("year-end.logs", (number,), 2)
    assert moved(date(2022, 2, 21)) == (set(), 10)
    assert scene.submit("year-end", NANJING, FILED["year-end"]).done
