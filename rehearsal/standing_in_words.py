"""How a city phase stands, in one line that says all by which it can differ from the same one in another play."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.deadlines import TZ

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from models.reports import Standing

TIMELY = {"on-time": "按时", "extended": "延期内按时"}
"""The words of timeliness, where there is one."""


def in_words(one: Standing) -> str:
    """Say it in the words of both the page and the command; of waivers, how many there are."""
    return "，".join([*_filed(one), *_dues(one), *_judged(one)])


def _filed(one: Standing) -> Iterator[str]:
    yield one.state.chinese
    if one.attempt > 1:
        yield f"第 {one.attempt} 轮"
    if one.filed_at:
        yield f"{_at(one.filed_at)} 报送"
    if one.passed_at:
        yield f"{_at(one.passed_at)} 通过"


def _dues(one: Standing) -> Iterator[str]:
    yield f"截止 {one.due.day}（{one.due.why}）"
    if one.second:
        yield f"后交部分截止 {one.second.day}（{one.second.why}）"
    if one.second_at:
        yield f"后交部分 {_at(one.second_at)} 交齐"
    if one.second_late:
        yield "后交部分逾期"


def _judged(one: Standing) -> Iterator[str]:
    if one.timeliness:
        yield TIMELY[one.timeliness]
    if one.on_paper:
        yield "线下办结"
    if one.waived:
        yield f"豁免 {len(one.waived)} 项"
    if one.refusals:
        yield f"{len(one.refusals)} 项未通过：{'；'.join(one.mends)}"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(TZ):%Y-%m-%d %H:%M}"
