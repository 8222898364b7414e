"""`talent doctor`: what is misconfigured, said with the mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter

from commands.examining.channels import of_the_channels
from commands.examining.database import in_earnest, of_the_database, under_way
from commands.examining.finding import CheckFinding, Level
from commands.examining.post import of_the_post, of_the_words, probe_letter
from commands.examining.schedules import of_prefect
from commands.examining.window import of_the_window
from commands.options import COMMON, Common, ConfigurationError, environment
from commands.output import answer, line, table

if TYPE_CHECKING:
    from rich.console import Console

    from settings import Settings

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
    found = list(examine(common))
    if to is not None and found[0].level == "ok":
        found.append(probe_letter(environment(), to, common.moment()))
    data = {"findings": [asdict(finding) for finding in found]}
    answer(common.json, data, lambda console: _show(console, found))
    return 1 if any(finding.level == "finding" for finding in found) else 0


def examine(common: Common) -> Iterator[CheckFinding]:
    """Every finding, in the order in which they are best mended."""
    try:
        settings = environment()
    except ConfigurationError as error:
        yield CheckFinding("设置", "finding", str(error), "改正环境变量或 .env；各项说明见 .env.example")
        return
    database = common.database()
    years = under_way(database)
    yield _of_the_settings(settings, real=bool(years))
    yield from of_the_database(database, common.moment())
    yield from of_the_post(settings)
    yield from of_the_words(settings)
    yield from of_the_window(settings, real=in_earnest(database))
    yield from of_the_channels(settings)
    yield from of_prefect(years)


def _of_the_settings(settings: Settings, *, real: bool) -> CheckFinding:
    """A link to this very machine is no use in a letter that leaves it: by a relay, or in a real year."""
    from settings import is_loopback

    says = f"函件方式 {settings.courier}，链接地址 {settings.links_lead}"
    if (settings.courier == "smtp" or real) and is_loopback(urlsplit(settings.links_lead).hostname or "localhost"):
        mend = "把 TALENT_BASE_URL 改为各市能打开的地址"
        return CheckFinding("设置", "finding", f"{says}：收件人打不开函件里的链接", mend)
    return CheckFinding("设置", "ok", says)


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
