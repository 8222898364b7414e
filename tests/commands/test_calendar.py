from __future__ import annotations

from pathlib import Path

from calendars.files import load
from tests.commands.conftest import Talent

MEETING = {
    "phase": "meeting",
    "name": "师生见面会",
    "requires": ["interview"],
    "opens": "2022-02-21T00:00:00+08:00",
    "due_day": "2022-02-28",
    "due_day_is": "工作日",
    "due": "2022-03-01T00:00:00+08:00",
    "rungs": [
        {
            "days": 1,
            "nominal": "2022-02-27",
            "at": "2022-02-25T09:00:00+08:00",
            "why": "2022-02-27 为周日，提前到 2022-02-25",
        },
    ],
    "monthly": [],
    "files_from": None,
    "province": None,
    "province_due": None,
    "second_due": None,
    "provisional": False,
}


def test_a_year_is_shown_with_its_instants_and_their_reasons(talent: Talent) -> None:
    ran = talent("calendar", "show", "2022", "--json")
    assert (ran.status, ran.err) == (0, "")
    assert ran.data | {"phases": ran.data["phases"][4]} == {
        "year": 2022,
        "title": "2022 年江苏省中学生科技创新后备人才培养计划",
        "notice": "苏青科函〔2021〕21 号",
        "provisional": False,
        "phases": MEETING,
    }
    assert "年度评价（后交部分）" in talent("calendar", "show", "2022").out


def test_a_year_without_a_holiday_notice_is_marked_provisional(talent: Talent) -> None:
    rows = [row for row in talent("calendar", "show", "2027").out.splitlines() if "2027-01-15 工作日" in row]
    assert len(rows) == 1
    assert rows[0].split() == ["导师推荐", "2026-12-31", "2027-01-15", "工作日", "暂定", "24:00", "—"]


def test_a_year_file_with_faults_names_file_key_and_mend(talent: Talent, tmp_path: Path) -> None:
    good = talent("calendar", "draft", "2023", "--from", "2022", "--json").data["file"]
    bad = tmp_path / "2023.toml"
    bad.write_text(good.replace("grace = ", "grade = "), encoding="utf-8")
    ran = talent("calendar", "check", str(bad), "--json")
    assert (ran.status, [(fault["file"], fault["key"]) for fault in ran.data["faults"]], ran.data["warnings"]) == (
        1,
        [("2023.toml", "figures.grace"), ("2023.toml", "figures.grade")],
        [],
    )
    assert [fault for fault in ran.data["faults"] if not fault["mend"]] == []
    assert talent("year", "open", "2023", "--from-file", str(bad), "--db", f"sqlite:///{tmp_path}/x.db").status == 1


def test_warnings_alone_are_no_refusal(talent: Talent) -> None:
    ran = talent("calendar", "check", "2022", "--json")
    assert (ran.status, ran.data["faults"]) == (0, [])
    assert [warning["key"] for warning in ran.data["warnings"] if warning["key"].endswith(".due")] == [
        "phases.mentor-recommendation.due",
        "phases.shortlist.due",
        "phases.interview.due",
        "phases.cultivation.due",
    ]


def test_a_draft_is_written_and_what_to_look_at_is_said_apart(talent: Talent, tmp_path: Path) -> None:
    ran = talent("calendar", "draft", "2028", "--from", "2027", "-o", "2028.toml")
    drafted = (tmp_path / "2028.toml").read_text(encoding="utf-8")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith("已写入 2028.toml\n请核对：\n  - 所有日期由 2027 年顺延")
    assert talent("calendar", "draft", "2028", "--from", "2027").out == drafted


def test_two_calendars_are_compared_by_what_would_be_sent(talent: Talent, tmp_path: Path) -> None:
    text = talent("calendar", "draft", "2028", "--from", "2027").out
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    (tmp_path / "b.toml").write_text(text.replace("due = 2028-02-20", "due = 2028-02-21"), encoding="utf-8")
    assert talent("calendar", "diff", "a.toml", "a.toml").out == "两份日历的时刻完全相同。\n"
    ran = talent("calendar", "diff", "2022", "2022", "--json")
    assert ran.data == {"appearing": [], "moving": [], "vanishing": []}
    moved = " ".join(talent("calendar", "diff", "a.toml", "b.toml").out.split())
    assert "截止 2028-02-20 周日 24:00 2028-02-21 周一 24:00" in moved


def test_icalendar_is_the_same_printed_and_written(talent: Talent, tmp_path: Path) -> None:
    printed = talent("calendar", "ics", "2022").out
    assert talent("calendar", "ics", "2022", "-o", "y.ics").status == 0
    assert (tmp_path / "y.ics").read_text(encoding="utf-8") == printed.replace("\r\n", "\n")
    assert printed.count("BEGIN:VEVENT") == 10, "eight phases, the second part of one, the province's own day"


def test_a_city_calendar_without_an_open_year_is_the_years_own(talent: Talent) -> None:
    ran = talent("calendar", "ics", "2022", "--city", "3209")
    assert (ran.status, ran.err) == (0, "2022 年度没有开设，按系统所附的年度日历。\n")
    assert ran.out.count("UID:2022-shortlist-due-yancheng@talent-calendar") == 1


def test_a_year_that_was_opened_from_a_file_is_read_as_it_was_opened(talent: Talent, tmp_path: Path) -> None:
    """Not as the shipped file has it: elsewhere the exported calendar went on showing the old day."""
    text = load(2022).source_text
    assert text.count("due = 2022-01-30") == 1
    (tmp_path / "year.toml").write_text(text.replace("due = 2022-01-30", "due = 2022-02-09"), encoding="utf-8")
    database = ("--db", f"sqlite:///{tmp_path / 'talent.db'}")
    assert talent("db", "upgrade", *database).status == 0
    late = ("--done-through", "none", "--reason", "试验")
    assert talent("year", "open", "2022", "--from-file", "year.toml", *late, *database).status == 0
    shown = [talent("calendar", "ics", "2022", *more, *database).out for more in ((), ("--city", "3209"))]
    days = [("20220131T000000" in one, "20220210T000000" in one) for one in shown]
    assert days[0] == (False, True), "0:00 of the day after"
    assert days[1][0] is False, "the city's own keeps room to work besides, for the year was opened late"


def test_a_year_that_no_file_was_shipped_for_is_read_as_it_was_opened(talent: Talent, tmp_path: Path) -> None:
    assert talent("calendar", "ics", "2023").status == 1, "nobody opened it yet"
    (tmp_path / "year.toml").write_text(talent("calendar", "draft", "2023", "--from", "2022").out, encoding="utf-8")
    database = ("--db", f"sqlite:///{tmp_path / 'talent.db'}")
    assert talent("db", "upgrade", *database).status == 0
    late = ("--done-through", "none", "--reason", "试验")
    assert talent("year", "open", "2023", "--from-file", "year.toml", *late, *database).status == 0
    shown = [talent("calendar", "ics", "2023", *more, *database) for more in ((), ("--city", "3209"))]
    assert [(one.status, "UID:2023-shortlist-due" in one.out) for one in shown] == [(0, True)] * 2
