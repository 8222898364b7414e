"""What `talent doctor` finds of the database, of the year in it, and of the clock that its records go by."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from commands.examining.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from calendars.year import Year
    from models.database import Database

CLOCK_SLACK = timedelta(minutes=5)
HOSTS_APART = timedelta(minutes=1)
"""How far apart the clocks of this machine and of the database's server may be."""

CONTRADICTION_MEND = "运行 talent db check 看全部；保留数据库，先做一份备份，联系维护程序的人"
SILENCE_MENDS = {
    "worker": "确认 talent up 在运行；看 var/log/worker.log",
    "prefect": "确认 talent up 在运行；看 var/log/server.log，或 PREFECT_API_URL 所指的服务",
    "check": CONTRADICTION_MEND,
}
OLDEST = datetime.fromisoformat("2025-01-01T00:00+08:00")
"""A clock before this was never set: the programme is younger."""


def of_the_database(database: Database, now: datetime, heads: Path | None = None) -> Iterator[CheckFinding]:
    """Whether it answers and is of this version; then the year in it, its addresses, and what the clock says to it.

    `heads` is the folder where the ends of its record are written down, None where it is not known.
    """
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from models import migrate
    from models.database import NotPrepared, full
    from models.revisions import Newer, refuse_newer

    where = "SQLite" if database.embedded else "PostgreSQL"
    try:
        with suppress(NotPrepared), database.read() as connection:
            connection.execute(text("SELECT 1"))
            refuse_newer(connection)
    except Newer as newer:
        yield CheckFinding("数据库", "finding", str(newer), "换回建这个数据库的那个版本的程序，或更新的版本")
        return
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        mend = "看磁盘是否已满（df -h）或有坏处" if full(error) else "检查 TALENT_DATABASE__URL 与数据库服务"
        yield CheckFinding("数据库", "finding", f"{where} 用不了：{reason}", mend)
        return
    if not migrate.prepared(database):
        yield CheckFinding("数据库", "finding", f"{where} 的表结构不是本版本", "运行 talent db upgrade")
        return
    yield CheckFinding("数据库", "ok", f"{where}，表结构为本版本")
    yield from _of_the_keys(database)
    yield from _of_the_year(database, now)
    yield from _of_the_clock(database, now)
    yield from _of_the_held_post(database, now)
    yield from _of_what_came_back(database)
    yield from _of_trials(database, now)
    yield from _of_the_silence(database, now)
    yield from _of_contradictions(database, heads)
    yield from _of_the_terms(database, now)


def under_way(database: Database) -> list[Year]:
    """The calendars that the schedules are made of; none where the database cannot say."""
    from models.open_years import live

    try:
        with database.read() as connection:
            return [opened.year for opened in live(connection)]
    except Exception:  # noqa: BLE001 - already a finding of the database
        return []


def in_earnest(database: Database) -> bool:
    """Whether any of its years, archived ones too, is no rehearsal."""
    from models.open_years import all_years

    try:
        with database.read() as connection:
            return not all(opened.rehearsal for opened in all_years(connection))
    except Exception:  # noqa: BLE001 - already a finding of the database
        return False


def _of_the_year(database: Database, now: datetime) -> Iterator[CheckFinding]:
    from calendars.deadlines import day_of
    from calendars.year import ContactPoint
    from models import addresses, contacts, standing

    with database.read() as connection:
        try:
            opened = standing.opened(connection, standing.newest_year(connection))
        except standing.NoYearOpen:
            yield CheckFinding("年度", "finding", "还没有开设年度", "运行 talent year open 年份")
            return
        on_file, people = addresses.on_file(connection), contacts.of(connection)
    year = opened.year
    points = contacts.points(on_file, people, day_of(now), year.contact)
    reached = {office for office, (own, _) in on_file.items() if own}
    reached |= {person.office for person in people if person.email}
    if year.provisional:
        mend = "放假通知公布后，在年度文件的 [days] 里写明放假和调休的日期，再运行 talent calendar check"
        yield CheckFinding("年度", "note", f"{year.year} 年度已打开；日历为暂定（放假安排尚未公布）", mend)
    else:
        yield CheckFinding("年度", "ok", f"{year.year} 年度已打开")
    if opened.rehearsal:
        yield CheckFinding("邮箱", "note", "这是演练库，没有登记的邮箱以 example 地址代替")
        return
    missing = [city.name for city in year.cities if city.slug not in reached]
    if missing:
        yield CheckFinding(
            "邮箱", "finding", f"没有登记邮箱：{'、'.join(missing)}", "运行 talent city set 城市 --email 邮箱"
        )
    if "province" not in reached:
        yield CheckFinding("邮箱", "finding", "没有登记省级管理办公室的邮箱", "运行 talent office set --email 邮箱")
    titles = {"province": "省级管理办公室"} | {city.slug: city.name for city in year.cities}
    silent = [title for office, title in titles.items() if points.get(office, ContactPoint()).is_sample]
    if silent:
        mend = "在“联系人”页登记在任的联系人和电话（talent city contact add 单位 --name 姓名 --phone 电话）"
        yield CheckFinding("联系人", "finding", f"没有登记联系电话（或写的是示例）：{'、'.join(silent)}", mend)


def _of_the_keys(database: Database) -> Iterator[CheckFinding]:
    """Whether children can be matched with what is stored of them, and how they are reached be read."""
    from deployments.up import unmatched, unopened

    if said := unmatched(database):
        mend = "从备份恢复匹配密钥（talent db restore），或运行 talent db rekey"
        yield CheckFinding("匹配密钥", "finding", said, mend)
    if said := unopened(database):
        mend = "从备份恢复联系方式密钥（talent db restore）"
        yield CheckFinding("联系方式密钥", "finding", said, mend)


def _of_the_clock(database: Database, now: datetime) -> Iterator[CheckFinding]:
    from sqlalchemy import func

    from models.standing import newest_write

    with database.read() as connection:
        newest = newest_write(connection)
        apart = None if database.embedded else connection.scalar(func.clock_timestamp()) - datetime.now(now.tzinfo)
    mend = "校准系统时钟（timedatectl set-ntp true）"
    if apart is not None and abs(apart) > HOSTS_APART:
        how = "慢" if apart > timedelta() else "快"
        said = f"本机的时钟比数据库服务器的{how} {abs(apart).total_seconds():.0f} 秒"
        yield CheckFinding("时钟", "finding", said, "两台机器都" + mend)
    if now < OLDEST:
        yield CheckFinding("时钟", "finding", f"系统时钟是 {now:%Y-%m-%d %H:%M}", mend)
    elif newest is not None and newest > now + CLOCK_SLACK:
        yield CheckFinding(
            "时钟", "finding", f"系统时钟是 {now:%Y-%m-%d %H:%M}，早于最近一条记录 {newest:%Y-%m-%d %H:%M}", mend
        )
    else:
        yield CheckFinding("时钟", "ok", f"{now:%Y-%m-%d %H:%M}（北京时间）")


def _of_the_held_post(database: Database, now: datetime) -> Iterator[CheckFinding]:
    """Whether the post doubts the clock and waits for a person, or mail hosts put letters off."""
    from models import post_clock, restorations
    from models.alarms import put_off
    from models.mail_answers import MENDS

    with database.read() as connection:
        alarm, waiting = post_clock.alarm(connection), put_off(connection, now)
        restored = restorations.held(connection)
    for one in waiting:
        said = f"{one.letters} 封函件一再推迟，{one.since:%Y-%m-%d %H:%M} 起：{one.means}（{one.said}）"
        yield CheckFinding("投递", "finding", said, MENDS.get(one.means, "系统还在重试，最多 5 天"))
    if restored is not None:
        mend = "看 talent letters list --state queued；再运行 talent act restored，或在进度总览页按“核对后放行”"
        yield CheckFinding("投递", "finding", str(restored), mend)
    if alarm is not None:
        mend = "时钟有误：timedatectl set-ntp true；时钟无误：运行 talent letters resume，或在进度总览页按“恢复投递”"
        yield CheckFinding("投递", "finding", alarm, mend)


def _of_what_came_back(database: Database) -> Iterator[CheckFinding]:
    """Whether bounces wait for a person who can tell what they are about."""
    from models import suppression

    with database.read() as connection:
        found = suppression.unclear(connection)
    if found:
        said = f"{len(found)} 封退信认不出退的是哪一封函件，{found[0][0]:%Y-%m-%d %H:%M} 起"
        mend = "在“待办”页逐封核对，之后按“退信已核对”，或运行 talent act bounces --reason 核对结果"
        yield CheckFinding("退信", "finding", said, mend)


def _of_trials(database: Database, now: datetime) -> Iterator[CheckFinding]:
    """Whether a year is tried still though a phase of it has opened: no city hears of that."""
    from calendars.deadlines import day_of
    from models.open_years import tried_though_begun

    with database.read() as connection:
        tried = tried_though_begun(connection, day_of(now))
    for year, first in tried:
        said = f"{year.year} 年度的{first.name}已于 {first.opens} 开放，仍在试运行：各市没有收到函件"
        mend = f"试毕后运行 talent year live {year.year}，或在“准备工作”页正式启用"
        yield CheckFinding("试运行", "finding", said, mend)


def _of_the_silence(database: Database, now: datetime) -> Iterator[CheckFinding]:
    """Whether what runs by itself still does: a stopped, paused or missing schedule shows here."""
    from models import signs_of_life
    from models.open_years import live

    with database.read() as connection:
        found = signs_of_life.silent(connection, now)
        begun = bool(signs_of_life.signs(connection)) or not live(connection)
    if not begun:
        said = "有正式的年度，而 talent up 还没有运行过：到期的事没有人办，函件没有发出"
        yield CheckFinding("运行", "finding", said, "运行 talent up（装成服务的：systemctl enable --now talent）")
    for sign in found:
        mend = SILENCE_MENDS.get(
            sign.work, "确认 talent up 在运行；在 Prefect 页面看 {work} 的部署、工作池和队列有没有被暂停（Resume）"
        )
        yield CheckFinding("运行", "finding", str(sign), mend.format(work=sign.work))


def _of_contradictions(database: Database, heads: Path | None) -> Iterator[CheckFinding]:
    """Whether the rows say what can never be, or the chain lost a head that was written down of it."""
    from deployments.chain_heads import missing
    from models.invariants import broken

    with database.read() as connection:
        found = [*broken(connection), *(missing(heads, connection) if heads else ())]
    if found:
        said = f"有 {len(found)} 处自相矛盾，第一处：{found[0]}"
        yield CheckFinding("数据", "finding", said, CONTRADICTION_MEND)


def _of_the_terms(database: Database, now: datetime) -> Iterator[CheckFinding]:
    """Whether people are still there after their term, and have one; those of rehearsals are invented."""
    from models import purging
    from models.open_years import all_years
    from models.purges_done import OF_NONE

    with database.read() as connection:
        real = {opened.year.year: opened for opened in all_years(connection) if not opened.rehearsal}
        terms = [term for term in purging.ended(connection, now) if term.year in real or term.year == OF_NONE]
        found = purging.due(connection, terms) if real else []
    of_years = [one for one in found if one.year != OF_NONE]
    if of_years:
        years = "、".join(str(year) for year in sorted({one.year for one in of_years}))
        said = f"{years} 年度的个人信息已过保存期限，还有 {sum(one.rows for one in of_years)} 行没有清除"
        yield CheckFinding("个人信息", "note", said, "先看 talent purge，签署存档后再运行 talent purge --reason 事由")
    rest = sum(one.rows for one in found) - sum(one.rows for one in of_years)
    if rest:
        said = f"登录、查看、下载的记录等不分年度的内容已过保存期限，还有 {rest} 行没有清除"
        yield CheckFinding(
            "个人信息", "note", said, "先看 talent purge，再停下 talent up，运行 talent purge --reason 事由"
        )
    for year, opened in sorted(real.items()):
        if opened.closed_as_of is None and not opened.year.figures.people_months:
            said = f"{year} 年度没有写个人信息的保存期限，归档以后不会到期，也不能再写"
            mend = "归档之前在年度文件的 [figures] 里写 people_months = 36，再运行 talent act amend"
            yield CheckFinding("个人信息", "note", said, mend)
