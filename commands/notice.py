"""`talent notice`: the notice's clauses, and what of the system does each of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from commands.options import COMMON, Common, YearNumber
from commands.output import answer, line

if TYPE_CHECKING:
    from rich.console import Console

    from calendars.notice_changes import NoticeChange
    from calendars.notices import Gap
    from calendars.year import Year

app = App(name="notice")
BINDINGS = "docs/notice 里的年度，或另一份对应文件"
Before = Annotated[str, Parameter(name="原来的", help=BINDINGS)]
After = Annotated[str, Parameter(name="新的", help=BINDINGS)]

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "notice"
PLACES = {"code": "改程序", "data": "改年度文件", "nowhere": "不用改"}
KINDS = {"missing": "尚未办到", "untrue": "对不上", "unstated": "没有出处"}


@app.command(help="核对通知各条款与系统的对应：哪些还没有办到，哪些对不上（有则退出码 1）")
def check(year: YearNumber, /, *, common: Common = COMMON) -> int:
    """Print what nothing does yet, what is bound to something that is not there, and what no clause asks for."""
    from calendars.files import load
    from calendars.notices import check as gaps_of
    from calendars.notices import read

    notice, calendar = read(FOLDER / f"{year}.toml"), load(year)
    gaps = gaps_of(notice, calendar, names(calendar))
    data = [{"kind": gap.kind, "clause": gap.at, "says": gap.says} for gap in gaps]
    answer(common.json, data, lambda console: _show(console, len(notice.clause), gaps))
    return 1 if gaps else 0


@app.command(help="两份通知逐条对照：哪些改年度文件，哪些要改程序，哪些不用改（要改程序的，退出码 1）")
def diff(before: Before, after: After, /, *, common: Common = COMMON) -> int:
    """Print what a later notice says otherwise, and where that is to be changed."""
    from calendars.files import load
    from calendars.notice_changes import changes
    from calendars.notices import read

    old, new = read(_file(before)), read(_file(after))
    calendar = load(old.year)
    found = changes(old, new, calendar, names(calendar))
    data = [{"where": one.where, "clause": one.at, "says": one.says} for one in found]
    answer(common.json, data, lambda console: _show_changes(console, found))
    return int(any(one.where == "code" for one in found))


def _file(given: str) -> Path:
    return FOLDER / f"{given}.toml" if given.isdecimal() else Path(given)


def names(year: Year) -> dict[str, frozenset[str]]:
    """Give what a clause can be bound to by name: rules, letters, pages, columns and records there are."""
    from dashboard.serving.app import AREAS
    from letters.occurrences import occurrences
    from models.tables.catalogue import declared
    from phases.book import BOOK

    tables = declared(BOOK).tables.values()
    sheets = [(slug, sheet) for slug in BOOK.forms for sheet in BOOK.form(slug, year).sheets]
    return {
        "rules": frozenset(BOOK.rules),
        "letters": frozenset(f"{kind}/{phase}" if phase else kind for kind, phase in occurrences(BOOK, year)),
        "pages": frozenset(getattr(route, "path", "") for area in AREAS for route in area.routes),
        "columns": frozenset(f"{slug}/{sheet.name}/{each.label}" for slug, sheet in sheets for each in sheet.columns),
        "records": frozenset(f"{table.name}.{column.name}" for table in tables for column in table.columns),
    }


def _show(console: Console, clauses: int, gaps: tuple[Gap, ...]) -> None:
    for gap in gaps:
        line(console, f"{KINDS[gap.kind]} {gap.at} {gap.says}")
    counted = "，".join(f"{words} {sum(gap.kind == kind for gap in gaps)} 处" for kind, words in KINDS.items())
    line(console, f"共 {clauses} 项：{counted}。")


def _show_changes(console: Console, found: tuple[NoticeChange, ...]) -> None:
    for where, words in PLACES.items():
        for one in found:
            if one.where == where:
                line(console, f"{words} {one.at} {one.says}")
    counted = "，".join(f"{words} {sum(one.where == where for one in found)} 处" for where, words in PLACES.items())
    line(console, f"共 {len(found)} 处不同：{counted}。" if found else "两份通知没有不同。")
