"""A specimen of every letter there is, with invented facts, to preview and to prove the templates by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from calendars.deadlines import at_nine, day_of, handed_in, resolve
from calendars.errors import TalentError
from calendars.ics import cancellation, invitation, version
from calendars.year import ContactPoint
from gates.verdict import Finding
from letters import phrases
from letters.brief import Brief, Item, OwnWords, RequestBrief
from letters.link_places import FIRST_LINK, INVITING
from letters.occurrences import OFFICES, begins_second, in_calendar, is_declined, later, occurrences
from letters.titles import publishes
from letters.words import AUDIENCES, TAGS
from phases.letter_kinds import LETTER_KINDS, Kind
from phases.parties import Arranged, Audience, called_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.deadlines import Due
    from calendars.year import City, Phase, Year
    from phases.book import Book

PARTIES: Mapping[Audience, str] = {
    "mentor": phrases.mentor("王示例"),
    "institution": "示例大学",
    "school": "示例中学",
}


class NoSuchLetter(TalentError):
    """没有这样的函件：“{kind}”函件{phase}不发给{audience}。"""


def specimen(book: Book, year: Year, kind: Kind, phase: str | None, audience: Audience, city: City) -> Brief:
    """A brief of that kind: of the phase at its calendar due day, for that city; nobody in it exists.

    Raises NoSuchLetter where none of that kind is written to that audience in the phase.
    """
    found = year.phase(phase) if phase else None
    if audience not in occurrences(book, year).get((kind, phase), ()):
        told = f"在{found.name}阶段" if found else ""
        raise NoSuchLetter(kind=TAGS[kind], phase=told, audience=AUDIENCES[audience])
    row, parts = (
        LETTER_KINDS[kind],
        [book.dealings(found, year, second=second) for second in (False, True)] if found else [],
    )
    of = next((part for part in parts if part.mailing(kind, audience)), parts[0] if parts else None)
    mailing = of.mailing(kind, audience) if of else None
    second = found.second_due if found and of is not parts[0] else None
    until = later(year, mailing) if of else None
    numbers = f"{city.code}-{year.year}-0001", f"{city.code}-{year.year}-0007"
    following = tuple(
        (book.dealings(one, year).called or called_by(one.name)).work for one in year.phases if phase in one.requires
    )
    due = resolve(second or (until or found).due) if found else None
    if due and audience not in OFFICES:
        due = handed_in(due, year.figures.party_days, year.working_days)
    is_told = (row.invented or until) and (of is None or of.stakeholder(audience).hands_in or "mistaken" in row.shows)
    is_told = is_told and (mailing is None or mailing.dated)
    as_of = at_nine(_day(year, kind, due.day if due else year.phases[0].due))
    meets = of is not None and bool(of.stakeholder(audience).mailings) and of.arranged
    is_placed = meets and row.calendar == "sets" and not is_told
    plain = Brief(
        kind=kind,
        phase=phase,
        phase_name=found.name if found else "",
        year=year.year,
        city_name=None if row.of_year == ("province",) else city.name,
        audience=audience,
        addressee=PARTIES.get(audience) or phrases.office(audience, city.name),
        as_of=as_of,
        due=due if is_told else None,
        working_days_left=year.working_days.left(as_of.date(), due.day) if due else None,
        working_days_late=year.working_days.left(due.day, as_of.date()) if due else 0,
        link=_link(year, kind, phase) if audience in OFFICES else "",
        provisional=year.provisional,
        of=of,
        ask=_whom_to_ask(year, kind, audience, city),
        arranged=Arranged(2, due.day, "14:30", "示例中学报告厅") if is_placed and due else None,
        rearranged=bool(is_placed),
        second=second is not None,
        second_due=_second_due(year, found, audience) if found else None,
        entered=_entered(book, year, kind, found, audience) if found else (),
        ends=row.calendar == "ends" and in_calendar(book.dealings(found or year.phases[0], year), audience),
        students=numbers if mailing or (row.later and audience not in OFFICES) else (),
        listed=numbers if mailing else (),
        done=as_of.date(),
        stands="drafted" if kind == "reminder" and audience == "city" else None,
        follows=following,
        chased={
            "reminder": (year.working_days.before(as_of.date(), 5),),
            "overdue": (year.working_days.before(as_of.date(), 2),),
        },
    )
    return replace(plain, **_details(plain, *numbers))


def _link(year: Year, kind: Kind, phase: str | None) -> str:
    return FIRST_LINK if kind in INVITING else f"https://talent.example/{year.year}/{phase or ''}"


def calendar_file(book: Book, year: Year, brief: Brief, city: City) -> str | None:
    """The iCalendar that goes with a specimen, as it goes with the letter itself; None where none does."""
    slug = brief.phase or year.phases[0].slug
    calendar = LETTER_KINDS[brief.kind].calendar
    entered = in_calendar(book.dealings(year.phase(slug), year), brief.audience)
    if calendar == "ends" and brief.ends:
        ended = {slug: resolve(year.phase(slug).due)}
        return cancellation(year, ended, city, sequences={slug: 1}, at=brief.as_of)
    if calendar != "sets" or is_declined(brief.asked):
        return None
    sequence, party = version(brief.attempt, 0), brief.audience not in OFFICES
    own = [("", brief.due)] if entered else []
    dues = [*own, *((called, brief.second_due) for called in brief.entered if called)]
    made = [
        invitation(
            year, year.phase(slug), due, city,
            sequence=sequence, at=brief.as_of, party=party, called=called,
        )
        for called, due in dues
        if due
    ]  # fmt: skip
    return "".join(made) or None


def _entered(book: Book, year: Year, kind: Kind, phase: Phase, audience: Audience) -> tuple[str, ...]:
    """The entries of the calendar file that goes with a letter which begins a phase of two parts."""
    of = book.dealings(phase, year)
    if not phase.second_due or not begins_second(kind, of, audience):
        return ()
    second = book.dealings(phase, year, second=True).entered(audience)
    return ("", second) if in_calendar(of, audience) else (second,)


def _second_due(year: Year, phase: Phase, audience: Audience) -> Due | None:
    """Until when an audience hands in the second part of a phase, by the calendar."""
    ahead = 0 if audience in OFFICES else year.figures.party_days
    return handed_in(resolve(phase.second_due), ahead, year.working_days) if phase.second_due else None


def _whom_to_ask(year: Year, kind: Kind, audience: Audience, city: City) -> ContactPoint | None:
    """The provincial office as the year file has it, else somebody of the city's, invented."""
    if audience in {"city", "head", "lead"}:
        return year.contact
    invented = ContactPoint(name="示例", phone="000-00000000", mailbox=f"{city.slug}@city.example")
    return None if LETTER_KINDS[kind].of_year == ("province",) else invented


def _day(year: Year, kind: Kind, due: date) -> date:
    """A day on which such a letter goes out."""
    after = {"late": 1, "escalated": year.figures.escalation_days}.get(LETTER_KINDS[kind].invented)
    if after is not None:
        return year.working_days.after(due, after)
    return year.working_days.on_or_before(due - timedelta(days=3))


def _details(brief: Brief, first: str, second: str) -> Mapping[str, Any]:
    """What its kind has besides the plain facts; of two students, by number."""
    had = "到校记录 {} 次（按进度应有 2 次，全年 10 次）".format
    details: Mapping[str, Mapping[str, Any]] = {
        "agenda": {"items": _DIGEST, "heads": ("0-96-5c1d0be27f43a980", f"{brief.year}-412-9ae04d7716c2b35f")},
        "findings": {"findings": _findings(brief, first)},
        "begun": {"attempt": 2, "kept": True, "filed": True},
        "held": {"items": (Item("师生见面会", "暂缓，待本阶段再次通过后接续"),)},
        "resumed": {"items": (Item("年度评价", "2022年11月30日（星期三）24时截止"),)},
        "behind": {"items": (Item(first, had(0)), Item(second, had(1)))},
        "graded": {"items": (Item(first, "优秀"), Item(second, "合格"))},
        "regraded": {"items": (Item(first, "由“合格”更正为“优秀”" if publishes(brief) else "姓名已更正"),)},
        "was": {"was": None if brief.arranged else day_of(brief.as_of)},
        "mistaken": {"was": None if brief.arranged else day_of(brief.as_of) + timedelta(days=60)},
        "asked": {"asked": _asked(brief)},
        "granted": {"asked": replace(_asked(brief), granted=True)},
        "own": {"own": OwnWords("关于{年度}{设区市}有关工作的函", "{称呼}：请于本周内与我办联系。", _sender(brief))},
        "noted": {"asked": replace(_asked(brief), number=12, reason="")},
        "question": {"asked": replace(_asked(brief), until=None, about="第2次报送的核验结论", reason="材料均已附上")},
    }
    row = LETTER_KINDS[brief.kind]
    shown = {name: value for one in row.shows for name, value in details[one].items()}
    return {"reason": row.reason or None, **shown}


def _findings(brief: Brief, number: str) -> tuple[Finding, ...]:
    """What a filing is sent back for; to a party what it has to mend itself, as to one student of its own."""
    if brief.audience in OFFICES or brief.of is None:
        return _FINDINGS
    rule = next(iter(brief.of.stakeholder(brief.audience).mends), "")
    return (replace(_FINDINGS[-1], rule=rule, actor="mentor", numbers=(number,)),)


def _sender(brief: Brief) -> str:
    """The province writes to an office of a city, a city's office to everybody else."""
    return phrases.office("province" if brief.audience in OFFICES else "city", brief.city_name)


def _asked(brief: Brief) -> RequestBrief:
    """A request of the day before for a week more."""
    day = brief.due.day if brief.due else day_of(brief.as_of)
    asked_on = day_of(brief.as_of) - timedelta(days=1)
    return RequestBrief(1, "经办人示例", asked_on, day + timedelta(days=7), "会议场地临时停用，一周后恢复")


_DIGEST = (
    Item("盐城市导师名单", "1月15日（周六）24时截止", days=1, group="late"),
    Item("扬州市导师名单", "1月13日（周四）24时截止", days=3, group="late"),
    Item("南京市导师名单", "待审定，1月20日（周四）24时前办结", days=2, group="awaiting"),
    Item("宿迁市", "1封函件未能送达", days=1, group="undeliverable"),
)
_FINDINGS = (
    Finding(
        rule="interviews.ratio",
        clause="三(二)",
        kind="in-principle",
        found="12:5",
        needed="3:1",
        ok=False,
        actor="city",
        mend="面试 12 人、入选 5 人，比例 2.4:1；需再面试 3 人，或少入选 1 人。",
    ),
    Finding(
        rule="cultivation.plan",
        clause="八(六)",
        kind="must",
        found="7 人有方案",
        needed="8 人有方案",
        ok=False,
        actor="mentor",
        mend="还有 1 名学生没有培养方案，请导师补上。",
    ),
)
