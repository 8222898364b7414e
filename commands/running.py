"""`talent up`: the real thing, in one process group."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from commands.examining.channels import MEND, unfit
from commands.examining.traps import unknown
from commands.options import ConfigurationError, Db, environment
from commands.output import say

PrefectPort = Annotated[int, Parameter(name="--port", metavar="端口", help="Prefect 服务的端口")]
WebPort = Annotated[
    int, Parameter(name="--web-port", metavar="端口", help="页面的端口；不写时取 TALENT_DASHBOARD__PORT，再取 8000")
]


def up(
    *,
    folder: Annotated[Path, Parameter(metavar="目录", help="日志与 Prefect 服务的数据放在这里")] = Path("var"),
    port: PrefectPort = 4200,
    web_port: WebPort | None = None,
    db: Db = None,
) -> int:
    """Run migrations, the dashboard, the Prefect server (or the one configured), schedules and a worker."""
    if wrong := unfit(environment()):
        raise ConfigurationError(f"{wrong}；{MEND}。")
    say(*(f"提示：{said}" for said in unknown()))
    from deployments.up import up as run

    return run(folder, port, db, say, web_port)
