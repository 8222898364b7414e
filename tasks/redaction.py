"""What a defect may say to Prefect: its kind and place, never the values that came with it (a name, an address)."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Defect(TalentError):
    """程序出错：{kind}，位于 {where}。"""


@contextmanager
def discreet() -> Iterator[None]:
    """Let our own errors pass, whose words are chosen, and any other only as a `Defect` without a cause.

    Prefect keeps a failed run's exception, with its message, in its database, its logs and its result store.
    """
    try:
        yield
    except TalentError:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever it is
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        kind = type(error).__name__
    else:
        return
    raise Defect(kind=kind, where=place) from None
