"""`talent doctor`: what is misconfigured, said with the mend."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from cyclopts import Parameter

from commands.channels import of_the_channels
from commands.options import COMMON, Common, ConfigurationError, environment
from commands.output import answer, line, table
from commands.window import of_the_window

if TYPE_CHECKING:
    from rich.console import Console

    from calendars.year import Year
    from models.database import Database
    from settings import Settings

PATIENCE = 5
"""Seconds to wait for a server before it counts as not there."""

CLOCK_SLACK = timedelta(minutes=5)
OLDEST = datetime.fromisoformat("2025-01-01T00:00+08:00")
"""A clock before this was never set: the programme is younger."""

Level = Literal["ok", "note", "finding"]
WORDS: dict[Level, tuple[str, str]] = {
    "ok": ("正常", "green"),
    "note": ("提示", "cyan"),
    "finding": ("问题", "bold red"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `says` 说明, `mend` 处理办法 (empty where nothing is to be done)."""

    check: str
    level: Level
    says: str
    mend: str = ""


def doctor(
    *,
    to: Annotated[str | None, Parameter(metavar="邮箱", help="另向这个邮箱发一封测试函件")] = None,
    common: Common = COMMON,
) -> int:
    """Check settings, database, year, addresses, post, Prefect and clock; 1 where something is to be mended."""
    found = list(examine(common))
    if to is not None and found[0].level == "ok":
        found.append(probe_letter(environment(), to, common.moment()))
    data = {"findings": [asdict(finding) for finding in found]}
    answer(common.json, data, lambda console: _show(console, found))
    return 1 if any(finding.level == "finding" for finding in found) else 0


def examine(common: Common) -> Iterator[Finding]:
    """Every finding, in the order in which they are best mended."""
    try:
        settings = environment()
    except ConfigurationError as error:
        yield Finding("设置", "finding", str(error), "改正环境变量或 .env；各项说明见 .env.example")
        return
    database = common.database()
    years = _under_way(database)
    yield _of_the_settings(settings, real=bool(years))
    yield from _of_the_database(database, common.moment())
    yield from of_the_post(settings)
    yield from of_the_words(settings)
    window = of_the_window(settings, real=_in_earnest(database))
    yield from (Finding("网页", level, says, mend) for level, says, mend in window)
    yield from (Finding("群通知", level, says, mend) for level, says, mend in of_the_channels(settings))
    yield from _of_prefect(years)


def _of_the_settings(settings: Settings, *, real: bool) -> Finding:
    """A link to this very machine is no use in a letter that leaves it: by a relay, or in a real year."""
    from settings import is_loopback

    says = f"函件方式 {settings.courier}，链接地址 {settings.base_url}"
    if (settings.courier == "smtp" or real) and is_loopback(urlsplit(settings.base_url).hostname or "localhost"):
        mend = "把 TALENT_BASE_URL 改为各市能打开的地址"
        return Finding("设置", "finding", f"{says}：收件人打不开函件里的链接", mend)
    return Finding("设置", "ok", says)


def _show(console: Console, found: list[Finding]) -> None:
    made = table("项目", "", "说明", "处理办法")
    for finding in found:
        word, style = WORDS[finding.level]
        made.add_row(finding.check, f"[{style}]{word}[/]", *map(_literal, (finding.says, finding.mend)))
    console.print(made)
    count = sum(finding.level == "finding" for finding in found)
    line(console, f"{count} 个问题需要处理。" if count else "没有发现问题。")


def _literal(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _of_the_database(database: Database, now: datetime) -> Iterator[Finding]:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from models import migrate
    from models.database import NotPrepared

    where = "SQLite" if database.embedded else "PostgreSQL"
    try:
        with suppress(NotPrepared), database.read() as connection:
            connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        yield Finding("数据库", "finding", f"{where} 连不上：{reason}", "检查 TALENT_DATABASE__URL 与数据库服务")
        return
    if not migrate.prepared(database):
        yield Finding("数据库", "finding", f"{where} 的表结构不是本版本", "运行 talent db upgrade")
        return
    yield Finding("数据库", "ok", f"{where}，表结构为本版本")
    yield from _of_the_year(database)
    yield from _of_the_clock(database, now)


def _under_way(database: Database) -> list[Year]:
    """The calendars that the schedules are made of; none where the database cannot say."""
    from models.live import live

    try:
        with database.read() as connection:
            return [opened.year for opened in live(connection)]
    except Exception:  # noqa: BLE001 - already a finding of the database
        return []


def _in_earnest(database: Database) -> bool:
    """Whether any of its years, archived ones too, is no rehearsal."""
    from models.live import all_years

    try:
        with database.read() as connection:
            return not all(opened.rehearsal for opened in all_years(connection))
    except Exception:  # noqa: BLE001 - already a finding of the database
        return False


def _of_the_year(database: Database) -> Iterator[Finding]:
    from models import contacts, standing

    with database.read() as connection:
        try:
            opened = standing.opened(connection, standing.newest_year(connection))
        except standing.NoYearOpen:
            yield Finding("年度", "finding", "还没有打开年度", "运行 talent year open 年份")
            return
        reached = {office for office, (own, _) in standing.offices(connection).items() if own}
        reached |= {person.office for person in contacts.of(connection) if person.email}
    year = opened.year
    if year.provisional:
        mend = "放假通知公布后更新 holidays 组件，并运行 talent calendar check"
        yield Finding("年度", "note", f"{year.year} 年度已打开；日历为暂定（放假安排尚未公布）", mend)
    else:
        yield Finding("年度", "ok", f"{year.year} 年度已打开")
    if opened.rehearsal:
        yield Finding("邮箱", "note", "这是演练库，没有登记的邮箱以 example 地址代替")
        return
    missing = [city.name for city in year.cities if city.slug not in reached]
    if missing:
        yield Finding(
            "邮箱", "finding", f"没有登记邮箱：{'、'.join(missing)}", "运行 talent city set 城市 --email 邮箱"
        )
    if "province" not in reached:
        yield Finding("邮箱", "finding", "没有登记省级管理办公室的邮箱", "运行 talent office set --email 邮箱")


def _of_the_clock(database: Database, now: datetime) -> Iterator[Finding]:
    from sqlalchemy import func, select

    from models.columns import table_of
    from models.season import Transition

    with database.read() as connection:
        newest = connection.execute(select(func.max(table_of(Transition).c.at))).scalar()
    mend = "校准系统时钟（timedatectl set-ntp true）"
    if now < OLDEST:
        yield Finding("时钟", "finding", f"系统时钟是 {now:%Y-%m-%d %H:%M}", mend)
    elif newest is not None and newest > now + CLOCK_SLACK:
        yield Finding(
            "时钟", "finding", f"系统时钟是 {now:%Y-%m-%d %H:%M}，早于最近一条记录 {newest:%Y-%m-%d %H:%M}", mend
        )
    else:
        yield Finding("时钟", "ok", f"{now:%Y-%m-%d %H:%M}（北京时间）")


def of_the_post(settings: Settings) -> Iterator[Finding]:
    """Whether letters can be handed over: to the folder, or to the relay, which is asked without sending one."""
    if settings.courier == "smtp":
        relay = _relay(settings)
        yield relay
        yield from _relay_log(settings, asking=relay.level == "ok")
        return
    folder = settings.maildir
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if os.access(there, os.W_OK | os.X_OK) and there.is_dir():
        yield Finding("函件", "ok", f"写入 {folder}（maildir）")
    else:
        yield Finding("函件", "finding", f"{folder} 写不进去", "改 TALENT_MAILDIR，或给该目录写权限")


def _relay(settings: Settings) -> Finding:
    from letters.message import UnfitHeader
    from letters.probe import probe
    from tasks.couriers import relay

    smtp = settings.smtp
    try:
        trouble = asyncio.run(probe(relay(smtp), settings.mail_from, PATIENCE))
    except UnfitHeader as unfit:
        return Finding("函件", "finding", str(unfit), "改正 TALENT_MAIL_FROM")
    if trouble is not None:
        return Finding("函件", "finding", trouble.says, trouble.mend)
    return Finding("函件", "ok", f"{smtp.host}:{smtp.port}（{smtp.security}）可登录，愿意收下发件人的函件")


def _relay_log(settings: Settings, *, asking: bool) -> Iterator[Finding]:
    """Whether what a crash leaves in doubt can be settled from the relay's log, where there is one."""
    from letters.relay_log import RelayLog
    from tasks.couriers import relay

    smtp = settings.smtp
    if smtp.log is not None:
        told = (RelayLog(smtp.log, relay=relay(smtp)) if asking else RelayLog(smtp.log, 0.0)).trouble()
        lost = f"{told.says if told else ''}：投递中断时不能核实函件是否已送达"
        yield Finding("投递日志", "finding", lost, told.mend) if told else Finding("投递日志", "ok", f"{smtp.log} 可用")


def probe_letter(settings: Settings, address: str, now: datetime) -> Finding:
    """Send one letter to an address, the way all letters go."""
    from letters.message import Outgoing, UnfitHeader, fit_address, mailbox
    from tasks.couriers import courier

    try:
        domain, key = mailbox(settings.mail_from).domain, f"probe.{secrets.token_hex(8)}"
        letter = Outgoing(
            key=key,
            message_id=f"<{key}@{domain}>",
            thread=None,
            sender=settings.mail_from,
            recipient=fit_address(address),
            subject="测试函件：收到即表示邮件设置正确",
            text="这是一封测试函件，不必回复。\n",
            html='<!doctype html><html lang="zh-CN"><p>这是一封测试函件，不必回复。</p></html>\n',
            queued_at=now,
        )
    except UnfitHeader as unfit:
        return Finding("测试函件", "finding", str(unfit), "改正地址")
    [delivery] = asyncio.run(courier(settings).deliver([letter]))
    if delivery.state == "sent":
        return Finding("测试函件", "ok", f"已交出：{delivery.detail}")
    return Finding("测试函件", "finding", delivery.detail, "按说明改正后再试")


def of_the_words(settings: Settings) -> Iterator[Finding]:
    """The office's own words of letters: which are used, and why others are not."""
    from letters.overrides import wording

    found = wording(settings.letters)
    for fault in found.faults:
        yield Finding("函件文字", "finding", f"{fault.sentence}；仍用所附文字", "改好后用 talent letters check 检查")
    if found.words:
        yield Finding("函件文字", "ok", f"自定文字：{'、'.join(sorted(found.words))}")


def _of_prefect(years: list[Year]) -> Iterator[Finding]:
    from prefect.settings import get_current_settings

    address = get_current_settings().api.url
    if address is None:
        yield Finding("Prefect", "note", "没有设置 PREFECT_API_URL；talent up 会自己启动一个")
        return
    server = reached(address)
    yield server
    if server.level == "ok":
        yield asyncio.run(_deployments(years))


def reached(address: str) -> Finding:
    """Whether a Prefect server answers at that address."""
    import httpx

    try:
        httpx.get(f"{address}/health", timeout=PATIENCE).raise_for_status()
    except httpx.HTTPError as error:
        mend = "启动 Prefect 服务（talent up），或改正 PREFECT_API_URL"
        return Finding("Prefect", "finding", f"{address} 连不上：{error}", mend)
    return Finding("Prefect", "ok", f"{address} 应答正常")


async def _deployments(years: list[Year]) -> Finding:
    """Whether the server's schedules are those of the calendars under way."""
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

    from deployments.plan import NAME, plan

    drift: list[str] = []
    try:
        async with get_client() as client:
            for deployment in plan(years):
                try:
                    found = await client.read_deployment_by_name(f"{deployment.flow}/{NAME}")
                except ObjectNotFound:
                    drift.append(deployment.flow)
                    continue
                held = {schedule.slug for schedule in await client.read_deployment_schedules(found.id)}
                if held != {schedule.slug for schedule in deployment.schedules}:
                    drift.append(deployment.flow)
    except (httpx.HTTPError, PrefectHTTPStatusError) as error:
        mend = "检查 PREFECT_API_AUTH_STRING 与 Prefect 服务的口令是否一致"
        return Finding("部署", "finding", f"读不到部署：{error}", mend)
    if drift:
        return Finding(
            "部署", "finding", f"与年度日历不一致：{'、'.join(drift)}", "运行 talent up，或 python -m deployments.sync"
        )
    return Finding("部署", "ok", "与年度日历一致")
