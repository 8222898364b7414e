"""Tables of what the cities loaded, made from the sheets that the phases define: one a sheet, a column a field.

Of what the year says how many columns there are, the values stand in a table beside it, a row each.
They hold the current draft of a city. What an attempt was judged on is frozen in its `Filing`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import create_model
from pydantic_core import PydanticUndefined
from sqlalchemy import JSON, Boolean, Date, Index, Integer, MetaData, String, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from forms.kinds import Ask
from models.columns import Hundredths
from models.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo
    from sqlalchemy import Table
    from sqlalchemy.types import TypeEngine

    from phases.stored_sheet import StoredSheet

TYPES: Mapping[Any, type[TypeEngine[Any]]] = {
    str: String,
    int: Integer,
    bool: Boolean,
    date: Date,
    Decimal: Hundredths,
    tuple: JSON,
}
"""How a field of a row model is kept, by its type; one that may be None is a column that may be null."""


@cache
def draft_model(sheet: StoredSheet) -> type[SQLModel]:
    """Make the SQLModel of a sheet."""
    asked = [(name, sheet.row.model_fields[name]) for name in sheet.fields]
    fields = {name: _asked(f"{sheet.table}.{name}", info) for name, info in asked}
    fields |= {column.name: _field(column.type, PydanticUndefined) for column in sheet.worked_out}
    unique = (UniqueConstraint("year", column) for column in sheet.once_a_year)
    indexes = (Index(index.name, *index.columns) for index in sheet.indexes)
    return _model(sheet.row.__name__, sheet.table, fields, *unique, *indexes)


@cache
def value_model(sheet: StoredSheet) -> type[SQLModel]:
    """Make the SQLModel of the values of which a sheet has one for each word of the year: by their place, from 1."""
    each = sheet.each
    assert each is not None
    several = next(info.annotation for info in sheet.row.model_fields.values() if each in info.metadata)
    value = _field(get_args(several)[0], PydanticUndefined)
    fields = {each.place: (int, Field(primary_key=True)), each.name: value}
    return _model(f"{sheet.row.__name__}Value", f"{sheet.table}_{each.name}", fields)


def _model(name: str, table: str, fields: Mapping[str, Any], *constraints: Index | UniqueConstraint) -> type[SQLModel]:
    """Make a SQLModel by its fields. Its metadata are its own: which sheets there are, a book says."""

    class DraftRow(
        SQLModel, registry=registry(metadata=MetaData(naming_convention=SQLModel.metadata.naming_convention))
    ):
        """A row of a sheet: whose, and where it stood in the workbook."""

        __tablename__ = table
        __table_args__ = constraints
        year: int = Field(primary_key=True)
        city: str = Field(primary_key=True)
        line: int = Field(primary_key=True)

    model: type[SQLModel] = create_model(name, __base__=DraftRow, __cls_kwargs__={"table": True}, **fields)
    return model


def draft_table(sheet: StoredSheet) -> Table:
    """Give the table of a sheet."""
    return _of(draft_model(sheet))


def value_table(sheet: StoredSheet) -> Table:
    """Give the table of a sheet's values for each word of the year; the sheet has such."""
    return _of(value_model(sheet))


def tables_of(sheet: StoredSheet) -> tuple[Table, ...]:
    """Give the tables of a sheet: its own, and that of its values for each word of the year, where it has such."""
    return (draft_table(sheet), value_table(sheet)) if sheet.each else (draft_table(sheet),)


def _of(model: type[SQLModel]) -> Table:
    return model.metadata.tables[str(model.__tablename__)]


def _asked(place: str, info: FieldInfo) -> Any:  # noqa: ANN401 -- as `_field`
    """Make the column of a field that a workbook asks; telephones and addresses are encrypted."""
    reached = any(isinstance(mark, Ask) and mark.says_who in {"email", "phone"} for mark in info.metadata)
    return _field(info.annotation, info.default, Sealed(place) if reached else None)


def _field(of: Any, default: Any, kind: Any = None) -> Any:  # noqa: ANN401 -- an annotation of a row model and what stands for a blank
    alternatives = get_args(of) if get_origin(of) is not tuple else ()
    kept = next((one for one in alternatives if one is not NoneType), of)
    return of, Field(default, sa_type=kind or TYPES[get_origin(kept) or kept], nullable=NoneType in alternatives)
