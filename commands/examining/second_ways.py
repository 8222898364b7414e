"""What `talent doctor` finds of the second way to people: chosen and served, chosen and not, given up."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from commands.examining.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from models.database import Database
    from models.second_ways import ChosenWay
    from settings import Settings

ROBOTS = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
    "dingtalk": "https://oapi.dingtalk.com/robot/send",
}


def of_the_second_ways(database: Database, settings: Settings, now: datetime) -> Iterator[CheckFinding]:
    """Whether a gateway serves each way that somebody chose; never an address, which may be a secret."""
    from models.second_ways import WAYS

    chosen = _choices(database)
    for way, count in Counter(one.way for one in chosen).items():
        if way not in settings.served:
            example = f"={ROBOTS[way]}" if way in ROBOTS else "，和它的 TOKEN"
            mend = f"设 TALENT_{way.upper()}__URL{example}；或在“联系人”页改为只发邮件"
            yield CheckFinding("急事另告", "finding", f"{count} 人选了{WAYS[way]}，没有设置网关，不会发出", mend)
    if stopped := [one for one in chosen if one.stopped]:
        said = f"{len(stopped)} 人的号码或机器人已不能用（{stopped[0].stopped}），不再另发"
        yield CheckFinding("急事另告", "finding", said, "在“联系人”页重新选定")
    if stuck := _stuck(database, now):
        said = f"{stuck} 条短消息未送达或待核实"
        yield CheckFinding("急事另告", "finding", said, "在“待办”页逐条向本人核实（talent act settle-short）")
    if settings.served:
        ways = "、".join(word for way, word in WAYS.items() if way in settings.served)
        yield CheckFinding("急事另告", "ok", f"已设置网关：{ways}；{len(chosen)} 人选了")


def _choices(database: Database) -> list[ChosenWay]:
    from models.second_ways import choices

    try:
        with database.read() as connection:
            return list(choices(connection).values())
    except Exception:  # noqa: BLE001 - already a finding of the database
        return []


def _stuck(database: Database, now: datetime) -> int:
    """Count what only a person settles, of every real year under way."""
    from models.open_years import live
    from models.short_messages import to_settle

    try:
        with database.read() as connection:
            return sum(len(to_settle(connection, opened.year.year, now)) for opened in live(connection))
    except Exception:  # noqa: BLE001 - already a finding of the database
        return 0
