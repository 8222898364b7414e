"""`talent db`: the database's tables, its backups, and putting one back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from commands.named_files import Output, there
from commands.options import (
    COMMON,
    FOLDER,
    Common,
    DryRun,
    Folder,
    Reason,
    UsageError,
    database_at,
    environment,
    instant,
    local,
)
from commands.output import answer, line, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from deployments.backups import Label
    from deployments.chain_heads import NotedHead
    from deployments.restoring import Comparison, Restored
    from models.database import Database
    from models.invariants import Contradiction
    from models.record_chain import Head

app = App(name="db")
Contacts = Annotated[bool, Parameter(negative="", help="换的是联系方式密钥")]
Lost = Annotated[bool, Parameter(negative="", help="原来的密钥已丢失：读不出来的联系方式清空")]
Heads = Annotated[
    tuple[str, ...], Parameter(negative="", metavar="校验码", help="另行记下的记录校验码，可加 @记下的时间，可重复")
]


@app.command(help="把数据库升级到本版本的表结构，之前另存一份；已是最新时什么也不做")
def upgrade(*, folder: Folder = FOLDER, common: Common = COMMON) -> None:
    """Run the migrations that are missing, after a copy of what was there."""
    from deployments.upgrading import upgrade as act
    from models import migrate

    database = common.database(folder)
    before = migrate.prepared(database)
    copy = act(database, environment(), folder, common.stamp().at)
    words = "数据库已是最新版本。" if before else "数据库已升级到最新版本。"
    words += f"升级之前的另存为 {copy}。" if copy else ""
    data = {"upgraded": not before, "copy": copy and str(copy)}
    answer(common.json, data, lambda console: line(console, words))


@app.command(
    help="检查表结构是否与本版本一致、内容有没有自相矛盾之处、记录有没有被改动（有时退出码 1）；不改动任何东西"
)
def check(
    *,
    head: Heads = (),
    folder: Folder = FOLDER,
    common: Common = COMMON,
) -> int:
    """Say whether the tables are this version's, what in them can never be, and what of the record was changed."""
    from deployments.chain_heads import FILE, kept, unread
    from models import migrate
    from models.invariants import of_year

    database = common.database(folder)
    known = [_head(written) for written in head]
    prepared = migrate.prepared(database)
    differences = [str(difference) for difference in migrate.differences(database)] if prepared else []
    chain, broken = _rows(database, folder, known) if prepared and not differences else ([], [])
    data = {"prepared": prepared, "differences": differences, "broken": [one._asdict() for one in broken]}
    words = "数据库与本版本一致。" if prepared else _of_another(database)
    said = [f"{one.invariant}：{one}。" for one in broken]
    if chain and not kept(folder):
        said.append(f"{folder} 里没有另记的记录校验码（{FILE}），链尾有没有被删去没有核对；请写 --folder 或 --head。")
    if cut := unread(folder):
        said.append(f"{folder / FILE} 的第 {'、'.join(map(str, cut))} 行读不懂（可能没有写完），没有用来核对。")
    hangs = [f"记录链：{of_year(one.strand)}到第 {one.number} 环，校验码 {one}。" for one in chain]
    data["chain"] = [f"{one.strand}-{one.number}-{one.chained}" for one in chain]
    answer(common.json, data, lambda console: line(console, "\n".join([words, *differences, *said, *hangs])))
    return 0 if prepared and not differences and not broken else 1


def _of_another(database: Database) -> str:
    """Say what is to be run on tables that are not this version's."""
    from models.database import NotPrepared
    from models.revisions import Newer

    try:
        database.refuse_newer()
    except Newer as newer:
        return str(newer)
    except NotPrepared:
        pass
    return "数据库不是本版本；请运行 talent db upgrade。"


def _rows(database: Database, folder: Path, known: list[NotedHead]) -> tuple[list[Head], list[Contradiction]]:
    from acts.consistency import contradictions
    from deployments.chain_heads import missing
    from models.record_chain import heads
    from models.trial_years import mailboxes

    broken = contradictions(database)
    with database.read() as connection:
        broken += missing(folder, connection, known)
        tried = mailboxes(connection)  # nobody is to keep what begins anew once they are live
        return [one for one in heads(connection) if one.strand not in tried], broken


def _head(written: str) -> NotedHead:
    from deployments.chain_heads import read

    said, _, at = written.partition("@")
    found = read(said)
    if found is None:
        raise UsageError(f"“{written}”不是记录校验码；写法如 2022-512-3f9a0c4b7d21e658，后面可加 @2026-12-01T09:00。")
    try:
        return (instant(at) if at else None), found
    except ValueError as error:
        raise UsageError(str(error)) from error


@app.command(help="备份数据库、密钥与自定的函件文字为一个加密文件，读回核对；运行中也可以做（缺密钥时照做，退出码 1）")
def backup(*, output: Output = None, folder: Folder = FOLDER, common: Common = COMMON) -> int:
    """Make a backup; where no file is named, one of those that the nightly ones are counted among.

    1 where it lacks a key: it is made all the same, but what is under that key comes back from it unreadable.
    """
    from deployments.backups import back_up, expire
    from models.backup_files import nightly

    settings, stamp, folder = environment(), common.stamp(), common.home(folder)
    to = output or nightly(settings.backup.folder, stamp.at)
    database = common.database(folder)
    label = back_up(database, settings, folder, to, stamp.at)
    lacking, unopenable = _lacking(database, label, folder)
    say(*lacking)
    expired = [] if output or unopenable else expire(settings.backup.folder, settings.backup.days, stamp.at)
    size = to.stat().st_size
    data = {"file": str(to), "bytes": size, "rows": sum(label.rows.values()), "expired": [*map(str, expired)]}
    words = f"已备份并读回核对：{to}（{sum(label.rows.values())} 行，{size / 1_000_000:.1f} MB）。"
    words += f"删去过期的 {len(expired)} 份。" if expired else ""
    answer(common.json, data, lambda console: line(console, words))
    return 1 if lacking else 0


def _lacking(database: Database, label: Label, folder: Path) -> tuple[list[str], bool]:
    """Say which keys a backup has not that it should have, and whether contacts cannot be opened without."""
    from deployments.backups import SECRET
    from deployments.up import unmatched, unopened
    from models import migrate

    prepared, said = migrate.prepared(database), []
    if SECRET not in label.files and label.rows.get("account"):
        said.append(f"提示：{folder} 里没有页面的密钥，备份里也就没有；用 --folder 写明 talent up 的目录。")
    if unmatchable := unmatched(database) if prepared else None:
        said.append(f"提示：备份里没有比对学生所用的匹配密钥；用 --folder 写明 talent up 的目录。{unmatchable}")
    if missed := unopened(database) if prepared else None:
        said.append(
            f"提示：备份里没有联系方式所用的密钥，没有删去过期的备份；用 --folder 写明 talent up 的目录。{missed}"
        )
    return said, missed is not None


@app.command(help="用一份备份恢复：先看 --dry-run；恢复后投递暂停，核对后放行（talent act restored）")
def restore(
    file: Annotated[Path, Parameter(name="文件", help="talent db backup 做的备份")],
    /,
    *,
    reason: Reason | None = None,
    dry_run: DryRun = False,
    folder: Folder = FOLDER,
    common: Common = COMMON,
) -> None:
    """Put a backup in the place of what is there, or only hold it against that."""
    from deployments.restoring import compared
    from deployments.restoring import restore as act

    if not dry_run and reason is None:
        raise UsageError("恢复会换掉现在的数据库：请先看 --dry-run，再写明 --reason。")
    database, settings = common.database(folder), environment()
    if reason is None or dry_run:
        found = compared(database, settings, there(file))
        answer(common.json, _compared(found), lambda console: _show(console, found))
        return
    done = act(database, settings, folder, there(file), common.stamp(), reason)
    say(*(f"提示：{note}。" for note in done.notes))
    data = _compared(done.comparison) | {"former": [*map(str, done.former)], "notes": list(done.notes)}
    answer(common.json, data, lambda console: _restored(console, done))


@app.command(help="把全部内容移到另一个空的数据库（如从 SQLite 到 PostgreSQL）；先停下 talent up")
def move(
    url: Annotated[str, Parameter(name="URL", help="目标数据库")],
    /,
    *,
    folder: Folder = FOLDER,
    common: Common = COMMON,
) -> None:
    """Put all of the database into another."""
    from deployments.restoring import move as act

    settings = environment()
    rows, kept = act(common.database(folder), database_at(url, folder), settings, folder, common.stamp().at)
    words = f"已移过去 {rows} 行。请把 TALENT_DATABASE__URL 改为新的数据库，再启动 talent up。"
    words += f"原来的移为 {kept}；确认无误后请删去。" if kept else "原来的数据库没有改动，请不要再用它启动。"
    answer(common.json, {"rows": rows, "former": kept and str(kept)}, lambda console: line(console, words))


@app.command(help="换一把匹配密钥，重新比对学生；--contacts：换一把联系方式密钥，重新加密；先停下 talent up")
def rekey(
    *,
    reason: Reason | None = None,
    contacts: Contacts = False,
    lost: Lost = False,
    folder: Folder = FOLDER,
    common: Common = COMMON,
) -> None:
    """Match all children, or encrypt all contacts, under another key."""
    from deployments.rekeying import rekey as act

    if lost and not contacts:
        raise UsageError("--lost 与 --contacts 一起用。")
    if reason is None:
        if not lost:
            raise UsageError("换密钥要写明 --reason。")
        _to_be_lost(folder, common)
        return
    if contacts:
        _rekey_contacts(reason, folder, common, lost=lost)
        return
    done = act(common.database(folder), environment().matching_keys(folder), common.stamp(), reason)
    words = f"已换用编号 {done.id} 的匹配密钥，全部学生已重新比对。从前的备份仍用各自所附的密钥；请再做一份备份。"
    words += f"另有 {done.lost} 条往年的记录没有登记的学生可依，不再能对上。" if done.lost else ""
    words += f"原来的文件里没有可用的匹配密钥，已移为 {done.aside}。" if done.aside else ""
    data = {"key": done.id, "lost": done.lost, "aside": done.aside and str(done.aside)}
    answer(common.json, data, lambda console: line(console, words))


def _rekey_contacts(reason: str, folder: Path, common: Common, *, lost: bool) -> None:
    from deployments.rekeying import rekey_contacts as act

    settings, home, database = environment(), common.home(folder), common.database(folder)
    done = act(database, settings.contact_keys(home), settings, common.stamp(), reason, lost=lost)
    words = (
        f"已换用编号 {done.id} 的联系方式密钥，全部联系方式已重新加密。从前的备份仍用各自所附的密钥；请再做一份备份。"
    )
    words += f"有 {done.lost} 处用已丢失的密钥加密，已清空。" if done.lost else ""
    words += "".join(f"请{said}。" for said in _to_load_again(database, done.again))
    words += f"之前的另存为 {done.copy}；不再需要时请删去，里面有个人信息。" if done.copy else ""
    again = [{"year": year, "form": form, "city": city} for year, form, city in done.again]
    data = done._asdict() | {"copy": done.copy and str(done.copy), "again": again}
    answer(common.json, data, lambda console: line(console, words))


def _to_load_again(database: Database, again: Sequence[tuple[int, str, str]]) -> Iterator[str]:
    """Say which workbooks are to be loaded again, by year and workbook; an archived year takes none."""
    from itertools import groupby

    from models import standing

    for (year, form), those in groupby(again, key=lambda one: one[:2]):
        with database.read() as connection:
            opened = standing.opened(connection, year)
        if opened.closed_as_of is None:
            cities = "、".join(opened.year.city(city).name for *_, city in those)
            title = database.book.forms[form].title
            yield f"{cities}重新导入 {year} 年度的《{title}》（原来的文件；已通过的先重新开放）"


def _to_be_lost(folder: Path, common: Common) -> None:
    """Say what `--lost` would empty, where its key was looked for, and in which database."""
    from sqlalchemy import make_url

    from deployments.rekeying import unopenable

    database, keys = common.database(folder), environment().contact_keys(common.home(folder))
    found = unopenable(database, keys)
    lost, named = sum(one.values for one in found), sorted({one.named for one in found if one.named})
    where = f"数据库 {make_url(database.url).render_as_string()}，密钥在 {keys.place}"
    words = f"{where}：没有读不出来的联系方式，不必用 --lost。"
    if lost:
        words = f"这只是预览，什么也没有改动。{where}：有 {lost} 处联系方式用不在那里的密钥"
        words += (
            f"（编号 {'、'.join(named)}）加密，会清空，由各市重新导入报送表。先核对目录（--folder）和数据库写得对不对，"
        )
        words += "找一找备份；确已丢失的，停下 talent up，"
        words += "再运行 talent db rekey --contacts --lost --reason 事由，清空之前另存一份。"
    data = {"lost": lost, "keys": named, "place": keys.place}
    answer(common.json, data, lambda console: line(console, words))


def _compared(found: Comparison) -> dict[str, Any]:
    label, since = found.label, found.since
    newest = since._asdict() | {"newest": since.newest and local(since.newest).isoformat()} if since else None
    about = asdict(label) | {"made_at": local(label.made_at).isoformat(), "rows": sum(label.rows.values())}
    return {"backup": about, "since": newest}


def _show(console: Console, found: Comparison) -> None:
    label, since = found.label, found.since
    rows = f"{label.rows.get('transition', 0)} 条记录，{label.rows.get('letter', 0)} 封函件"
    line(
        console,
        f"备份：{local(label.made_at):%Y-%m-%d %H:%M}（程序 {label.program}，表结构 {label.revision}），{rows}。",
    )
    if since is None:
        line(console, "现在的数据库：没有，或者读不出来。")
    else:
        newest = f"，最近一条记录 {local(since.newest):%Y-%m-%d %H:%M}" if since.newest else ""
        more = f"{since.moves} 条记录、{since.deeds} 条操作日志、{since.letters} 封函件（已发 {since.sent} 封）{newest}"
        more += f"，并开设了 {since.years} 个年度" if since.years else ""
        line(console, f"现在的数据库里，备份之后另有 {more}；恢复后这些都没有。")


def _restored(console: Console, done: Restored) -> None:
    _show(console, done.comparison)
    line(console, "已恢复。各账号须重新登录。", "green")
    if done.former:
        line(console, f"原来的另存为 {'、'.join(map(str, done.former))}；确认无误后请删去，里面有个人信息。")
    line(
        console, "投递已暂停：启动 talent up，看过待发的函件，再运行 talent act restored（或在进度总览页）核对后放行。"
    )
