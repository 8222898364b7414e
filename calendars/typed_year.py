"""A year file as the fields of a form: what stands in each, the text that typed ones make, its faults at their fields.

A field is named as faults name it (`phases.shortlist.due`), so that each fault stands beside what was typed. What is
typed and is no value of its kind is written as a word: the checks then say what is wrong with it, as of any file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from calendars.faults import CalendarFaults
from calendars.files import parse, revision
from calendars.findings import check
from calendars.phase_terms import PhaseTerms
from calendars.versions import current, toml
from calendars.working_days import WEEKDAYS
from calendars.year import Figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from calendars.faults import Fault
    from calendars.findings import Warning_
    from calendars.phase_terms import Terms
    from calendars.working_days import WorkingDays
    from calendars.year import DayKind, Phase, Year

Shape = Literal["words", "day", "number", "numbers", "list", "span", "spans", "yes"]

HEAD: Mapping[str, str] = {"year": "年度", "title": "全称", "notice": "通知文号", "draft": "通知尚未印发"}
CONTACT: Mapping[str, str] = {"name": "联系人", "phone": "电话", "mailbox": "邮箱"}
DAYS: Mapping[str, str] = {
    "opens": "最早开放", "due": "截止日", "files_from": "起报日", "monthly_from": "每月提醒起始日",
    "second_due": "后交部分截止日", "province_due": "省办期限",
}  # fmt: skip
SINGLE: Mapping[DayKind, str] = {"holiday": "另行放假的日子", "working": "另行上班的日子"}
RUNGS: Mapping[str, str] = {"rungs": "提前几天提醒", "second_rungs": "后交部分提前几天提醒"}

_SPANS, _SPAN = frozenset({"stages"}), frozenset({"cultivation_months", "office_hours"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"[0-9]{1,15}|0*[1-9][0-9]{0,14}\.[0-9]{1,6}")
_APART, _THROUGH = re.compile(r"[、,，;；\s]+"), re.compile(r"\s*[-—–~～至到]+\s*")


@dataclass(frozen=True, slots=True)
class YearField:
    """A field of the form: its name, what it asks (Chinese), in which shape, what stands in it as text."""

    name: str
    label: str
    shape: Shape
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TypedYear:
    """What came of a form: the file's text, the year where it has no fault, what is said of fields by name.

    `faults` refuse, `doubts` are to be looked at; what is of no single field is under "".
    """

    text: str
    year: Year | None
    faults: Mapping[str, Sequence[str]]
    doubts: Mapping[str, Sequence[str]]


def fields(year: Year, terms: Terms, *, revising: bool = False) -> dict[str, YearField]:
    """Give the fields of a year, by name, in the order of its file: one for each day that it may state, or states.

    A year under way that is `revising` has its second parts as it was opened.
    """
    phases = (one for phase in year.phases for one in _phase(phase, terms, revising=revising))
    return {one.name: one for one in (*_head(year), *_contact(year), *_figures(year), *phases, *_single(year))}


def values(known: Mapping[str, YearField]) -> dict[str, str]:
    """Give what stands in fields, by name."""
    return {name: one.value for name, one in known.items()}


def _head(year: Year) -> Iterator[YearField]:
    yield YearField("year", HEAD["year"], "number", str(year.year))
    yield YearField("title", HEAD["title"], "words", year.title)
    yield YearField("notice", HEAD["notice"], "words", year.notice)
    yield YearField("draft", HEAD["draft"], "yes", "yes" if year.draft else "")
    yield YearField("subjects", "学科", "list", "、".join(year.subjects))


def _contact(year: Year) -> Iterator[YearField]:
    for name, label in CONTACT.items():
        yield YearField(f"contact.{name}", label, "words", getattr(year.contact, name))


def _figures(year: Year) -> Iterator[YearField]:
    for name, asked in Figures.model_fields.items():
        said, value = asked.description or name, getattr(year.figures, name)
        unit, colon, label = said.partition("：")
        known = colon and len(unit) <= len("个工作日")
        yield YearField(
            f"figures.{name}", label if known else said, _shape(name, value), _shown(name, value), unit if known else ""
        )


def _phase(phase: Phase, terms: Terms, *, revising: bool) -> Iterator[YearField]:
    key, given = f"phases.{phase.slug}", terms.get(phase.slug, PhaseTerms())
    second = given.two and phase.province is not None and not revising
    may = {"monthly_from": given.monthly, "second_due": second, "province_due": phase.province is not None}
    for name, label in DAYS.items():
        value = getattr(phase, name)
        if value is not None or may.get(name, True):
            yield YearField(f"{key}.{name}", f"{phase.name}{label}", "day", str(value or ""))
    for name, label in RUNGS.items():
        if name == "rungs" or phase.second_due or second:
            value = getattr(phase, name)
            yield YearField(f"{key}.{name}", f"{phase.name}{label}", "numbers", _shown(name, value))


def _single(year: Year) -> Iterator[YearField]:
    for kind, label in SINGLE.items():
        days = [str(day) for day, said in year.days.items() if said == kind]
        yield YearField(f"days.{kind}", label, "list", "、".join(days))


def _shape(name: str, value: object) -> Shape:
    if name in _SPANS:
        return "spans"
    if name in _SPAN:
        return "span"
    if not isinstance(value, tuple):
        return "number"
    return "list" if name in LISTS else "numbers"


LISTS = frozenset(
    name for name, one in Figures.model_fields.items()
    if "str" in str(one.annotation) or "Text" in str(one.annotation) or "Literal" in str(one.annotation)
)  # fmt: skip


def _shown(name: str, value: object) -> str:
    if name in _SPAN and isinstance(value, tuple):
        return "-".join(map(str, value))
    if name in _SPANS and isinstance(value, tuple):
        return "、".join("-".join(map(str, one)) for one in value)
    return "、".join(map(str, value)) if isinstance(value, tuple) else str(value)


def written(shape: Shape, typed: str) -> str:
    """Give what was typed as a file writes it; what is no value of its shape as a word, for the checks to name."""
    typed = typed.strip()
    if shape in {"words", "yes"}:
        return toml(typed)
    if shape == "day":
        return typed if _DAY.fullmatch(typed) else toml(typed)
    if shape == "number":
        return _number(typed)
    if shape == "span":
        return f"[{', '.join(map(_number, _THROUGH.split(typed)))}]"
    parts = _parts(typed)
    if shape == "spans":
        return f"[{', '.join(written('span', part) for part in parts)}]"
    return f"[{', '.join(map(_number if shape == 'numbers' else toml, parts))}]"


def _number(typed: str) -> str:
    return (typed.lstrip("0") or "0") if _NUMBER.fullmatch(typed) else toml(typed)


def text_of(origin: Year, known: Mapping[str, YearField], typed: Mapping[str, str]) -> str:
    """Write the file that the fields make; cities and what a phase is are the origin's."""
    return "\n".join(_lines(origin, known, typed)) + "\n"


def _lines(origin: Year, known: Mapping[str, YearField], typed: Mapping[str, str]) -> Iterator[str]:
    def line(name: str) -> str:
        return f"{name.rpartition('.')[2]} = {written(known[name].shape, typed.get(name, ''))}"

    yield f"version = {current()}"
    yield from (line(name) for name in ("year", "title", "notice"))
    if typed.get("draft"):
        yield "draft = true"
    yield line("subjects")
    if any(typed.get(f"contact.{name}", "").strip() for name in CONTACT):
        yield from ("", "[contact]")
        yield from (line(f"contact.{name}") for name in CONTACT if typed.get(f"contact.{name}", "").strip())
    yield from ("", "[figures]")
    for name, asked in Figures.model_fields.items():
        yield f"{line(f'figures.{name}')}  # {asked.description}"
    yield from ("", "[cities]")
    for city in origin.cities:
        yield f"{city.slug} = {{ name = {toml(city.name)}, code = {toml(city.code)} }}"
    for phase in origin.phases:
        yield from _phase_lines(phase, known, typed)
    yield from ("", "[days]")
    single = {kind: _parts(typed.get(f"days.{kind}", "")) for kind in SINGLE}
    for day in dict.fromkeys(day for days in single.values() for day in days):
        kinds = "、".join(kind for kind, days in single.items() if day in days)
        yield f"{day if _DAY.fullmatch(day) else toml(day)} = {toml(kinds)}"


def _parts(typed: str) -> list[str]:
    return [part for part in _APART.split(typed) if part]


def _phase_lines(phase: Phase, known: Mapping[str, YearField], typed: Mapping[str, str]) -> Iterator[str]:
    key = f"phases.{phase.slug}"
    yield from ("", f"[{key}]", f"name = {toml(phase.name)}", f"requires = {toml(phase.requires)}")
    if phase.province:
        yield f"province = {toml(phase.province)}"
    for name in (*DAYS, *RUNGS):
        one, said = known.get(f"{key}.{name}"), typed.get(f"{key}.{name}", "").strip()
        if one is not None and (said or name in {"opens", "due", "rungs"}):
            yield f"{name} = {written(one.shape, said)}"


def read(origin: Year, typed: Mapping[str, str], terms: Terms, *, revising: bool = False) -> TypedYear:
    """Make the year that the fields say and check it as any file: its faults and doubts stand at their fields.

    Where it is `revising` the origin, which is under way, it is checked as a revision of that.
    """
    known = fields(origin, terms, revising=revising)
    text = text_of(origin, known, typed)
    try:
        year = revision(text, "", origin, terms) if revising else parse(text, "", terms)
    except CalendarFaults as wrong:
        return TypedYear(text, None, _at(origin, known, typed, wrong.faults), {})
    return TypedYear(text, year, {}, _at(origin, known, typed, check(year)))


def sentences(year: Year, terms: Terms, found: Iterable[Fault | Warning_]) -> list[str]:
    """Give what the checks say of a year, each with the name of its field, in the words of the form."""
    known = fields(year, terms)
    said = _at(year, known, values(known), found)
    return [f"{known[place].label}：{one}" if place else one for place, those in said.items() for one in those]


def _at(
    origin: Year, known: Mapping[str, YearField], typed: Mapping[str, str], found: Iterable[Fault | Warning_]
) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for one in found:
        section, _, day = one.key.partition(".")
        place = _single_place(day, typed) if section == "days" and day else _place(one.key, known)
        which = f"{day}：" if place.startswith("days.") else ""
        told = in_words(origin, f"{one.reason}；{PATTERNS.get(place, one.mend)}。")
        said.setdefault(place, []).append(which + told)
    return said


def _place(key: str, known: Mapping[str, YearField]) -> str:
    name = key.partition("[")[0]
    of_phase = ".".join(name.split(".")[:2])  # of what is none of its fields its due day stands for the phase
    return next((one for one in (name, f"{of_phase}.due") if one in known), "")


def _single_place(day: str, typed: Mapping[str, str]) -> str:
    return next((name for kind in SINGLE if day in _parts(typed.get(name := f"days.{kind}", ""))), "days.holiday")


PATTERNS: Mapping[str, str] = {
    "contact.name": "写 1 至 50 字，不含换行",
    "contact.phone": "只写数字、空格、括号和连字符，如 025-83000000",
    "contact.mailbox": "写成一个带 @ 的邮箱，不含中文和空格",
}
"""What mends a field whose form the checks know by a pattern."""

PLAIN: Sequence[tuple[str, str]] = (
    ("写成不带引号、不带小数的数字", "写成整数"), ("写成不带引号的数字", "写成数字"),
    ("写成不带引号、不带时间的日期", "写成日期"), ("写成 [起, 止]，如 [9, 17]", "写成起、止两个数，如 9-17"),
    ("写成 [起月, 止月]", "写成起月、止月，如 1-12"), ("；等权的写 []", "；等权的留空"),
    ("，删去 draft 一行", "，去掉“通知尚未印发”"),
    ("，或在 [days] 里写明个别日期", "，或填写另行放假、上班的日子"),
    ("可删去这一行", "可不填这一天"), ("或删去这一行", "或去掉这一天"), ("“holiday、working”不能用", "既放假又上班"),
    ('写 "working"（上班）或 "holiday"（放假）', "只留一处"), ("删去这一行", "留空"), ("删去这一节", "留空"),
    ("更新 holidays", "由维护人员升级程序"),
)  # fmt: skip
"""What the checks say of a file, as it is said of a form."""


def in_words(origin: Year, said: str) -> str:
    """Give what a check says with the names of the file in the words of the form."""
    for of_file, of_form in PLAIN:
        said = said.replace(of_file, of_form)
    named = {phase.slug: phase.name for phase in origin.phases}
    named |= {**DAYS, **RUNGS, "title": HEAD["title"], "notice": HEAD["notice"], "subjects": "学科"}
    named |= {one.name.partition(".")[2]: one.label for one in _figures(origin)}
    return re.sub(r" ?([a-z][a-z_-]{2,}) ?", lambda found: named.get(found[1], found[0]), said)


def beside(days: WorkingDays, day: date) -> str:
    """Say which weekday a day is, and what of holidays: 周五；周六，调休上班；周一，元旦."""
    weekday, why = f"周{WEEKDAYS[day.weekday()]}", days.why(day)
    return weekday if why == "工作日" else why if why.startswith(weekday) else f"{weekday}，{why}"
