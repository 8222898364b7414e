"""From a value back to what one writes in its cell: what reads as the same value again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms.definitions import Column


def as_text(column: Column, value: object) -> str:
    """Give the text that the column reads as `value`; for none what its kind writes so, "" where that is nothing."""
    if value is None:
        return column.kind.none
    if isinstance(value, bool):
        return column.kind.choices[0 if value else 1]
    if isinstance(value, Decimal):
        whole = value.to_integral_value()
        return f"{whole if value == whole else value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return "、".join(value) if isinstance(value, list | tuple) else str(value)
