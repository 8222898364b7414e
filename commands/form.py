"""`talent form`: the workbooks that the city offices fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from acts.json_shapes import error_json
from commands.named_files import there, write
from commands.options import SEASON, DryRun, OneCity, SeasonOptions, UsageError
from commands.outcomes import run, show_errors
from commands.output import answer, line, say
from phases.book import BOOK

if TYPE_CHECKING:
    from rich.console import Console

    from calendars.year import Year
    from forms.workbook_rows import RowError
    from models.database import Database
    from season.outcome import Outcome

app = App(name="form")

Slug = Annotated[str, Parameter(name="阶段", help="阶段，如 application；省办的评价表为 evaluation")]
Workbook = Annotated[Path, Parameter(name="文件", help="Excel 报送表（.xlsx）")]


@app.command(help="空白模板：带下拉选项与填写说明；指明设区市的，填好学生名单")
def template(
    phase: Slug,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"], metavar="文件", help="写到这个文件")],
    city: OneCity | None = None,
    season: SeasonOptions = SEASON,
) -> None:
    """Write a workbook of one phase, as the year asks it: empty, or with the rows of who has to stand on it."""
    from acts.read_back import begun, beside
    from forms.template import Notes, render

    slug, (database, calendar, lists) = known(phase), _asked(season)
    say(*([f"{lists}{'；没有学生名单可填' if city else ''}。"] if lists else []))
    form, rows, said = BOOK.form(slug, calendar), None, dict[str, Notes]()
    if city and database:
        with database.read() as connection:
            rows = begun(connection, calendar, BOOK.owner(slug).slug, form, calendar.city(city).slug)
            said = beside(connection, calendar.year, city, rows)
    write(output, render(form, calendar, rows, beside=said))
    answer(season.json, {"phase": phase, "file": str(output)}, lambda console: line(console, f"已写入 {output}"))


def _asked(season: SeasonOptions) -> tuple[Database | None, Year, str]:
    """The database and the calendar of the opened year; where it is not open no database, and the shipped calendar.

    Last what is to be said of that, empty for an opened year; raises CalendarFaults where no such year is shipped.
    """
    from calendars.files import load, shipped
    from models.database import NotPrepared
    from models.standing import NoYearOpen, YearNotOpen

    try:
        return *season.opened(), ""
    except (NotPrepared, NoYearOpen, YearNotOpen):
        calendar = load(season.year or shipped()[-1])
    which = f"{season.year} 年度尚未打开" if season.year else "没有打开的年度"
    return None, calendar, f"{which}，学科、称号等各项列表取自系统所附的 {calendar.year} 年度日历"


def known(phase: str) -> str:
    """The phase's slug, where there is a form of it; raises UsageError."""
    if phase not in BOOK.forms:
        raise UsageError(f"没有“{phase}”这张表；可用的有 {'、'.join(BOOK.forms)}。")
    return phase


@app.command(help="导入一份报送表：有一处错误就什么也不导入；再导一次相同的文件没有变化")
def load(
    phase: Slug, workbook: Workbook, /, *, city: OneCity, dry_run: DryRun = False, season: SeasonOptions = SEASON
) -> int:
    """Load a workbook as the city's draft of a phase."""
    given = {"phase": known(phase), "city": city, "file": there(workbook)}
    return run(season, "load", given, dry_run=dry_run)


@app.command(help="检查一份报送表：一次列出全部错误（退出码 1），什么也不写入")
def check(phase: Slug, workbook: Workbook, /, *, city: OneCity, season: SeasonOptions = SEASON) -> int:
    """Read a workbook and say every fault; where a year is open also what disagrees with its records."""
    from forms.sandbox import read

    file, slug = there(workbook), known(phase)
    database, calendar, lists = _asked(season)
    reading = read(file, BOOK.form(slug, calendar), BOOK.whose)
    errors, warnings = reading.errors, reading.warnings
    if database is None:
        say(f"{lists}；只检查了表格本身，没有与已有记录核对。")
    else:
        outcome = _against_records(season, phase, workbook, city)
        if outcome.outcome == "refused":
            say(f"没有与已有记录核对：{outcome.message}")
        else:
            errors, warnings = outcome.errors, outcome.warnings
    data = {
        "phase": phase,
        "city": city,
        "rows": {key: len(rows) for key, rows in reading.rows.items()},
        "errors": [error_json(error) for error in errors],
        "warnings": [error_json(warning) for warning in warnings],
    }
    answer(season.json, data, lambda console: _checked(console, workbook, errors, warnings))
    return 1 if errors else 0


def _against_records(season: SeasonOptions, phase: str, workbook: Path, city: str) -> Outcome:
    """What would come of loading it."""
    from acts.load import load as act

    database, year, stamp = season.viewing()
    return act(database, year.year, phase, year.city(city).slug, workbook, stamp, dry_run=True)


def _checked(console: Console, workbook: Path, errors: tuple[RowError, ...], warnings: tuple[RowError, ...]) -> None:
    for warning in warnings:
        line(console, f"提醒：{warning.sentence}")
    if errors:
        show_errors(console, errors)
    line(console, f"{workbook.name}：错误 {len(errors)} 处，提醒 {len(warnings)} 处。")
