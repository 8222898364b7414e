"""Which migrations this program has, and whether a database has others: a newer program made its tables then.

Asked by the names of their files: what runs them is slow to load, and nobody needs it to write a row.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from calendars.errors import TalentError

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSION = "alembic_version"
"""The table that says which is a database's newest."""


class Newer(TalentError):
    """数据库的表结构（{found}）是更新版本的程序建的：本程序比数据库旧，请先升级程序。"""


@cache
def _ours() -> frozenset[str]:
    files = (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*_*.py")
    return frozenset(file.name.partition("_")[0] for file in files)


def known(revision: str) -> bool:
    """Tell whether this program has that migration."""
    return revision in _ours()


def newest() -> str:
    """Give the last of this program's migrations."""
    return max(_ours())


def refuse_newer(connection: Connection) -> None:
    """Raise `Newer` where a database has migrations that are not known here; one without tables has none."""
    if inspect(connection).has_table(VERSION):
        found = connection.scalar(text(f"SELECT version_num FROM {VERSION}"))  # nosec B608 # noqa: S608 -- our own word
        if found is not None and not known(found):
            raise Newer(found=found)
