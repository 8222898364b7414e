"""From what was typed to what was meant, or what is wrong with it, field by field."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from acts.act import PROVINCE, Filled
from calendars import files
from calendars.edits import with_days
from calendars.errors import TalentError
from calendars.faults import CalendarFaults
from calendars.typed_year import sentences
from calendars.year import UnknownCity, UnknownPhase
from forms import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from acts.act import Act, Field
    from calendars.year import Year
    from models.standing import Opened

LONGEST = 500
"""Characters of a reason."""

DIGITS = 9
"""Of a number, so that it fits every database's integer."""

DAYS = ("opens", "due", "second_due", "province_due")
"""The days of a phase that can be edited on the page."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form brought: each field's values, and the text of an uploaded file where there is one."""

    values: Mapping[str, Sequence[str]]
    upload: bytes = b""

    def one(self, name: str) -> str:
        """Give a field's value, "" where it was not typed."""
        return next(iter(self.values.get(name, ())), "").strip()


@dataclass(frozen=True, slots=True)
class TypedFields:
    """A form read: what was meant, or by field's name what is wrong."""

    filled: Filled
    faults: Mapping[str, str] = field(default_factory=dict)


class _Wrong(Exception):
    """What was typed cannot be meant."""


def read(act: Act, opened: Opened, typed: Typed) -> TypedFields:
    """Read every field that the act asks; the phase first, for others depend on it."""
    filled, faults = Filled(), dict[str, str]()
    for asked in act.fields:
        try:
            filled = replace(filled, **_READ[asked.kind](asked, opened, typed, filled))
        except (_Wrong, cells.BadCellError, TalentError) as error:
            said = error.wrong if isinstance(error, cells.BadCellError) else str(error)
            faults[asked.name] = f"{asked.label}：{said.rstrip('。')}。"
    return TypedFields(filled, faults)


def carried(act: Act, typed: Typed, filled: Filled) -> tuple[tuple[str, str], ...]:
    """Give what was typed as pairs, for the form that confirms; a calendar as the text that was understood."""
    names = {asked.name for asked in act.fields if asked.kind not in {"calendar", "cities", "grid"}}
    pairs = [
        (name, value)
        for name, values in typed.values.items()
        if name in names or (name.startswith("rows:") and act.asks("rows"))
        for value in values
    ]
    if act.several:
        pairs += [("city", slug) for slug in filled.cities]
    if filled.calendar is not None:
        pairs.append(("calendar", filled.calendar.source_text))
    return tuple(pairs)


def _needed(asked: Field, typed: Typed) -> str:
    text = typed.one(asked.name)
    if not text and asked.needed:
        raise _Wrong("请填写")
    return text


def _phase(asked: Field, opened: Opened, typed: Typed, _: Filled) -> dict[str, Any]:
    try:
        return {"phase": opened.year.phase(_needed(asked, typed))}
    except UnknownPhase:
        raise _Wrong("没有这个阶段") from None


def _cities(asked: Field, opened: Opened, typed: Typed, _: Filled) -> dict[str, Any]:
    chosen = {value for value in typed.values.get("every" if typed.one("all") else asked.name, ()) if value}
    if not chosen:
        raise _Wrong("请至少选一个市")
    try:
        slugs = {opened.year.city(one).slug for one in chosen}
    except UnknownCity:
        raise _Wrong("没有这个市") from None
    return {"cities": tuple(city.slug for city in opened.year.cities if city.slug in slugs)}


def _city(asked: Field, opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    found = _cities(asked, opened, typed, filled)
    if len(found["cities"]) > 1:
        raise _Wrong("一次只能选一个市")
    return found


def _day(asked: Field, _opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    if asked.when is not None and filled.words.get(asked.when[0]) == asked.when[1]:
        asked = replace(asked, needed=True)
    text = _needed(asked, typed)
    return {"until": cells.day(text) if text else None}


def _reason(asked: Field, _opened: Opened, typed: Typed, _: Filled) -> dict[str, Any]:
    return {"reason": cells.line(" ".join(_needed(asked, typed).split()), LONGEST)}


def _date(asked: Field, _opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    text = _needed(asked, typed)
    return _word(filled, asked.name, f"{cells.day(text)}") if text else {}


def _remark(asked: Field, _opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    text = cells.line(" ".join(_needed(asked, typed).split()), LONGEST)
    return _word(filled, asked.name, text) if text else {}


def _student(asked: Field, _opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    """Read an application number, or a word that stands for one: nothing else, for it goes on record."""
    text = _needed(asked, typed)
    if not text:
        return {}
    return _word(filled, asked.name, text if text in dict(asked.choices) else cells.application_number(text))


def _rule(asked: Field, opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    rule = _needed(asked, typed)
    if filled.phase is None or rule not in {one.id for one in opened.book.waivable(filled.phase.slug)}:
        raise _Wrong("这条规则不能在本阶段豁免")
    return _word(filled, asked.name, rule)


def _new_rule(asked: Field, opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    rule = _needed(asked, typed)
    if rule not in {one.id for one in opened.book.left_out(opened.year)}:
        raise _Wrong("本年度没有这条尚未采用的规则")
    return _word(filled, asked.name, rule)


def _number(asked: Field, _opened: Opened, typed: Typed, _: Filled) -> dict[str, Any]:
    text = cells.half_width(_needed(asked, typed)).removeprefix("第").removesuffix("号").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS):
        raise _Wrong("应为编号，如 128")
    return {"number": int(text)}


def _address(asked: Field, _opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    text = _needed(asked, typed)
    return _word(filled, asked.name, cells.email(text)) if text else {}


def _office(asked: Field, opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    text = _needed(asked, typed)
    if text == PROVINCE:
        return _word(filled, asked.name, text)
    try:
        return _word(filled, asked.name, opened.year.city(text).slug)
    except UnknownCity:
        raise _Wrong("没有这个单位") from None


def _other_city(asked: Field, opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    if _needed(asked, typed) in {PROVINCE, *filled.cities}:
        raise _Wrong("请选另一个市")
    return _office(asked, opened, typed, filled)


def _choice(asked: Field, _opened: Opened, typed: Typed, filled: Filled) -> dict[str, Any]:
    value = _needed(asked, typed)
    if value not in dict(asked.choices) and (value or asked.needed):
        raise _Wrong("请选一项")
    return _word(filled, asked.name, value) if value else {}


def _revision(text: str, source: str, opened: Opened) -> Year:
    return files.revision(text, source, opened.year, opened.book.terms)


def _calendar(_asked: Field, opened: Opened, typed: Typed, _: Filled) -> dict[str, Any]:
    """Read the calendar: the text carried from a preview, an uploaded file, or the days edited on the page.

    It has the phases that the year was opened with, and no fault that the calendar of that year has not.
    """
    given = next(iter(typed.values.get("calendar", ())), "")
    if given.strip():
        return {"calendar": _revision(given.replace("\r\n", "\n"), "日历", opened)}
    if typed.upload:
        try:
            return {"calendar": _revision(typed.upload.decode("utf-8-sig"), "上传的文件", opened)}
        except UnicodeDecodeError:
            raise _Wrong("文件不是 UTF-8 文字，请另存为 UTF-8 编码") from None
    edited = {
        (phase.slug, key): cells.day(text)
        for phase in opened.year.phases
        for key in DAYS
        if (text := typed.one(f"{key}:{phase.slug}")) and text != str(getattr(phase, key))
    }
    if not edited:
        raise _Wrong("没有改动任何日期，也没有上传文件")
    try:
        return {"calendar": _revision(with_days(opened.year.source_text, edited), "日历", opened)}
    except CalendarFaults as wrong:
        raise _Wrong("\n".join(sentences(opened.year, opened.book.terms, wrong.faults))) from None


def _grid(_asked: Field, _opened: Opened, typed: Typed, _: Filled) -> dict[str, Any]:
    """Read the rows, `rows:3209-2022-0001:grade`; one without a single score was not evaluated yet."""
    rows: dict[str, dict[str, str]] = defaultdict(dict)
    for name, values in typed.values.items():
        number, column = [*name.split(":")[1:], "", ""][:2]
        if name.startswith("rows:") and column:
            rows[number][column] = next(iter(values), "").strip()
    found = [{"number": number, **row} for number, row in sorted(rows.items())]
    scored = tuple(row for row in found if any(value for key, value in row.items() if key not in {"number", "name"}))
    if not scored:
        raise _Wrong("还没有填写任何一名学生")
    return {"rows": scored}


def _word(filled: Filled, name: str, value: str) -> dict[str, Any]:
    return {"words": {**filled.words, name: value}}


_READ: Mapping[str, Callable[[Field, Opened, Typed, Filled], dict[str, Any]]] = {
    "phase": _phase,
    "cities": _cities,
    "city": _city,
    "day": _day,
    "reason": _reason,
    "text": _remark,
    "student": _student,
    "remark": _remark,
    "again": _date,
    "date": _date,
    "rule": _rule,
    "new-rule": _new_rule,
    "letter": _number,
    "request": _number,
    "difference": _number,
    "transfer": _number,
    "address": _address,
    "office": _office,
    "other-city": _other_city,
    "choice": _choice,
    "calendar": _calendar,
    "grid": _grid,
}
