"""The release after this one: it knows a figure more and a phase more, and how years opened without them mean them.

The figure is the recipe of `docs/carrying-on.md` followed: its field says all that is to be said.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from unittest.mock import patch

from pydantic import Field

from calendars import files, versions
from calendars.year import Count, Figures, Since
from models import standing

SPARE_DAYS = 3


class NextFigures(Figures):
    spare_days: Annotated[Count, Since(versions.current() + 1, SPARE_DAYS)] = Field(description="个工作日：备用的时间")


class ForgetfulFigures(Figures):
    spare_days: Count = Field(description="个工作日：备用的时间")


@contextmanager
def installed(*, upgrading: bool = True) -> Iterator[None]:
    """Run what is inside by that release; without `upgrading`, by one that forgot what older years mean."""
    standing._calendar.cache_clear()
    figures = NextFigures if upgrading else ForgetfulFigures
    with patch.object(files, "Figures", figures), patch.object(versions, "Figures", figures):
        yield
    standing._calendar.cache_clear()
