"""What is answered to each workbook of `tests/fixtures/workbooks`: nothing is lost in silence, each fault says how."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

import pytest

import acts.load
from acts.why import report_card
from cli import main
from forms.workbook_rows import RowError
from models.database import Database
from phases.book import BOOK
from season.outcome import Outcome
from tests.support import books, sheets
from tests.support.originals import MIGRATED, Originals
from tests.support.scenes import NANJING, YEAR, Scene, stamp
from tests.support.workbooks_reported import APPLIED, AT, COLUMNS, EXPECTED, FOLDER, Place


@pytest.fixture(scope="module")
def opened(sqlite_originals: Originals, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Database]]:
    """The year of Nanjing as it stood in each phase that a workbook is of."""
    folder = tmp_path_factory.mktemp("workbooks")
    now = folder / "now.db"
    shutil.copy(sqlite_originals.file(MIGRATED), now)
    database = Database(f"sqlite:///{now}", BOOK)
    scene = Scene.begin(database)
    city, who = scene.city(NANJING), {"mentor": "夏一梓", "institution": "南京大学"}
    roll = sheets.roll(sheets.mentor(city, name=who["mentor"], institution=who["institution"]))
    applied = [sheets.student(city, at, name=name, **who) for at, name in enumerate(APPLIED.split(), start=1)]
    filed = {
        "application": {"mentor-recommendation": roll},
        "shortlist": {"application": sheets.application(applied)},
        "meeting": {"shortlist": sheets.shortlist(applied), "interview": sheets.interview(applied)},
    }
    found = {}
    for phase, before in filed.items():
        for slug, rows in before.items():
            said = scene.file(slug, NANJING, rows)
            assert said.done, said
        database.dispose()
        shutil.copy(now, folder / f"{phase}.db")
        found[phase] = Database(f"sqlite:///{folder / phase}.db", BOOK)
    yield found
    for one in (*found.values(), database):
        one.dispose()


def loaded(opened: Mapping[str, Database], name: str, phase: str = "application", *, dry_run: bool = True) -> Outcome:
    file = FOLDER / f"{name}.xlsx"
    return acts.load.load(opened[phase], YEAR, phase, NANJING, file, stamp(AT[phase]), dry_run=dry_run)


def told(found: Iterable[tuple[Place, str]], expected: Mapping[Place, str]) -> bool:
    said = [*found]
    assert dict(said).keys() == expected.keys()
    assert len(dict(said)) == len(said)
    return all(expected[place] in sentence for place, sentence in said)


def places(found: Iterable[RowError]) -> Iterator[tuple[Place, str]]:
    return (((one.row, one.column), one.sentence) for one in found)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.xlsx")))
def test_what_is_said_of_each(opened: Mapping[str, Database], name: str) -> None:
    expected = EXPECTED[name]
    said = loaded(opened, name, expected.phase)
    assert said.outcome == ("form-errors" if expected.wrong else "done")
    assert told(places(said.errors), expected.wrong)
    assert told(places(said.warnings), expected.look)
    reading = books.read(FOLDER / f"{name}.xlsx", expected.phase)
    key = {"application": "students", "shortlist": "scores", "meeting": "meetings"}[expected.phase]
    faulty = {one.row for one in said.errors if one.row and one.code not in {"born.later", "mentor.unknown"}}
    assert len(reading.rows[key]) == expected.read
    assert not faulty & {row.line for row in reading.rows[key]}


def test_the_command_says_the_same_of_each(opened: Mapping[str, Database], capsys: pytest.CaptureFixture[str]) -> None:
    for name, expected in EXPECTED.items():
        season = ("--city", NANJING, "--as-of", AT[expected.phase], "--db", opened[expected.phase].url, "--json")
        status = main(["form", "check", expected.phase, str(FOLDER / f"{name}.xlsx"), *season])
        said = json.loads(capsys.readouterr().out)
        assert status == (1 if expected.wrong else 0), name
        for those, wanted in ((said["errors"], expected.wrong), (said["warnings"], expected.look)):
            assert told([((one["row"], one["column"]), one["message"]) for one in those], wanted), name


@pytest.mark.parametrize("name", [name for name in EXPECTED if name[:2] in {"01", "04", "05", "10", "24"}])
def test_what_a_program_means_is_what_is_read(name: str) -> None:
    rows = books.read(FOLDER / f"{name}.xlsx", "application").rows["students"]
    assert {row.born for row in rows} == {date(2005, 10, 6)}  # type: ignore[attr-defined]
    rank = Decimal(80) if name.startswith("10") else Decimal("4.6")
    assert {row.subject_rank for row in rows} == {rank}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "twice"), [("13-same-child-control", 2), ("13-same-child-twice", 7)])
def test_a_child_is_one_however_its_name_is_written(opened: Mapping[str, Database], name: str, twice: int) -> None:
    assert loaded(opened, name, dry_run=False).done
    card = report_card(opened["application"], YEAR, "application", NANJING, stamp(AT["application"]), trial=True)
    (refused,) = (one for verdict in card.verdicts for one in verdict.refusals)
    assert (refused.rule, len(refused.numbers)) == ("applications.once", twice)


def test_a_name_that_differs_is_named_with_what_is_on_record(opened: Mapping[str, Database]) -> None:
    rows = [
        [f"3201-2022-{at:04}", name, "物理", 80, "是"] for at, name in enumerate(("田敏淓", "髙轩", "方玉"), start=1)
    ]
    file = books.book(
        {"成绩": [books.labels("shortlist", "成绩"), *rows], "分数线": [["学科", "分数线"], ["物理", 60]]}
    )
    said = acts.load.load(opened["shortlist"], YEAR, "shortlist", NANJING, file, stamp(AT["shortlist"]), dry_run=True)
    assert [one.right for one in said.errors] == [
        "登记的姓名是“田敏溪”，请核对报名号和姓名；填的是汉字“淓”（U+6DD3）、登记的是汉字“溪”（U+6EAA）",
        "登记的姓名是“高轩”，请核对报名号和姓名；填的是汉字“髙”（U+9AD9）、登记的是汉字“高”（U+9AD8）",
        "登记的姓名是“方玉舒”，请核对报名号和姓名",
    ]


def test_a_mentor_is_blamed_in_the_cell_that_is_wrong(opened: Mapping[str, Database]) -> None:
    tables = books.sample("application")
    row = tables["学生"][1]
    for at, (mentor, unit) in enumerate(
        (("夏一梓", "东南大学"), ("夏一锌", "南京大学"), ("夏 一梓", "南京⼤学")), start=1
    ):
        cells = dict(zip(COLUMNS, row, strict=True)) | {
            "报名号": f"3201-2022-{at:04}",
            "选报导师": mentor,
            "导师单位": unit,
        }
        tables["学生"].append([*cells.values()])
    del tables["学生"][1]
    file = books.book(tables)
    said = acts.load.load(opened["application"], YEAR, "application", NANJING, file, stamp(AT["application"]))
    assert [(one.row, one.column, one.right) for one in said.errors] == [
        (2, "导师单位", "登记的单位是“南京大学”，请核对"),
        (3, "选报导师", "请核对导师姓名和单位；登记的有“夏一梓”；填的是汉字“锌”（U+950C）、登记的是汉字“梓”（U+6893）"),
    ]  # fmt: skip


def test_a_workbook_of_another_phase_is_called_by_its_name(opened: Mapping[str, Database]) -> None:
    at = stamp(AT["application"])
    file = books.book(books.sample("midterm"))
    said = acts.load.load(opened["application"], YEAR, "application", NANJING, file, at)
    assert [one.sentence for one in said.errors] == [
        "这是“中期评价”阶段的《中期评价表》；这里要的是《学生申报表》，请换成它的报送表。"
    ]
