"""`talent calendar`: the year as data, for people and for calendars on a phone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from commands.named_files import Output, write
from commands.options import COMMON, City, Common, YearNumber, calendar_of
from commands.output import answer, line, say, table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rich.console import Console

    from calendars.drafts import Change
    from calendars.faults import Fault
    from calendars.findings import Warning_
    from calendars.year import Phase, Year

app = App(name="calendar")

OF = "年度（如 2022）或年度文件的路径"
Source = Annotated[str, Parameter(name="年度或文件", help=OF)]
Before = Annotated[str, Parameter(name="原日历", help=OF)]
After = Annotated[str, Parameter(name="新日历", help=OF)]


@app.command(help="各阶段的开放、截止日、截止时刻、提醒时刻及其工作日缘由")
def show(year: Source, /, *, common: Common = COMMON) -> None:
    """Print a year's phases with every instant that follows from its dates."""
    read = calendar_of(year)
    phases = [_phase(read, phase) for phase in read.phases]
    data = {
        "year": read.year,
        "title": read.title,
        "notice": read.notice,
        "provisional": read.provisional,
        "phases": phases,
    }
    answer(common.json, data, lambda console: _show(console, read, phases))


def _phase(year: Year, phase: Phase) -> dict[str, Any]:
    from calendars.deadlines import resolve, start_of
    from calendars.rungs import monthly, reminders

    due, opening, days = resolve(phase.due), start_of(phase.opens), year.working_days
    return {
        "phase": phase.slug,
        "name": phase.name,
        "requires": list(phase.requires),
        "opens": opening.isoformat(),
        "due_day": due.day.isoformat(),
        "due_day_is": days.why(due.day),
        "due": due.instant.isoformat(),
        "rungs": [
            {"days": rung.days, "nominal": rung.nominal.isoformat(), "at": rung.instant.isoformat(), "why": rung.reason}
            for rung in reminders(year, phase, due, opening)
        ],
        "monthly": [at.isoformat() for at in monthly(phase, days)],
        "files_from": phase.files_from.isoformat() if phase.files_from else None,
        "province": phase.province,
        "province_due": phase.province_due.isoformat() if phase.province_due else None,
        "second_due": phase.second_due.isoformat() if phase.second_due else None,
        "provisional": year.provisional,
    }


def _show(console: Console, year: Year, phases: list[dict[str, Any]]) -> None:
    mark = "（暂定：放假安排尚未公布）" if year.provisional else ""
    line(console, f"{year.title} {mark}\n依据：{year.notice}\n")
    rows = [(each["name"], each["opens"][:10], _day(each), "24:00", _needs(year, each)) for each in phases]
    late = [each for each in phases if each["second_due"]]
    rows += [(f"{each['name']}（后交部分）", "", each["second_due"], "24:00", "") for each in late]
    console.print(table("阶段", "开放", "截止日（含）", "截止时刻", "前提", rows=rows))
    line(console, "\n提醒函发出时刻")
    console.print(table("阶段", "提醒", "时刻", "缘由", rows=[row for each in phases for row in _reminders(each)]))


def _day(phase: dict[str, Any]) -> str:
    return f"{phase['due_day']} {phase['due_day_is']}" + (" 暂定" if phase["provisional"] else "")


def _clock(instant: str) -> str:
    return instant[:16].replace("T", " ")


def _needs(year: Year, phase: dict[str, Any]) -> str:
    return "、".join(year.phase(slug).name for slug in phase["requires"]) or "—"


def _reminders(phase: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    rungs = [(phase["name"], f"前 {r['days']} 天", _clock(r["at"]), r["why"]) for r in phase["rungs"]]
    return rungs + [(phase["name"], "每月", _clock(at), "当月第一个工作日") for at in phase["monthly"]]


@app.command(help="检查一个年度或年度文件：错误（退出码 1）与提醒")
def check(source: Source, /, *, common: Common = COMMON) -> int:
    """Print the faults, which make it unusable, and the warnings."""
    from calendars.faults import CalendarFaults
    from calendars.findings import check as findings_of

    faults: tuple[Fault, ...] = ()
    warnings: tuple[Warning_, ...] = ()
    try:
        warnings = findings_of(calendar_of(source))
    except CalendarFaults as error:
        faults = error.faults
    data = {
        "faults": [{"file": f.source, "key": f.key, "reason": f.reason, "mend": f.mend} for f in faults],
        "warnings": [{"key": w.key, "reason": w.reason, "mend": w.mend} for w in warnings],
    }
    answer(common.json, data, lambda console: _findings(console, source, data))
    return 1 if faults else 0


def _findings(console: Console, source: str, data: dict[str, list[dict[str, str]]]) -> None:
    for fault in data["faults"]:
        line(console, f"错误 {fault['file']} {fault['key']}：{fault['reason']}；{fault['mend']}")
    for warning in data["warnings"]:
        line(console, f"提醒 {warning['key']}：{warning['reason']}；{warning['mend']}")
    line(console, f"{source}：错误 {len(data['faults'])} 处，提醒 {len(data['warnings'])} 处。")


@app.command(help="起草下一年度的日历：日期顺延，标为暂定，并列出要核对之处")
def draft(
    year: YearNumber,
    /,
    *,
    from_: Annotated[str, Parameter(name="--from", metavar="年度或文件", help="以哪一年度（或年度文件）为底本")],
    output: Output = None,
    common: Common = COMMON,
) -> None:
    """Print a draft year file, and on standard error what to look at."""
    from calendars.drafts import draft as drafted

    text, notes = drafted(calendar_of(from_), year)
    if output is not None:
        write(output, text.encode("utf-8"))
        say(f"已写入 {output}")
    if common.json:
        answer(True, {"year": year, "file": text, "notes": list(notes)}, lambda _: None)
        return
    if output is None:
        sys.stdout.write(text)
    say("请核对：", *(f"  - {note}" for note in notes))


@app.command(help="两份日历之间：哪些时刻与函件会新增、调整、取消")
def diff(before: Before, after: After, /, *, common: Common = COMMON) -> None:
    """Print what the second calendar would change against the first."""
    from calendars.drafts import diff as difference

    found = difference(calendar_of(before), calendar_of(after))
    groups = {"appearing": found.appearing, "moving": found.moving, "vanishing": found.vanishing}
    data = {name: [_change(change) for change in changes] for name, changes in groups.items()}
    answer(common.json, data, lambda console: _differences(console, groups))


def _change(change: Change) -> dict[str, str | None]:
    return {
        "phase": change.phase,
        "kind": change.kind,
        "label": change.label,
        "letter": change.letter,
        "before": change.before.isoformat() if change.before else None,
        "after": change.after.isoformat() if change.after else None,
    }


def _differences(console: Console, groups: Mapping[str, tuple[Change, ...]]) -> None:
    words = {"appearing": "新增", "moving": "调整", "vanishing": "取消"}
    rows = [
        (words[name], each.label, _when(each, each.before), _when(each, each.after), _letter(each))
        for name, changes in groups.items()
        for each in changes
    ]
    if rows:
        console.print(table("", "时刻", "原", "新", "函件", rows=rows))
    else:
        line(console, "两份日历的时刻完全相同。")


def _when(change: Change, instant: datetime | None) -> str:
    from dashboard.views.dates import clock

    return clock(instant, change.kind) if instant else "—"


def _letter(change: Change) -> str:
    from letters.words import TAGS

    return TAGS.get(change.letter or "", "—")


@app.command(help="iCalendar 文件，可导入手机或 Outlook：按已开设的年度；写明城市时是该市自己的日期")
def ics(
    year: YearNumber,
    /,
    *,
    city: City = None,
    output: Output = None,
    common: Common = COMMON,
) -> None:
    """Print the due days of a year as it was opened, a city's own where one is named; else those of the year file."""
    content = _opened(year, city, common) or _by_file(year, city)
    if output is not None:
        write(output, content)
        say(f"已写入 {output}")
    else:
        sys.stdout.write(content.decode("utf-8"))


def _opened(year: int, key: str | None, common: Common) -> bytes | None:
    """The calendar as it stands; None where the year is not open, or there is no database yet."""
    from acts.calendars import opened_calendar
    from models.database import NotPrepared
    from models.standing import YearNotOpen, opened

    try:
        with common.database().read() as connection:
            city = opened(connection, year).year.city(key).slug if key else None
            return opened_calendar(connection, [(year, common.moment())], city)
    except (NotPrepared, YearNotOpen):
        return None


def _by_file(year: int, key: str | None) -> bytes:
    from calendars.ics import DatedYear, calendar
    from phases.book import BOOK

    say(f"{year} 年度没有开设，按系统所附的年度日历。")
    read = calendar_of(str(year))
    return calendar([DatedYear(read, called=BOOK.seconds_called(read))], read.city(key) if key else None)
