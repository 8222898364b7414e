"""Next year's draft, and what differs between two calendars."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from calendars.deadlines import TZ, at_nine
from calendars.drafts import Change, Difference, diff, draft
from calendars.files import load
from calendars.year import ContactPoint, Year
from tests.support.years import parse

YEAR = load(2022)


def with_phase(year: Year, slug: str, **changes: object) -> Year:
    phases = tuple(phase.model_copy(update=changes) if phase.slug == slug else phase for phase in year.phases)
    return year.model_copy(update={"phases": phases})


@pytest.mark.parametrize("year", [2023, 2027, 2028])
def test_a_draft_is_the_same_year_with_every_date_carried_over_and_provisional(year: int) -> None:
    text, _ = draft(YEAR, year)
    drafted = parse(text, "draft.toml")
    back = parse(draft(drafted, 2022)[0], "back.toml")
    assert (drafted.year, drafted.draft, drafted.provisional) == (year, True, True)
    assert (back.phases, back.figures, back.cities) == (YEAR.phases, YEAR.figures, YEAR.cities)
    assert drafted.phase("mentor-recommendation").opens == date(year - 1, 12, 31)
    assert drafted.title == f"{year} 年江苏省中学生科技创新后备人才培养计划"


def test_the_shipped_2027_is_the_draft_from_2022() -> None:
    drafted, shipped = parse(draft(YEAR, 2027)[0], "2027.toml"), load(2027)
    assert drafted.contact == ContactPoint()  # the invented one of 2022 is carried into no other year
    assert drafted.model_dump(exclude={"source_text"}) == shipped.model_dump(exclude={"source_text"})


def test_the_notes_say_what_to_look_at() -> None:
    year = YEAR.model_copy(update={"days": {date(2022, 2, 7): "holiday"}})
    _, notes = draft(year, 2027)
    assert notes[0] == "所有日期由 2022 年顺延，请按 2027 年通知逐项核对 title、notice、各阶段日期和 [figures]"
    saturday = "phases.shortlist.due：2027-01-30 是周六，截止日不因放假顺延；"
    assert f"{saturday}最后一个工作日是 2027-01-29；如要顺延请改日期" in notes
    assert notes[-1] == "[days] 的 1 个个别日期没有带过来，如仍需要请重写"


def test_a_leap_day_becomes_the_28th_and_is_noted() -> None:
    leap = parse(draft(YEAR, 2024)[0], "2024.toml")
    leap = with_phase(leap, "meeting", due=date(2024, 2, 29))
    text, notes = draft(leap, 2025)
    assert parse(text, "2025.toml").phase("meeting").due == date(2025, 2, 28)
    assert notes[1] == "phases.meeting.due：2024-02-29 在 2025 年不存在，改为 2 月 28 日"


def test_a_year_made_in_code_is_drafted_with_its_quotes_and_backslashes() -> None:
    year = YEAR.model_copy(update={"title": '“后备”"人才"\\计划', "source_text": ""})
    assert parse(draft(year, 2023)[0], "2023.toml").title == year.title


def test_a_calendar_does_not_differ_from_itself() -> None:
    assert diff(YEAR, YEAR) == Difference((), (), ())


def test_a_later_due_day_moves_its_moments_and_lets_a_letter_appear() -> None:
    moved = with_phase(YEAR, "interview", due=date(2022, 2, 25))
    found = diff(YEAR, moved)

    def change(kind: str, label: str, letter: str | None, before: datetime | None, after: datetime | None) -> Change:
        return Change("interview", kind, f"导师面试：{label}", letter, before, after)  # type: ignore[arg-type]

    def nine(day: int) -> datetime:
        return at_nine(date(2022, 2, day))

    assert found == Difference(
        (change("rung", "截止前 14 天提醒", "reminder", None, nine(11)),),
        (
            change("rung", "截止前 7 天提醒", "reminder", nine(11), nine(18)),
            change("rung", "截止前 3 天提醒", "reminder", nine(17), nine(22)),
            change("rung", "截止前 1 天提醒", "reminder", nine(18), nine(24)),
            change("deadline", "截止", None, datetime(2022, 2, 21, tzinfo=TZ), datetime(2022, 2, 26, tzinfo=TZ)),
            change("next-day", "逾期通知", "overdue", nine(21), nine(28)),
            change("third-day", "督办", "escalation", nine(23), at_nine(date(2022, 3, 2))),
        ),
        (),
    )


def test_a_rung_taken_out_vanishes_and_a_new_name_is_no_difference() -> None:
    found = diff(YEAR, with_phase(YEAR, "shortlist", rungs=(7, 1), name="入围名单"))
    gone = Change("shortlist", "rung", "面试名单：截止前 3 天提醒", "reminder", at_nine(date(2022, 1, 27)), None)
    assert found == Difference((), (), (gone,))
