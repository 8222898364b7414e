"""What passes between this process and the one that reads workbooks: a form on the way in, a reading on the way out.

A form goes as it is, for it is ours; a reading comes back as JSON, for it was made of what somebody sent.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from forms.definitions import AskedSheet, Form, SheetRow, spread
from forms.workbook_rows import MOST, Reading, RowError


class Task(NamedTuple):
    """What a workbook is read as; `whose` says which workbook a sheet of another form is of."""

    form: Form[AskedSheet]
    whose: Mapping[str, str]

    def packed(self) -> bytes:
        """Give it as bytes."""
        target = io.BytesIO()
        _Pickler(target).dump((self.form, dict(self.whose)))
        return target.getvalue()

    @classmethod
    def of(cls, data: bytes) -> Task:
        """Give what these bytes of ours hold."""
        return cls(*pickle.loads(data))  # nosec B301 # noqa: S301 - written by `packed` in the process that started this one


class _Pickler(pickle.Pickler):
    def reducer_override(self, given: object) -> Any:  # noqa: ANN401 - how pickle is told to go on as usual
        """Name a row model that was made for a year's words by what it was made of."""
        made_of = given.made_of if isinstance(given, type) and issubclass(given, SheetRow) else None
        return (spread, made_of) if made_of else NotImplemented


def answer(reading: Reading) -> dict[str, Any]:
    """Give a reading as JSON has it: each row by the fields that were given; none where too much is wrong to go on."""
    whole = len(reading.errors) <= MOST
    rows = {key: [row.model_dump(exclude_unset=True) for row in rows if whole] for key, rows in reading.rows.items()}
    told = {name: [_listed(one) for one in getattr(reading, name)] for name in ("errors", "warnings")}
    return {"rows": rows} | told


def _listed(error: RowError) -> list[object]:
    return [error.code, error.sheet, error.row, error.column, error.found, error.wrong, error.right]


def marked(value: object) -> object:
    """Mark what JSON has no way of writing."""
    return {"day": value.isoformat()} if isinstance(value, date) else {"number": str(value)}


def unmarked(found: dict[str, Any]) -> Any:  # noqa: ANN401 - a value, or an object as it stands
    """Give what was marked."""
    if found.keys() == {"day"}:
        return date.fromisoformat(found["day"])
    return Decimal(found["number"]) if found.keys() == {"number"} else found


def reading_of(told: Mapping[str, Any], form: Form[AskedSheet]) -> Reading:
    """Give the reading that an answer holds; its rows were checked where they were read."""
    models = {sheet.key: sheet.row for sheet in (*form.sheets, *form.beside)}
    rows = {key: tuple(_row(models[key], row) for row in rows) for key, rows in told["rows"].items()}
    errors, warnings = (tuple(RowError(*one) for one in told[name]) for name in ("errors", "warnings"))
    return Reading(form, rows, errors, warnings)


def _row(model: type[SheetRow], given: Mapping[str, Any]) -> SheetRow:
    values = {field: tuple(value) if type(value) is list else value for field, value in given.items()}
    return model.model_construct(set(values), **values)
