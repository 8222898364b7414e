"""`talent doctor`: what is misconfigured, said with the mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.examining.channels import of_the_channels
from commands.examining.database import in_earnest, of_the_database, under_way
from commands.examining.finding import CheckFinding, Level
from commands.examining.post import of_the_post, of_the_words, probe_letter
from commands.examining.schedules import of_prefect
from commands.examining.second_ways import of_the_second_ways
from commands.examining.traps import Circumstances, fallen_into
from commands.examining.two_hands import of_two_hands
from commands.examining.what_runs import of_the_instance, speaking_of
from commands.options import COMMON, Common, ConfigurationError, environment
from commands.output import answer, line, table

if TYPE_CHECKING:
    from rich.console import Console

    from deployments.instance import Instance

WORDS: Mapping[Level, tuple[str, str]] = {
    "ok": ("正常", "green"),
    "note": ("提示", "cyan"),
    "finding": ("问题", "bold red"),
}


def doctor(
    *,
    to: Annotated[str | None, Parameter(metavar="邮箱", help="另向这个邮箱发一封测试函件")] = None,
    common: Common = COMMON,
) -> int:
    """Check settings, database, year, addresses, post, Prefect and clock; 1 where something is to be mended."""
    from deployments.instance import running

    with speaking_of(instance := running()):
        found = list(examine(common, instance))
        if to is not None and len(found) > 1:
            found.append(probe_letter(environment(), to, common.moment()))
    data = {"findings": [asdict(finding) for finding in found]}
    answer(common.json, data, lambda console: _show(console, found))
    return 1 if any(finding.level == "finding" for finding in found) else 0


def examine(common: Common, running: Instance | None = None) -> Iterator[CheckFinding]:
    """Every finding, in the order in which they are best mended."""
    try:
        settings = environment()
    except ConfigurationError as error:
        yield CheckFinding("设置", "finding", str(error), "改正环境变量或 .env；各项说明见 .env.example")
        return
    from settings import home

    database, now = common.database(), common.moment()
    place = (database.file or Path()).absolute()
    fallen = list(fallen_into(Circumstances(settings, in_earnest(database), running, place, now)))
    if running is not None:
        yield of_the_instance(running)
    if not any(finding.check == "设置" for finding in fallen):
        yield CheckFinding("设置", "ok", f"函件方式 {settings.courier}，链接地址 {settings.links_lead}")
    yield from fallen
    yield from of_the_database(database, now, home() if common.db is None else None)
    yield from of_two_hands(database, settings)
    yield from of_the_post(settings)
    yield from of_the_words(settings)
    yield from of_the_channels(settings)
    yield from of_the_second_ways(database, settings, now)
    yield from of_prefect(under_way(database))


def _show(console: Console, found: list[CheckFinding]) -> None:
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
