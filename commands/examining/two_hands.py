"""What `talent doctor` finds of what one account prepares and another signs: whether there are two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.examining.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.database import Database
    from settings import Settings

ENOUGH = 2


def of_two_hands(database: Database, settings: Settings) -> Iterator[CheckFinding]:
    """Whether somebody else can sign, where something needs a signature."""
    from models.accounts import other_admins

    if not settings.two_hands:
        return
    try:
        with database.read() as connection:
            able = other_admins(connection, 0)
    except Exception:  # noqa: BLE001 - already a finding of the database
        return
    if able < ENOUGH:
        said = f"TALENT_COUNTERSIGNED 要求签批，而能办理的省办账号只有 {able} 个，送签批的事没有人能签"
        mend = "在“账号”页或用 talent user add 再设一个能办理的省办账号；或清空 TALENT_COUNTERSIGNED"
        yield CheckFinding("签批", "finding", said, mend)
