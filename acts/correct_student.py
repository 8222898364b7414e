"""A name, a school or a grade that was filed wrongly is put right, without the phase being filed again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from acts.act import CITY, Act, Bench, Field, Filled, each
from acts.known_city import KnownCity
from acts.single_persons import APPLICATION, REASON, STUDENT, not_now, on_record
from acts.undo import Undo
from calendars.deadlines import day_of
from forms.cells import BadCellError
from forms.folding import fold
from gates.states import Event, State
from letters.words import PUT_RIGHT
from models import draft_rows, personal_changes
from models.loading import schools
from models.personal_changes import WHAT, NewChange, What
from season import judging
from season.outcome import Outcome
from season.refusing import refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Connection

    from acts.undo import Given
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season


COLUMNS: tuple[What, ...] = ("name", "school", "grade")
"""What is put right so: columns of the student's row."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be put right: of the student of that number, which column, and what is right."""

    number: str
    what: What
    value: str


def correct_student(
    database: Database,
    year: int,
    city: str,
    correction: Correction,
    stamp: Stamp,
    *,
    reason: str,
    dry_run: bool = False,
) -> Outcome:
    """Correct what is on record of a student, by the province; the filing that was judged stays as it was.

    Every sheet of the city has the new name, and later workbooks must. The phase's rules are judged again by what holds
    now, to be shown: `verdict` may refuse, the correction is made all the same. The city, the student's school (the one
    before, too) and the mentor who trains him are written to, by number. `refused` while the city can still load the
    phase itself, and where there is no such student, or no such value.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[APPLICATION, city])
        settle(season, [city])
        cell = season.cells[APPLICATION, city]
        row = personal_changes.student(season.connection, year, city, correction.number)
        value = _read(season, cell, correction)
        why = not_now(season, cell) or _wrong(season, cell, row, value)
        if why or row is None:
            outcome = refuse(season, cell, Event.PERSON, why or "")
        elif row[correction.what] == value:
            said = f"{correction.number} 的{WHAT[correction.what]}与登记的相同，未作改动。"
            outcome = Outcome("done", f"{season.title(APPLICATION, city)}：{said}")
        else:
            outcome = _correct(season, cell, row, NewChange(*_change(correction, row, value), reason))
    return season.answered(outcome)


def _read(season: Season, cell: Cell, correction: Correction) -> str | BadCellError:
    """Give the value as the workbook's column would have it, a school as the city's sheet spells it; or the fault."""
    form = season.book.form(APPLICATION, season.year)
    columns = (column for sheet in form.sheets if sheet.key == "students" for column in sheet.columns)
    column = next(one for one in columns if one.field == correction.what)
    try:
        value = str(column.kind.parse(correction.value))
    except BadCellError as error:
        return BadCellError(error.code, error.wrong, error.right or column.kind.hint)
    if correction.what != "school":
        return value
    known = {fold(name): name for name in schools(season.connection, season.year.year, cell.city)}
    wrong = "不在该市“中学”表中；该校的负责领导、联络员、邮箱没有报送，须由市办补报"
    return known.get(fold(value)) or BadCellError("school.unknown", wrong)


def _wrong(season: Season, cell: Cell, row: Mapping[str, Any] | None, value: str | BadCellError) -> str | None:
    title = season.title(cell.phase, cell.city)
    if row is None:
        return f"{title}：该市没有这个报名号；请核对。"
    if not isinstance(value, BadCellError):
        return None
    return f"{title}：更正的内容{'；'.join(filter(None, (value.wrong, value.right)))}。"


def _change(correction: Correction, row: Mapping[str, Any], value: str | BadCellError) -> tuple[str, What, str, str]:
    return correction.number, correction.what, row[correction.what], str(value)


def _correct(season: Season, cell: Cell, row: dict[str, Any], change: NewChange) -> Outcome:
    connection, year, city = season.connection, season.year, cell.city
    row[change.what] = change.now
    known = KnownCity(connection, year, year.city(city), day_of(season.stamp.as_of))
    old_school = row["school_party"]
    sheets = {"schools": draft_rows.rows(connection, year.year, city, "schools"), "students": [row]}
    season.book.owner(APPLICATION).complete(known, sheets)
    personal_changes.correct(connection, row)
    said = f"{WHAT[change.what]}{PUT_RIGHT}"
    besides = {f"school:{old_school}": (change.number,)} if old_school not in {None, row["school_party"]} else {}
    on_record(season, city, [change], {change.number: said}, besides)
    verdict = judging.judge_cities(season, APPLICATION, [city])[city].verdict
    mends = "；".join(finding.mend for finding in verdict.refusals)
    judged = f"按更正后的内容核验，有不符合的：{mends}。" if mends else "按更正后的内容核验，各项均符合。"
    return Outcome("done", f"{season.title(APPLICATION, city)}：{change.number} 的{said}。{judged}", verdict)


def _corrected(bench: Bench, filled: Filled, city: str) -> Outcome:
    words = filled.words
    correction = Correction(words["student"], cast("What", words["what"]), words["value"])
    given = (bench.database, bench.year.year, city, correction, bench.stamp)
    return correct_student(*given, reason=filled.reason, dry_run=bench.dry_run)


def _stood_before(connection: Connection, year: int, given: Given) -> Mapping[str, str] | None:
    """Give what stood there before the newest correction."""
    wanted = (given["student"][0], given["what"][0])
    every = personal_changes.changes(connection, year, given["city"])
    was = [one.was for one in every if (one.number, one.what) == wanted]
    return {"value": was[-1]} if was else None


CORRECT_STUDENT = Act(
    "correct-student",
    lambda _: "更正学生信息",
    (
        CITY,
        STUDENT,
        Field("what", "更正哪一项", "choice", choices=tuple((one, WHAT[one]) for one in COLUMNS)),
        Field("value", "更正为", "text", hint="写入记录，不写进函件。"),
        REASON,
    ),
    each(_corrected),
    lambda _, __, filled: f"更正 {filled.words['student']} 的{WHAT[cast('What', filled.words['what'])]}",
    Event.PERSON,
    frozenset({State.PASSED}),
    of=APPLICATION,
    subject=lambda year, filled: f"student/{year.year}/{filled.words['student']}",
    undo=Undo("correct-student", ("city", "student", "what"), _stood_before),
)
