"""What `talent doctor` finds of Prefect: whether it answers, and whether its schedules are those of the calendars."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from commands.examining.finding import PATIENCE, CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendars.year import Year


def of_prefect(years: list[Year]) -> Iterator[CheckFinding]:
    """Whether the server that is named answers, and what it holds."""
    from prefect.settings import get_current_settings

    address = get_current_settings().api.url
    if address is None:
        yield CheckFinding("Prefect", "note", "没有设置 PREFECT_API_URL；talent up 会自己启动一个")
        return
    server = reached(address)
    yield server
    if server.level == "ok":
        yield asyncio.run(_deployments(years))


def reached(address: str) -> CheckFinding:
    """Whether a Prefect server answers at that address."""
    import httpx

    try:
        httpx.get(f"{address}/health", timeout=PATIENCE).raise_for_status()
    except httpx.HTTPError as error:
        mend = "启动 Prefect 服务（talent up），或改正 PREFECT_API_URL"
        return CheckFinding("Prefect", "finding", f"{address} 连不上：{error}", mend)
    return CheckFinding("Prefect", "ok", f"{address} 应答正常")


async def _deployments(years: list[Year]) -> CheckFinding:
    """Whether the server's schedules are those of the calendars under way."""
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

    from deployments.holding import shut_in
    from deployments.plan import NAME, plan

    drift: list[str] = []
    paused: list[str] = []
    try:
        async with get_client() as client:
            for deployment in plan(years):
                try:
                    found = await client.read_deployment_by_name(f"{deployment.flow}/{NAME}")
                except ObjectNotFound:
                    drift.append(deployment.flow)
                    continue
                schedules = await client.read_deployment_schedules(found.id)
                if {one.slug for one in schedules} != {one.slug for one in deployment.schedules}:
                    drift.append(deployment.flow)
                if found.paused or not all(one.active for one in schedules):
                    paused.append(deployment.flow)
            shut = await shut_in(client)
    except (httpx.HTTPError, PrefectHTTPStatusError) as error:
        mend = "检查 PREFECT_API_AUTH_STRING 与 Prefect 服务的口令是否一致"
        return CheckFinding("部署", "finding", f"读不到部署：{error}", mend)
    if drift:
        return CheckFinding(
            "部署", "finding", f"与年度日历不一致：{'、'.join(drift)}", "运行 talent up，或 python -m deployments.sync"
        )
    if stopped := [*shut, *(f"{flow} 的日程" for flow in paused)]:
        mend = (
            "在 Prefect 页面上按 Resume（工作池和队列在 Work Pools 里）；"
            "要一直停着的，知道即可：到期的事由 watch 补办，watch 停了就没有人办"
        )
        return CheckFinding("部署", "finding", f"被暂停：{'、'.join(stopped)}", mend)
    return CheckFinding("部署", "ok", "与年度日历一致")
