"""The release after this one: it knows a figure more and a phase more, and how years opened without them mean them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from pydantic import Field

from calendars import files, versions
from calendars.year import Count, Figures
from models import standing

PARTY_DAYS = 3


class NextFigures(Figures):
    party_days: Count = Field(description="个工作日：各方的期限早于市级期限")


def upgrade(raw: versions.Raw) -> versions.Raw:
    return versions.stating(raw, {"figures.party_days": PARTY_DAYS})


@contextmanager
def installed(*, upgrading: bool = True) -> Iterator[None]:
    """Run what is inside by that release; without `upgrading`, by one that forgot what older years mean."""
    standing._calendar.cache_clear()
    more = {versions.current(): upgrade} if upgrading else {}
    with (
        patch.object(files, "Figures", NextFigures),
        patch.dict(versions.UPGRADES, more),
    ):
        yield
    standing._calendar.cache_clear()
