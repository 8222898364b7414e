"""The shape of a form: sheets of columns, from which template, reader, web form and row errors all come.

A row model is one frozen class a sheet, its fields in the order of the columns. A field without a default is a required
column. An optional text that is blank reads `""`. What a year file lists is in a form as that year asks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from calendars.year import Year
from forms.cells import is_blank
from forms.kinds import Ask, AskEach, Kind, OfYear, Personal


class SheetRow(BaseModel):
    """One row of a sheet; `line` is its row as Excel numbers it, 0 where it came from no workbook.

    `made_of`: what `spread` made the model of.
    """

    made_of: ClassVar[tuple[type[SheetRow], tuple[str, ...]] | None] = None
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    line: int = Field(default=0, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, data: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever it was given
        # A blank cell is a missing value: required columns then say so, optional ones keep their default.
        return {name: cell for name, cell in data.items() if not is_blank(cell)} if isinstance(data, dict) else data


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the row model's field, its label, its kind, what is said to who fills it in, whether it is personal."""

    field: str
    label: str
    kind: Kind
    required: bool
    help: str
    personal: Personal


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its Chinese name, its key in a `Reading`, its row model.

    `unique`: fields that name one row of it, together. `one_of`: fields of which a sheet has at least one column.
    """

    name: str
    key: str
    row: type[SheetRow]
    unique: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that have a column of their own, in the order of the columns."""
        return tuple(field for field, _, _ in _asks(self.row))

    @property
    def personal(self) -> bool:
        """Whether any of its columns says who somebody is, or may."""
        return any(ask.says_who != "no" for _, _, ask in _asks(self.row))

    @property
    def each(self) -> AskEach | None:
        """What the field of several values asks, where the row model has one."""
        marks = (mark for info in self.row.model_fields.values() for mark in info.metadata)
        return next((mark for mark in marks if isinstance(mark, AskEach)), None)

    def asked(self, year: Year) -> AskedSheet:
        """The sheet as that year asks it."""
        row = spread(self.row, self.each.words(year)) if self.each else self.row
        columns = (_column(field, ask, required=required, year=year) for field, required, ask in _asks(row))
        return AskedSheet(self.name, self.key, row, self.unique, self.one_of, tuple(columns))


def _asks(row: type[SheetRow]) -> Iterator[tuple[str, bool, Ask]]:
    for field, info in row.model_fields.items():
        yield from ((field, info.is_required(), mark) for mark in info.metadata if isinstance(mark, Ask))


@lru_cache(maxsize=64)
def spread(row: type[SheetRow], words: tuple[str, ...]) -> type[SheetRow]:
    """Give the row model with a field for each word in place of that of several values; it has no checks of its own."""
    fields: dict[str, Any] = {}
    for name, info in row.model_fields.items():
        each = next((mark for mark in info.metadata if isinstance(mark, AskEach)), None)
        if each is None:
            fields[name] = (info.annotation, info)
        else:
            one, _ = get_args(info.annotation)
            asks = (Ask(word, each.kind) for word in words)
            fields |= {each.field(at): Annotated[one, ask] for at, ask in enumerate(asks, start=1)}
    made = create_model(row.__name__, __base__=SheetRow, **fields)
    made.made_of = row, words
    return made


@dataclass(frozen=True, slots=True)
class AskedSheet(Sheet):
    """A sheet as one year asks it: its columns, with what the year file lists."""

    columns: tuple[Column, ...] = ()


def _column(field: str, ask: Ask, *, required: bool, year: Year) -> Column:
    kind = ask.kind.asked(year) if isinstance(ask.kind, OfYear) else ask.kind
    label = ask.label if isinstance(ask.label, str) else ask.label(year)
    lines = ("必填。" if required else "选填。", f"{kind.hint}。", f"{ask.note}。" if ask.note else "")
    return Column(field, label, kind, required, "\n".join(line for line in lines if line), ask.says_who)


Sheet_co = TypeVar("Sheet_co", bound=Sheet, covariant=True)


@dataclass(frozen=True, slots=True)
class Form(Generic[Sheet_co]):
    """A workbook: the slug of its phase (or `evaluation`), its Chinese title, its version, its sheets.

    What stands in sheets `beside` is no draft: a workbook may have them, and they hold from the load on.
    """

    slug: str
    title: str
    version: int
    sheets: tuple[Sheet_co, ...]
    beside: tuple[Sheet_co, ...] = ()

    def asked(self, year: Year) -> Form[AskedSheet]:
        """The form as that year asks it."""
        sheets, beside = (tuple(sheet.asked(year) for sheet in found) for found in (self.sheets, self.beside))
        return Form(self.slug, self.title, self.version, sheets, beside)

    @property
    def stamp(self) -> str:
        """What a workbook made from it carries as a custom property."""
        return f"{self.slug}/{self.version}"
