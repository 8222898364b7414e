from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from itertools import product

import pytest

from calendars import files
from calendars.deadlines import TZ, Due, Extension, end_of, resolve
from calendars.moments import of_calendar
from dashboard.views.agenda import AgendaMoment, ProvinceTask, agenda, happening, of_city
from dashboard.views.matrix import MARKS, SHAPES, MatrixCell, lines, mark
from gates.states import State
from models.alarms import Alarms
from models.reports import Matrix, Standing
from phases.book import BOOK
from tests.support.scenes import instant

YEAR = files.load(2022)
AS_OF = instant("2022-02-07T09:00")
ON_TIME = {None: (), "on-time": ("按时",), "extended": ("延期内按时",)}
PENDING = {State.WAITING, State.OPEN, State.RETURNED}
DUE = date(2022, 2, 20)


def standing(
    state: State = State.OPEN,
    timeliness: str | None = None,
    waived: bool = False,
    attempt: int = 1,
    due: Due | None = None,
    phase: str = "interview",
) -> Standing:
    rules = ("interviews.ratio",) if waived else ()
    filed = instant("2022-02-04T10:00")
    day, second = of_calendar(YEAR.phase(phase))
    return Standing(phase, state, attempt, due or day, filed, None, timeliness, (), (), rules, second=second)


def shown(*found: Standing, as_of: datetime = AS_OF) -> Matrix:
    """The first phases of as many cities, one each; all else has not opened."""
    cities = {}
    for city, one in zip(YEAR.cities, found, strict=False):
        cities[city.slug] = tuple(
            one
            if phase.slug == one.phase
            else Standing(phase.slug, State.WAITING, 1, resolve(phase.due), None, None, None, (), (), ())
            for phase in YEAR.phases
        )
    return Matrix(YEAR, BOOK, as_of, cities, {}, Alarms((), {}))


def cell_of(found: Standing, as_of: datetime = AS_OF, **more: object) -> MatrixCell:
    (line,) = lines(shown(found, as_of=as_of), **more)  # type: ignore[arg-type]
    return next(cell for cell in line.cells if cell.phase == found.phase)


@pytest.mark.parametrize(
    ("state", "timeliness", "waived", "attempt", "moved"),
    list(product(State, ON_TIME, (False, True), (1, 2, 3), (None, "extension", "rerun", "grace"))),
)
def test_every_cell_says_all_that_is_told_apart(
    state: State, timeliness: str | None, waived: bool, attempt: int, moved: str | None
) -> None:
    given = [] if moved is None else [Extension(date(2022, 2, 25), moved)]  # type: ignore[arg-type]
    due = resolve(DUE, given)
    left = {State.OPEN: 9, State.RETURNED: 9}.get(state)
    late = state is State.OVERDUE
    awaited = state is State.SUBMITTED
    assert cell_of(
        standing(state, timeliness, waived, attempt, due), as_of=AS_OF if not late else end_of(due.day)
    ) == MatrixCell(
        "interview",
        state,
        SHAPES[state],
        state.chinese,
        "逾期 1 天" if late else "" if left is None else f"剩 {left + (5 if moved else 0)} 个工作日",
        (
            *(("重新开放后报送",) if (timeliness, moved) == ("extended", "rerun") else ON_TIME[timeliness]),
            *(("已延期",) if moved in {"extension", "grace"} and state in PENDING else ()),
            *((f"第 {attempt} 轮",) if attempt > 1 else ()),
            *(("有豁免",) if waived else ()),
            *(("需省办处理",) if awaited else ()),
        ),
        hand=late or awaited,
    )


def test_states_and_notes_differ_in_shape_and_word_not_in_colour_alone() -> None:
    assert set(Counter(SHAPES[state] for state in State).values()) == {1}
    assert set(Counter(MARKS.values()).values()) == {1}
    assert [mark(note) for note in ("按时", "第 3 轮", "已电话联系")] == ["=", "↻", ""]


def test_the_due_day_itself_is_today_and_not_zero_days() -> None:
    assert cell_of(standing(), as_of=instant("2022-02-20T23:59")).left == "今天截止"


@pytest.mark.parametrize("word", ["<script>alert(1)</script>", '"&'])
def test_what_was_told_and_asked_is_noted_and_escaped(word: str) -> None:
    key = ("interview", "nanjing")
    cell = cell_of(standing(), told={key: (word,)}, asked={key})
    assert (cell.notes, cell.hand) == (("申请延期", word), True)
    assert "<script" not in cell.inner
    assert cell.inner.count("<small") == 3


def test_a_row_of_the_table_is_the_same_in_the_past_but_for_its_links() -> None:
    (line,) = lines(shown(standing()))
    now, then = line.row(YEAR, ""), line.row(YEAR, "?as_of=2022-02-01T09:00")
    assert now.count("<td") == then.count("<td") == 8
    assert then.replace("?as_of=2022-02-01T09:00", "") == now


def test_the_agenda_says_what_to_decide_first_who_is_late_and_what_the_calendar_does() -> None:
    mentors = resolve(date(2022, 1, 15))
    found = agenda(
        shown(
            standing(State.SUBMITTED),
            standing(State.OVERDUE, phase="shortlist", due=resolve(date(2022, 1, 30))),
            standing(State.SUBMITTED, phase="mentor-recommendation", due=mentors),
            standing(State.SUBMITTED, phase="application"),
            standing(State.OVERDUE, phase="shortlist", due=resolve(date(2022, 1, 30))),
        )
    )
    nanjing, wuxi, xuzhou, _, suzhou = YEAR.cities[:5]
    filed = Due(date(2022, 2, 11), end_of(date(2022, 2, 11)), ("filed",))
    assert found.decide == (
        ProvinceTask("审定", YEAR.phase("mentor-recommendation"), (xuzhou,), filed, 4),
        ProvinceTask("备案", YEAR.phase("interview"), (nanjing,), filed, 4),
    )
    assert found.late == (ProvinceTask("逾期", YEAR.phase("shortlist"), (wuxi, suzhou)),)
    assert found.today == (AgendaMoment(date(2022, 2, 7), "09:00", "面试名单：逾期通知", done=True),)
    assert [(one.day, one.label) for one in found.coming][-5:] == [
        (date(2022, 2, 9), "导师面试：交材料日前 7 天提醒"),
        (date(2022, 2, 11), "导师面试：截止前 7 天提醒"),
        (date(2022, 2, 15), "导师面试：交材料日前 1 天提醒"),
        (date(2022, 2, 17), "导师面试：截止前 3 天提醒"),
        (date(2022, 2, 18), "导师面试：截止前 1 天提醒"),
    ]


@pytest.mark.parametrize(
    ("state", "at", "label", "announced"),
    [
        (State.OVERDUE, "2022-02-07T09:00", "督办", True),
        (State.PASSED, "2022-02-07T09:00", "督办", False),
        (State.OPEN, "2022-02-07T09:00", "督办", False),  # until a later day of its own
        (State.OPEN, "2022-01-29T09:00", "逾期通知", True),
        (State.SUBMITTED, "2022-01-29T09:00", "逾期通知", False),
        (State.OPEN, "2022-01-29T09:00", "截止", True),
        (State.WITHDRAWN, "2022-01-29T09:00", "截止", False),
        (State.PASSED, "2022-01-29T09:00", "截止", False),
        (State.WAITING, "2022-01-20T09:00", "开放", True),
        (State.OPEN, "2022-01-20T09:00", "开放", False),
        (State.WAITING, "2022-01-23T10:00", "截止前 1 天提醒", True),
        (State.PASSED, "2022-01-23T10:00", "截止前 1 天提醒", False),
    ],
)
def test_the_agenda_announces_no_chase_of_nobody(state: State, at: str, label: str, *, announced: bool) -> None:
    coming = agenda(shown(standing(state, phase="shortlist"), as_of=instant(at))).coming
    assert (f"面试名单：{label}" in [one.label for one in coming]) == announced


@pytest.mark.parametrize("state", sorted(State))
def test_the_agenda_announces_what_follows_the_filing_while_a_city_phase_is_under_way(state: State) -> None:
    coming = agenda(shown(standing(state, phase="year-end"), as_of=instant("2022-12-22T10:00"))).coming
    told = [any(what in one.label for one in coming) for what in ("后交部分截止", "省办期限")]
    assert told == [state not in {State.PASSED, State.WITHDRAWN}] * 2


def test_once_the_second_part_is_whole_its_days_are_announced_no_more_and_the_provinces_is() -> None:
    whole = replace(standing(State.SUBMITTED, phase="year-end"), second_at=instant("2022-12-10T10:00"))
    coming = [one.label for one in agenda(shown(whole, as_of=instant("2022-12-22T10:00"))).coming]
    assert [any(what in label for label in coming) for what in ("后交部分", "省办期限")] == [False, True]


@pytest.mark.parametrize(
    ("at", "left"),
    [("2022-02-11T23:59", "今天到期"), ("2022-02-12T00:00", "已过省办期限"), ("2022-02-10T09:00", "剩 1 个工作日")],
)
def test_the_province_has_a_due_day_of_its_own(at: str, left: str) -> None:
    (task,) = agenda(shown(standing(State.SUBMITTED), as_of=instant(at))).decide
    assert task.left == left


def test_a_task_of_many_cities_names_a_few_and_counts_the_rest() -> None:
    (task,) = agenda(shown(*[standing(State.SUBMITTED)] * 13)).decide
    assert ([city.name for city in task.named][-1], task.more) == ("淮安", 5)


def test_who_has_a_later_day_is_announced_by_it_and_no_more_by_the_calendars() -> None:
    later = resolve(DUE, [Extension(date(2022, 3, 1), "extension")])
    found = shown(
        standing(State.PASSED), standing(due=later), standing(State.WITHDRAWN), as_of=instant("2022-02-20T09:00")
    )
    said = [(str(one.day), one.time, one.label) for one in happening(found) if "导师面试" in one.label and not one.done]
    assert said == [
        ("2022-02-22", "09:00", "导师面试：截止前 7 天提醒（无锡）"),
        ("2022-02-23", "09:00", "导师面试：交材料日前 1 天提醒（无锡）"),
        ("2022-02-25", "09:00", "导师面试：截止前 3 天提醒（无锡）"),
        ("2022-02-28", "09:00", "导师面试：截止前 1 天提醒（无锡）"),
        ("2022-03-01", "24:00", "导师面试：截止（无锡）"),
        ("2022-03-02", "09:00", "导师面试：逾期通知（无锡）"),
        ("2022-03-04", "09:00", "导师面试：督办（无锡）"),
    ]
    assert [one.label for one in of_city(found, "wuxi") if "导师面试" in one.label][:1] == ["导师面试：截止前 7 天提醒"]
    assert [one.label for one in of_city(found, "nanjing") if "导师面试" in one.label] == []


def test_a_moment_at_midnight_belongs_to_the_day_that_ends_unless_it_opens_something() -> None:
    at = datetime(2022, 1, 30, 12, tzinfo=TZ)
    found = shown(standing(phase="shortlist"), as_of=at)
    assert [(one.time, one.label) for one in agenda(found).today] == [("24:00", "面试名单：截止")]
