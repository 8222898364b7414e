"""What is encrypted, read for many at once: one that does not open is not to keep the others from being read."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from models.contact_keys import Altered, Unopened
from models.sealed import in_use

if TYPE_CHECKING:
    from collections.abc import Iterable

Key = TypeVar("Key", int, str)

log = logging.getLogger(__name__)


def legible(place: str, kept: Iterable[tuple[Key, str]]) -> dict[Key, str | None]:
    """Give what was encrypted in a column, by its row; None where it does not open, which is logged once.

    Raise what opening raises where the keys are of no use: nothing opens, and not for it was altered.
    """
    found: dict[Key, str | None] = {}
    wrong: dict[Key, Unopened] = {}
    for key, one in kept:
        try:
            found[key] = in_use().open(place, one)
        except Unopened as error:
            found[key], wrong[key] = None, error
    keyless = [one for one in wrong.values() if not isinstance(one, Altered)]
    if keyless and len(wrong) == len(found):
        raise keyless[0]
    for key, why in wrong.items():
        _say(place, str(key), why.in_full)
    return found


@cache
def _say(place: str, key: str, why: str) -> None:
    log.error("%s %s: %s", place, key, why)
