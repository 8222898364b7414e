"""What a workbook was read as: its rows, and every fault at once, each a sentence with a stable code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms.definitions import AskedSheet, Form, SheetRow


@dataclass(frozen=True, slots=True)
class RowError:
    """One fault. `row` as Excel numbers it, None for a whole sheet; `sheet` "" is the file; `found` stands there."""

    code: str
    sheet: str
    row: int | None
    column: str | None
    found: str
    wrong: str
    right: str

    @property
    def sentence(self) -> str:
        """Where, what is wrong, what would be right, in Chinese."""
        where = f"“{self.sheet}”表" if self.sheet else ""
        where += f"第 {self.row} 行" if self.row else ""
        where += f"“{self.column}”" if self.column else ""
        found = f"填的是“{self.found}”，" if self.found else ""
        return f"{where}{'：' if where else ''}{found}{self.wrong}；{self.right}。"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `rows` has every sheet's key and all rows without a fault; nothing loads while `errors` stand."""

    form: Form[AskedSheet] = field(compare=False)
    rows: Mapping[str, tuple[SheetRow, ...]]
    errors: tuple[RowError, ...]
    warnings: tuple[RowError, ...]

    @property
    def slug(self) -> str:
        """The slug of its form."""
        return self.form.slug
