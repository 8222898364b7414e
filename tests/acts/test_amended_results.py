"""更正: a published result that is another after a rerun is told to those whom it concerns, and to no others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from acts.correct_result import correct_result
from dashboard.serving.in_hand import hands
from dashboard.serving.look import Looking
from models import standing, written_letters
from phases.application import StudentRow
from season.outcome import Outcome
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp

YEAR_END = "year-end"


@dataclass(frozen=True)
class Published:
    """A city whose results are out: two students of one mentor, each of a school of its own."""

    scene: Scene

    def again(self, *grades: str, day: str = "2022-11-24") -> Outcome:
        """The year-end is run again, and these grades are published in the order of the students."""
        scene, city = self.scene, self.scene.city(NANJING)
        scene.rerun(YEAR_END, NANJING, f"{day}T10:00", date(2022, 12, 2))
        assert scene.submit(YEAR_END, NANJING, f"{day}T11:00").done
        rows = [
            row
            for one, grade in zip(trained(scene), grades, strict=True)
            for row in sheets.evaluation([one], grade, scene.year)["evaluations"]
        ]
        lined = [row.model_copy(update={"line": place}) for place, row in enumerate(rows, 2)]
        assert scene.load("evaluation", city.slug, {"evaluations": lined}, f"{day}T12:00").done
        return scene.approve(YEAR_END, NANJING, f"{day}T13:00")


def trained(scene: Scene) -> list[StudentRow]:
    city = scene.city(NANJING)
    return [sheets.student(city, place, school=f"南京{name}中") for place, name in enumerate("一二", 1)]


@pytest.fixture
def published(scene: Scene) -> Published:
    city = scene.city(NANJING)
    two = trained(scene)
    others = sheets.students(city)[2:]
    filed = {"application": sheets.application([*two, *others]), YEAR_END: sheets.year_end(city, two)}
    scene.through(YEAR_END, NANJING, **filed)
    with scene.database.write(YEAR) as connection:
        connection.exec_driver_sql("UPDATE letter SET state = 'sent' WHERE kind = 'result'")
    return Published(scene)


def who(said: Outcome) -> list[tuple[str, str]]:
    return [(one.kind, one.recipient.partition(":")[0]) for one in said.changes.letters]


def test_whoever_has_another_result_hears_which_and_nobody_else_hears_anything(published: Published) -> None:
    said = published.again("合格", "优秀")
    assert who(said) == [("amended", "city"), ("amended", "mentor"), ("amended", "school")]
    with published.scene.database.read() as connection:
        [school] = [row for row in ledger.words(connection) if row.kind == "amended" and "school" in row.recipient]
    assert school.addressee == "南京二中"
    for one in said.changes.letters:
        assert "3201-2022-0002：由“合格”更正为“优秀”" in one.text
        assert "3201-2022-0001" not in one.text
        assert ("因疫情封控" in one.text) is one.recipient.startswith("city:")
        assert one.subject.startswith("【省后备人才培养计划】更正：2022年度评价结果")


def test_where_no_result_changed_nobody_is_written_to(published: Published) -> None:
    assert who(published.again("合格", "合格")) == []


def test_without_the_guard_everybody_would_be_told_everything_again(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken control."""
    monkeypatch.setattr(written_letters, "heard_last", lambda *_: {})
    assert [kind for kind, _ in who(published.again("合格", "优秀"))] == ["result"] * 4


def test_who_was_never_told_gets_the_result_itself(published: Published) -> None:
    with published.scene.database.write(YEAR) as connection:
        connection.exec_driver_sql(
            "UPDATE letter SET state = 'queued' WHERE kind = 'result' AND substr(recipient, 1, 3) = 'sch'"
        )
    said = published.again("合格", "优秀")
    assert who(said) == [
        ("result", "school"), ("result", "school"), ("amended", "city"), ("amended", "mentor"),
    ]  # fmt: skip


AMENDED = [("amended", "city"), ("amended", "mentor"), ("amended", "school")]


def test_a_correction_that_was_taken_back_unsent_is_owed_still(published: Published) -> None:
    assert who(published.again("合格", "优秀")) == AMENDED
    said = published.again("合格", "优秀", day="2022-11-25")
    assert who(said) == AMENDED
    assert all("3201-2022-0002：由“合格”更正为“优秀”" in one.text for one in said.changes.letters)


def test_who_never_heard_a_correction_is_not_corrected_when_it_is_undone(published: Published) -> None:
    published.again("合格", "优秀")
    assert who(published.again("合格", "合格", day="2022-11-25")) == []


def test_each_is_corrected_from_what_he_heard_last(published: Published) -> None:
    published.again("合格", "优秀")
    with published.scene.database.write(YEAR) as connection:
        connection.exec_driver_sql(
            "UPDATE letter SET state = CASE substr(recipient, 1, 3) WHEN 'sch' THEN 'failed' ELSE 'sent' END"
            " WHERE kind = 'amended'"
        )
    said = published.again("合格", "不合格", day="2022-11-25")
    assert {one.recipient.partition(":")[0]: "由“优秀”更正" in one.text for one in said.changes.letters} == {
        "city": True, "mentor": True, "school": False,
    }  # fmt: skip
    assert all("更正为“不合格”" in one.text for one in said.changes.letters)


def corrected(published: Published, place: int, grade: str, at: str) -> Outcome:
    number = trained(published.scene)[place].number
    given = (published.scene.database, YEAR, YEAR_END, NANJING, (number, grade), stamp(at))
    return correct_result(*given, reason="评分录入有误")


def test_the_province_corrects_a_result_without_a_filing_and_tells_those_concerned(published: Published) -> None:
    scene, before = published.scene, published.scene.cell(YEAR_END, NANJING)
    said = corrected(published, 1, "优秀", "2022-11-24T10:00")
    assert (said.outcome, who(said)) == ("done", AMENDED)
    for one in said.changes.letters:
        assert "3201-2022-0002：由“合格”更正为“优秀”" in one.text
        assert ("因评分录入有误" in one.text) is one.recipient.startswith("city:")
    after = scene.cell(YEAR_END, NANJING)
    assert (after.state, after.filed_at, after.tally) == (
        "passed", before.filed_at, {"excellent": 1, "certificates": 2},
    )  # fmt: skip
    assert corrected(published, 1, "优秀", "2022-11-24T11:00").changes.letters == ()


def digest(scene: Scene, at: str) -> str:
    return "".join(one.text for one in scene.advance(at).changes.letters if one.kind == "digest")


def without_his(scene: Scene, key: str, number: str, stage: int | None = None) -> sheets.Sheets:
    """The records of the training but for one student's rows of a sheet, or that of a stage."""
    sheet = scene.sheets("cultivation", NANJING)
    rows = [(row, row.model_dump()) for row in sheet[key]]
    left = [row for row, has in rows if has["number"] != number or stage not in {None, has.get("stage")}]
    return {**sheet, key: tuple(row.model_copy(update={"line": line}) for line, row in enumerate(left, 2))}


def test_what_a_result_stood_on_changes_and_the_province_hears_until_it_settles_it(published: Published) -> None:
    """A visit that never was is taken back; 优秀 is out of the question then, 合格 stands."""
    scene = published.scene
    first = trained(scene)[0].number
    assert scene.load("cultivation", NANJING, without_his(scene, "visits", first), "2022-11-24T10:00").done

    def in_row(at: str) -> list[tuple[int, str]]:
        with scene.database.read() as connection:
            found = standing.opened(connection, YEAR)
            row = hands(connection, Looking(found, instant(at), instant(at))).row
        return [(one.count, one.then) for one in row if one.page == "/tasks#outdated"]

    assert f"结果公布之后，所依据的记录有变化（{first}）" in digest(scene, "2022-11-25T09:00")
    assert in_row("2022-11-25T09:30") == [(1, "去核对")]
    refused = corrected(published, 0, "优秀", "2022-11-25T10:00")
    assert (refused.outcome, "到校 0 次" in refused.message) == ("refused", True)
    stands = corrected(published, 0, "合格", "2022-11-25T11:00")
    assert (stands.message, stands.changes.letters) == (f"南京 年度评价：{first} 的结果维持“合格”。", ())
    assert "所依据的记录有变化" not in digest(scene, "2022-11-28T09:00")
    assert in_row("2022-11-28T09:30") == []


def test_a_log_that_is_taken_back_after_publication_is_told_until_it_is_there_again(published: Published) -> None:
    scene = published.scene
    second = trained(scene)[1].number
    told = f"结果公布之后，所依据的记录有变化（{second}）"
    assert scene.load("cultivation", NANJING, without_his(scene, "logs", second, 2), "2022-11-24T10:00").done
    assert told in digest(scene, "2022-11-25T09:00")
    assert scene.load("cultivation", NANJING, scene.sheets("cultivation", NANJING), "2022-11-25T10:00").done
    assert told not in digest(scene, "2022-11-28T09:00")
