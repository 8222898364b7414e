"""The numbers by which rows are named in addresses: as many as a database can even be asked about."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

LARGEST = 2**31 - 1
"""The largest a row may have: PostgreSQL's integer."""

Id = Annotated[int, Path(ge=1, le=LARGEST)]
"""A row's number in a path; any other is not there, to a program 422."""

LAST_PAGE = 1_000_000
NUMBER = Query(alias="page", ge=1, le=LAST_PAGE)
"""The number of the page of a list that is wanted."""
