"""The kinds of column: how a cell is read, what its drop-down offers, how wide it is, what a person is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import core_schema

from calendars.year import Year
from forms import cells

Parse = Callable[[object], object]
Doubt = Callable[[object], str]
Personal = Literal["unsaid", "no", "name", "email", "phone", "yes"]
"""Whether a column says who somebody is or how to reach them, and as what: that is how it is covered.

`unsaid` is covered like `yes`: whole. Words and days say nothing by their kind alone.
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of column. `hint` says what is right; `text`, `day`: its cells are formatted so; `width` in characters.

    `none` is what is written for no value where one is asked for, `personal` what is so of every such column; one may
    say otherwise. `doubt` says of a cell that can be read what should be looked at, "" where nothing is.
    """

    parse: Parse
    hint: str
    choices: tuple[str, ...] = ()
    width: int = 14
    text: bool = False
    day: bool = False
    none: str = ""
    personal: Personal = "no"
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class OfYear:
    """A kind of column whose choices are a list of the year file."""

    asked: Callable[[Year], Kind]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a field of a row model asks in a workbook: the column's label, its kind, and a note for who fills it in.

    The label and the kind may be the year's to say. `personal` is said where the kind does not say it, or wrongly.
    """

    label: str | Callable[[Year], str]
    kind: Kind | OfYear
    note: str = ""
    personal: Personal | None = None

    @property
    def says_who(self) -> Personal:
        """Whether the column is personal: as it says itself, else as its kind does; what a year lists is not."""
        return self.personal or ("no" if isinstance(self.kind, OfYear) else self.kind.personal)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Read the cell by its kind first, so that a model takes raw cells and ready values alike.

        What a kind of the year reads is in the validation's context: each field's kind, as the year asks it.
        """
        inner = handler(source)
        if isinstance(self.kind, OfYear):
            return core_schema.with_info_before_validator_function(_read_by_year, inner)
        return core_schema.no_info_before_validator_function(partial(_read, self.kind), inner)


@dataclass(frozen=True, slots=True)
class AskEach:
    """What a field of several values asks: a column of one kind for each word of a list of the year file.

    `name` is what one value is called and `place` its number, from 1, where rows are kept.
    """

    name: str
    place: str
    words: Callable[[Year], tuple[str, ...]]
    kind: Kind

    def field(self, place: int) -> str:
        """Give the field of the column at a place."""
        return f"{self.name}_{place}"

    def place_of(self, field: str) -> int | None:
        """Give the place of a column by its field; None where the field is another."""
        name, _, place = field.rpartition("_")
        return int(place) if name == self.name and place.isdecimal() else None

    def fields(self, year: Year) -> tuple[str, ...]:
        """Give the fields of the year's columns, in order."""
        return tuple(self.field(place) for place, _ in enumerate(self.words(year), start=1))


def _read(kind: Kind, raw: object) -> object:
    if isinstance(raw, cells.Broken):
        raise raw.fault
    return None if raw is None else kind.parse(raw)


def _read_by_year(raw: object, info: ValidationInfo) -> object:
    return _read(info.context[info.field_name], raw)  # type: ignore[index] # a caller without a year is mistaken


def one_of(*choices: str, width: int = 12) -> Kind:
    """A column with a drop-down of `choices`."""
    return Kind(partial(cells.choice, choices), f"应为：{' / '.join(choices)}", choices, width=width)


def either(first: str, second: str) -> Kind:
    """A column of two words that is read as whether the first was chosen."""
    return Kind(partial(cells.verdict, (first, second)), f"应为：{first} / {second}", (first, second), width=10)


def some_of(*choices: str) -> Kind:
    """A column that takes several of `choices`; a drop-down would allow only one, so it has none."""
    return Kind(partial(cells.several, choices), f"可填多项，用“、”隔开：{' / '.join(choices)}", width=28, text=True)


def _with(usual: Iterable[str], named: Iterable[str]) -> Kind:
    """A column of the usual words, which the rules may refuse, and of any other that the year names."""
    return one_of(*dict.fromkeys((*usual, *named)))


def _stage(year: Year) -> Kind:
    choices = tuple(str(number) for number in range(1, len(year.figures.stages) + 1))
    return Kind(partial(cells.stage, len(choices)), f"应为：{' / '.join(choices)}", choices, width=8)


NAME = Kind(
    partial(cells.line, longest=50), "应为文本，50 字以内，不含换行", width=14, text=True, personal="unsaid",
    doubt=cells.own_character,
)  # fmt: skip
UNIT = Kind(cells.line, "应为文本，100 字以内，不含换行", width=24, text=True, personal="unsaid")
PROSE = Kind(cells.prose, "应为文字，2000 字以内", width=36, text=True, personal="unsaid")
EMAIL = Kind(cells.email, "应为电子邮箱，如 office@example.cn", width=28, text=True, personal="email")
PHONE = Kind(
    cells.phone, "应为文本格式的电话号码，如 13800000000 或 025-83000000", width=18, text=True, personal="phone"
)
NUMBER = Kind(cells.application_number, "应为“行政区划代码-年-四位序号”的文本，如 3209-2022-0007", width=18, text=True)
DAY = Kind(cells.day, "应为日期，如 2022-02-26、2022/2/26 或 2022年2月26日", width=14, day=True, personal="unsaid")
HOUR = Kind(cells.hour, "应为几时几分，如 14:30", width=10, text=True)
YES_NO = Kind(cells.yes, "应为：是 / 否（也可填 Y/N、TRUE/FALSE、√/×）", ("是", "否"), width=10)
CAME = replace(YES_NO, parse=cells.came)
SCORE = Kind(cells.score, "应为 0–100 的数", width=12)
TESTED = Kind(cells.tested, "应为 0–100 的数；没有参加测试的填“缺考”", width=12, none="缺考")
RANK = Kind(
    cells.per_cent, "应为大于 0、不超过 100 的百分比：8、8% 和百分比格式的单元格都表示 8%", width=14,
    doubt=cells.small_rank,
)  # fmt: skip
PLACES = Kind(cells.places, "应为不小于 1 的整数", width=12)
MONEY = Kind(cells.money, "应为金额（元），不小于 0，最多两位小数", width=14)
STAGE = OfYear(_stage)
SUBJECT = OfYear(lambda year: one_of(*year.subjects, width=10))
SUMMARY = OfYear(lambda year: one_of(*year.figures.summaries_asked))
HONOURS = OfYear(lambda year: some_of(*year.figures.honours))
GRADE = OfYear(
    lambda year: _with(
        ("初一", "初二", "初三", "高一", "高二", "高三"), (*year.figures.junior_grades, *year.figures.senior_grades)
    )
)
DEGREE = OfYear(lambda year: _with(("博士", "硕士", "学士"), year.figures.team_degrees))
TITLE = OfYear(lambda year: _with(("正高", "副高", "中级", "初级", "无"), year.figures.team_titles))
