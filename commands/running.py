"""`talent up`: the real thing, in one process group."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from commands.options import Db
from commands.output import say


def up(
    *,
    folder: Annotated[Path, Parameter(metavar="目录", help="日志与 Prefect 服务的数据放在这里")] = Path("var"),
    port: Annotated[int, Parameter(metavar="端口", help="Prefect 服务的端口")] = 4200,
    db: Db = None,
) -> int:
    """Run migrations, the Prefect server (or the one configured), schedules and a worker until interrupted."""
    from deployments.up import up as run

    return run(folder, port, db, say)
