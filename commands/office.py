"""`talent office`: the provincial office's own addresses."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from commands.options import SEASON, SeasonOptions, UsageError
from commands.outcomes import run

app = App(name="office")


@app.command(name="set", help="登记省级管理办公室的邮箱")
def set_(
    *,
    email: Annotated[str | None, Parameter(metavar="邮箱", help="省级管理办公室的邮箱：每日待办发到这里")] = None,
    lead: Annotated[str | None, Parameter(metavar="邮箱", help="负责同志的邮箱：督办发到这里")] = None,
    season: SeasonOptions = SEASON,
) -> int:
    """Put the province's addresses on file."""
    from acts.act import PROVINCE

    if email is None and lead is None:
        raise UsageError("请写明 --email 或 --lead。")
    return run(season, "office", {"office": PROVINCE, "email": email, "head": lead}, dry_run=False)
