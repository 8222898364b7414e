"""The numbers by which rows are named in addresses: as many as a database can even be asked about."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

LARGEST = 2**31 - 1
"""The largest a row may have: PostgreSQL's integer."""

Id = Annotated[int, Path(ge=1, le=LARGEST)]
"""A row's number in a path; any other is not there, to a program 422."""
