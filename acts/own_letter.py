"""A letter in an office's own words, to a group or to one: the province's to anybody, a city's to its own parties."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from acts.act import PROVINCE
from acts.extend import DONE_WITH
from calendars.deadlines import day_of, end_of
from forms.cells import BadCellError, line, prose
from forms.template import render
from letters import case_fields, phrases
from letters.brief import OwnWords
from letters.titles import subject
from models import audit
from models.letter_papers import EnclosedPaper
from models.parties import Reach
from models.written_letters import next_own, own_since
from season import letter_groups, owing
from season.calendar_files import calendar_file
from season.correspondence import briefs
from season.judging import scope_of
from season.letter_groups import GROUPS
from season.outcome import Outcome
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from letters.brief import Brief
    from models.database import Database
    from models.stamp import Stamp
    from season.owing import Owed
    from season.recipients import Recipient
    from season.unit_of_work import Season

When = Literal["now", "morning"]
LONGEST = {"subject": 60, "text": 2000}
"""Characters."""

ON_RECORD = "写函"
A_DAY = timedelta(days=1)
"""So soon a second letter under the same subject is pointed out."""

SHOWN = 5
"""So many recipients are named in a refusal."""

BRACES = str.maketrans("｛｝", "{}")
"""As a Chinese keyboard writes them."""

Attached = Literal["deadline", "form"]
PAPERS: Mapping[Attached, str] = {
    "deadline": "本阶段截止时间的日程文件（可加入手机或电脑日程）",
    "form": "本阶段的空白报送表",
}
"""What of the year may go with it; nothing in it is about anybody."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class WantedLetter:
    """A letter as somebody asks for it: to whom, in which words, when it is to leave.

    `group` is one of `GROUPS`, in these cities (none named: all that the office writes to); `one` names whom, where
    that is one. `office` is who writes: a city's slug, or `province`. Without a `phase` it is about the whole year.
    """

    group: str
    subject: str
    text: str
    phase: str | None = None
    cities: tuple[str, ...] = ()
    one: str = ""
    office: str = PROVINCE
    when: When = "now"
    papers: tuple[Attached, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """The fields that its words name."""
        return case_fields.named(self.subject) | case_fields.named(self.text)

    @property
    def dates(self) -> bool:
        """Whether the phase's deadline goes with it as a calendar file."""
        return "deadline" in self.papers


class _No(Exception):
    """It cannot be written as it is."""


def may_write(office: str) -> Mapping[str, str]:
    """Give the groups that an office may write to, each with what it is called."""
    return {slug: one.label for slug, one in GROUPS.items() if office == PROVINCE or not one.offices}


def write(
    database: Database,
    year: int,
    wanted: WantedLetter,
    stamp: Stamp,
    *,
    account: int | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Write it to all of them, in one transaction with its entry in the audit; all of it is refused, or nothing.

    The audit names the group, how many got it and its number, never its words: the log is for ever, these are not.
    """
    own = None if wanted.office == PROVINCE else [wanted.office]
    with sitting(database, year, stamp, own, dry_run=dry_run) as season:
        try:
            outcome = Outcome("done", _written(season, _read(wanted), account))
        except _No as no:
            season.owed.clear()
            outcome = Outcome("refused", str(no))
    return season.answered(outcome)


def _read(wanted: WantedLetter) -> WantedLetter:
    """Read what was typed; raise `_No` with every fault of it."""
    typed, faults = {"subject": wanted.subject, "text": wanted.text}, []
    for name, label, read in (("subject", "主题", line), ("text", "正文", prose)):
        try:
            typed[name] = read(typed[name].translate(BRACES), LONGEST[name])
        except BadCellError as error:
            faults.append(f"{label}：{error.wrong}")
        if not typed[name].strip():
            faults.append(f"{label}：请填写")
        faults += [f"{label}：{fault}" for fault in case_fields.faults(typed[name])]
    if case_fields.ADDRESSEE in case_fields.named(typed["subject"]):
        faults.append(f"主题：不写收件人的姓名，不能用 {{{case_fields.ADDRESSEE}}}")
    if wanted.group not in may_write(wanted.office):
        faults.append("收件人：请选一类收件人")
    elif GROUPS[wanted.group].late and not wanted.phase:
        faults.append("阶段：请选哪个阶段逾期的市")
    if wanted.papers and not wanted.phase:
        faults.append("附件：请选是哪个阶段的")
    if wanted.group == "one" and not wanted.one.strip():
        faults.append("收件人：请写明是谁")
    if faults:
        raise _No("；".join(faults) + "。")
    return replace(wanted, subject=typed["subject"], text=typed["text"])


def _written(season: Season, wanted: WantedLetter, account: int | None) -> str:
    """Owe it to each, and say so."""
    number = next_own(season.connection, season.year.year)
    _owe(season, wanted, number)
    said = briefs(season, season.owed)
    over = "、".join(season.year.city(city).name for city in season.cities if _is_over(season, wanted, city))
    if not said:
        cities = "、".join(season.year.city(city).name for city in wanted.cities)
        hint = f"{over}的本阶段已经报送、办结或退出，不再写；仍要写的，请选“不针对某个阶段”。" if over else ""
        raise _No(f"{cities}没有这样的收件人：{wanted.one.strip() or GROUPS[wanted.group].label}。{hint}")
    _complete(season, wanted, said)
    season.writes.papers.extend(_papers(season, wanted))
    group, count = GROUPS[wanted.group].label, len({recipient.key for _, recipient, _ in said})
    city = None if wanted.office == PROVINCE else wanted.office
    reason = f"{group}，{count} 个收件人"
    audit.record(
        season.connection, season.stamp, ON_RECORD, f"letter/{number}", account=account, city=city, reason=reason
    )
    unreached = len({recipient.key for _, recipient, _ in said if not recipient.address})
    waiting = f"其中 {unreached} 个没有登记邮箱，登记后自动发出。" if unreached else ""
    leaves = _leaves_at(season, wanted)
    when = f"，{leaves:%Y-%m-%d %H:%M} 发出" if leaves else ""
    left_out = f"{over}的本阶段已经报送、办结或退出，没有写给这些市的。" if over else ""
    noticed = _past(wanted, said) + _again(season, wanted, said)
    return f"第 {number} 号自拟函，写给{reason}{when}。{waiting}{left_out}{noticed}"


def _is_over(season: Season, wanted: WantedLetter, city: str) -> bool:
    """Tell whether the phase that it is about asks no more of a city, of those that it is meant for."""
    if wanted.phase is None or (wanted.cities and city not in wanted.cities):
        return False
    cell = season.cells[wanted.phase, city]
    return cell.state in DONE_WITH and season.second_owed(cell) is None


def _past(wanted: WantedLetter, said: Sequence[tuple[Owed, Recipient, Brief]]) -> str:
    """Say for whom the day that it names has gone by when it leaves, be they written to for that very reason."""
    if case_fields.DUE not in wanted.fields:
        return ""
    past = [who.addressee for _, who, brief in said if brief.due and brief.due.instant <= brief.as_of]
    return f"所写的截止时间发出时已经过去：{_some(past)}，请核对。" if past else ""


def _again(season: Season, wanted: WantedLetter, said: Sequence[tuple[Owed, Recipient, Brief]]) -> str:
    """Say who was written to under the same subject within a day, by the same office, and under which numbers."""
    recent = own_since(season.connection, season.year.year, season.stamp.as_of - A_DAY, wanted.office)
    twice = {who.addressee: recent[found] for _, who, brief in said if (found := (who.key, subject(brief))) in recent}
    numbers = "、".join(map(str, sorted(set(twice.values()))))
    return f"一天之内已用同一主题写过第 {numbers} 号，收件人也有：{_some(twice)}，请核对是否重复。" if twice else ""


def _owe(season: Season, wanted: WantedLetter, number: int) -> None:
    sender = phrases.office("province") if wanted.office == PROVINCE else ""
    sender = sender or phrases.office("city", season.year.city(wanted.office).name)
    papers, dates = _papers(season, wanted), wanted.dates
    names = (*(one.name for one in papers), *(["截止时间的日程文件"] if dates else []))
    words = OwnWords(wanted.subject, wanted.text, sender, names)
    own = owing.OwnLetter(number, words, wanted.office, _leaves_at(season, wanted), papers, dates)
    apart, had = bool(wanted.dates or wanted.fields & case_fields.OF_CITY), set[str]()
    for city, to in _recipients(season, wanted).items():
        if _is_over(season, wanted, city):
            continue
        # Who works with several cities gets one letter, unless it says another thing of each.
        theirs = to if apart else to - had
        had |= to
        if theirs:
            owing.letter(season, wanted.phase, city, frozenset(theirs), own)


def _recipients(season: Season, wanted: WantedLetter) -> letter_groups.To:
    cities = [city for city in season.cities if not wanted.cities or city in wanted.cities]
    reach = Reach(scope_of(season, season.year.phases[0].slug, cities))
    if wanted.group != "one":
        return letter_groups.members(season, reach, GROUPS[wanted.group], cities, wanted.phase)
    name = wanted.one.strip()
    found = letter_groups.named(season, reach, name, cities, offices=wanted.office == PROVINCE)
    if len(found) > 1:
        several = "、".join(f"{label}（{key}）" for key, (_, label) in list(found.items())[:SHOWN])
        raise _No(f"叫“{name}”的有 {len(found)} 个：{several}；请写其中一个的编号，如 {next(iter(found))}。")
    return {city: frozenset({key}) for key, (city, _) in found.items()}


def _leaves_at(season: Season, wanted: WantedLetter) -> datetime | None:
    """Give the next working morning, where it is to wait for that."""
    tomorrow = end_of(day_of(season.stamp.as_of))
    return season.year.hours.on_or_after(tomorrow) if wanted.when == "morning" else None


def _papers(season: Season, wanted: WantedLetter) -> tuple[EnclosedPaper, ...]:
    """Make the papers that go with it as files."""
    if "form" not in wanted.papers or wanted.phase is None:
        return ()
    form = season.book.form(wanted.phase, season.year)
    return (EnclosedPaper(f"{form.title}（空白）.xlsx", XLSX, render(form, season.year)),)


def _complete(season: Season, wanted: WantedLetter, said: Sequence[tuple[Owed, Recipient, Brief]]) -> None:
    """Raise `_No` where a field has nothing to say to somebody, or a paper is nobody's to have."""
    unfit = [who.addressee for one, who, _ in said if wanted.dates and not _dated(season, one, who)]
    if unfit:
        raise _No(f"截止时间的日程文件不能发给：{_some(unfit)}（本阶段没有要其交的材料，或者时间已过）。")
    words, lacking = wanted.subject + wanted.text, defaultdict[str, list[str]](list)
    for _, recipient, brief in said:
        for field in case_fields.lacking(words, brief):
            lacking[field].append(recipient.addressee)
    if unknown := [field for field in lacking if field in case_fields.OF_OFFICE]:
        whose = "省办" if wanted.office == PROVINCE else "本市"
        raise _No(f"{whose}没有登记{'和'.join(unknown)}，请先在“联系人”登记。")
    if lacking:
        raise _No("".join(f"{{{field}}} 没有内容可填：{_some(whom)}。" for field, whom in lacking.items()))


def _dated(season: Season, owed: Owed, recipient: Recipient) -> bool:
    """Tell whether a recipient's deadline goes into its calendar, and is ahead."""
    leaves = owed.own.leaves_at if owed.own else None
    if owed.due is None or season.told(owed.due, recipient.audience).instant <= (leaves or season.stamp.as_of):
        return False
    return calendar_file(season, owed, recipient.audience) is not None


def _some(whom: Iterable[str]) -> str:
    every = list(dict.fromkeys(whom))
    more = f"等 {len(every)} 个收件人" if len(every) > SHOWN else ""
    return "、".join(every[:SHOWN]) + more
