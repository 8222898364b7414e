"""What may be said of a defect: its kinds and places, never its words, which hold what somebody typed, or a row."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = Path(__file__).resolve().parents[1]
FOREIGN = {".venv", "site-packages"}
"""Folders below ours that hold what others wrote."""

LAST = 4
"""How many places of ours are named of each error, up to the one it was raised at."""


def in_brief(error: BaseException) -> str:
    """Say an error and what it came of: kinds and places, as `IntegrityError acts/load.py:40 < UniqueViolation`."""
    return " < ".join(f"{type(one).__name__} {_places(one)}".strip() for one in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    said = set[int]()  # two may each name the other as what they came of
    while found is not None and id(found) not in said:
        said.add(id(found))
        yield found
        if isinstance(found, BaseExceptionGroup):
            found = found.exceptions[0]
        else:
            found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _places(error: BaseException) -> str:
    ours = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    named = [
        f"{file.relative_to(OURS)}:{line}"
        for file, line in ours
        if file.is_relative_to(OURS) and not FOREIGN & {*file.parts}
    ]
    return " ".join(named[-LAST:])
