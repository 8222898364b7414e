"""What a defect may say to Prefect: its kind and place, never the values that came with it (a name, an address)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from calendars.defects import in_brief
from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Defect(TalentError):
    """程序出错：{what}。"""


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
        what = in_brief(error)
    else:
        return
    raise Defect(what=what) from None
