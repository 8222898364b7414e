"""The province issues letters of appointment and certificates, takes one back, issues one anew (三(一), 五(二)).

Who gets one is read off what stands; numbers go on without a gap, for every writer of any year waits meanwhile.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, cast
from unicodedata import normalize

from acts.act import Act, Bench, Field, Filled
from acts.masking import one_covered
from calendars.deadlines import day_of
from calendars.errors import TalentError
from letters.award_papers import AwardPaper, Stationery, made
from models import awards, standing
from models.awards import TITLES
from phases.year_end import GRADES
from season.outcome import Outcome
from season.unit_of_work import NotARehearsal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

    from calendars.year import Year
    from models.awards import Award, AwardKind, Entitled
    from models.database import Database
    from models.stamp import Stamp


class TriedAwards(TalentError):
    """{year} 年度还在试运行，不能颁发聘书、证书；正式启用之后再办。"""


VERIFY = "/verify/"
"""Where a paper is confirmed to anybody, before its token."""

NEVER = "没有颁发过"
UNREAD = "编号应为数字，如 12，未作改动。"
_NUMBER = re.compile(r"第?\s*([0-9]{1,9})\s*号?")
"""A number as it is typed, which fits every database's integer."""

UNISSUED = "0" * 24
"""What stands for the token of a paper that is only tried."""


def issue(database: Database, year: int, kind: AwardKind, stamp: Stamp) -> Outcome:
    """Issue papers of a kind to all who are to have one and never had; nobody gets a second one.

    Raise what `letters.award_papers.made` raises, before any is issued: each is set as it would be printed.
    """
    with database.write("every") as connection:
        opened = _at_hand(connection, year, stamp)
        chosen = awards.due(connection, opened, kind)
        if not chosen:
            return Outcome("refused", f"{year} 年度没有应颁发而未颁发的{TITLES[kind]}，未作改动。")
        _tried(year, chosen, stamp)
        numbers = awards.issue(connection, year, chosen, stamp)
    lines = [
        f"{opened.city(city).name}：{'、'.join(_line(one, number) for one, number in theirs)}"
        for city, theirs in groupby(zip(chosen, numbers, strict=True), key=lambda pair: pair[0].city)
    ]
    named = f"第{numbers[0]}号至第{numbers[-1]}号" if len(numbers) > 1 else f"第{numbers[0]}号"
    said = f"颁发{TITLES[kind]} {len(numbers)} 份{_grades(chosen)}，{year}年{named}。"
    return Outcome("done", "\n".join((said, *lines)), basis=tuple(chosen))


def revoke(database: Database, year: int, paper: tuple[AwardKind, int], stamp: Stamp, reason: str) -> Outcome:
    """Let a paper hold no longer, for good; `refused` where there is none, or it holds no longer already."""
    with database.write("every") as connection:
        _at_hand(connection, year, stamp)
        award = awards.numbered(connection, year, *paper)
        if award is None or award.revoked is not None:
            return _not_there(year, paper, "已经作废" if award else NEVER)
        awards.revoke(connection, award, stamp, reason)
    return Outcome("done", f"{award.title} 已作废，核验页面随即显示作废。")


def reissue(database: Database, year: int, paper: tuple[AwardKind, int], stamp: Stamp, reason: str) -> Outcome:
    """Let a paper hold no longer and issue the same person another, under the next number, as what stands now has it.

    One that holds no longer already is issued anew too, once. `refused` where its holder is to have none any more.
    """
    with database.write("every") as connection:
        opened = _at_hand(connection, year, stamp)
        award = awards.numbered(connection, year, *paper)
        if award is None or awards.followed(connection, award):
            return _not_there(year, paper, "已经作废，也已补发" if award else NEVER)
        now = next((one for one in awards.entitled(connection, opened, paper[0]) if one.whose == award.whose), None)
        if now is None:
            return Outcome("refused", f"{award.title} 的持有人现在不应持有{TITLES[paper[0]]}，不能补发；请改为作废。")
        _tried(year, [now], stamp)
        if award.revoked is None:
            awards.revoke(connection, award, stamp, reason)
        (number,) = awards.issue(connection, year, [now], stamp)
    return Outcome(
        "done", f"{award.title} 已作废，补发为{TITLES[paper[0]]}{year}年{_line(now, number)}。", basis=(now,)
    )


def _at_hand(connection: Connection, year: int, stamp: Stamp) -> Year:
    opened = standing.opened(connection, year)
    if opened.trial is not None:
        raise TriedAwards(year=year)
    if not opened.rehearsal and stamp.as_of != stamp.at:
        raise NotARehearsal(year=year)
    return opened.year


def _tried(year: int, chosen: Sequence[Entitled], stamp: Stamp) -> None:
    papers = [_paper(one, year, 1, day_of(stamp.as_of), f"{stamp.base_url}{VERIFY}{UNISSUED}") for one in chosen]
    made(chosen[0].kind, TITLES[chosen[0].kind], year, papers, Stationery(stamp.papers))


def _line(one: Entitled, number: int) -> str:
    """Say who gets which number, and what is printed of him: a student's name with one character covered."""
    whose = f"{one.student} {one_covered(one.name)}" if one.student else one.name
    return f"第{number}号 {whose}（{'，'.join(filter(None, (one.place, one.subject, one.grade)))}）"


def _grades(chosen: Sequence[Entitled]) -> str:
    """Say how many get which grade, the best first; "" where the paper has none."""
    count = Counter(one.grade for one in chosen)
    said = [f"{grade} {count[grade]}" for grade in GRADES if count[grade]]
    return f"（{'、'.join(said)}）" if said else ""


def _not_there(year: int, paper: tuple[AwardKind, int], why: str) -> Outcome:
    if not paper[1]:
        return Outcome("refused", UNREAD)
    return Outcome("refused", f"{TITLES[paper[0]]}{year}年第{paper[1]}号{why}，未作改动。")


def to_print(
    connection: Connection, year: Year, kind: AwardKind, city: str | None, number: int | None
) -> tuple[list[Award], list[Award]]:
    """Give the papers in force of a kind, of a city or all, and those left out, which say what is so no longer.

    One that is asked for by its number is left out in no case.
    """
    held = [
        one for one in awards.register(connection, year.year, city)
        if one.kind == kind and one.revoked is None and not one.nameless and number in {None, one.number}
    ]  # fmt: skip
    old = frozenset[int]() if number is not None else {one.award.id for one in awards.outdated(connection, year)}
    return [one for one in held if one.id not in old], [one for one in held if one.id in old]


def printed(
    kind: AwardKind, chosen: Sequence[Award], base_url: str, stationery: Stationery, *, sample: bool = False
) -> bytes:
    """Give these papers of one kind and year as one PDF, in the order given; raise what `made` raises."""
    year = chosen[0].year
    papers = [_paper(one, year, one.number, day_of(one.as_of), f"{base_url}{VERIFY}{one.token}") for one in chosen]
    return made(kind, f"{year}年度{TITLES[kind]}", year, papers, stationery, sample=sample)


def _paper(one: Entitled, year: int, number: int, day: date, url: str) -> AwardPaper:
    whom = f"{one.student} {one.name}" if one.student else f"{one.name}（{one.place}）"
    return AwardPaper(whom, one.name, one.place, one.subject, one.grade, f"{year}年第{number}号", day, url)


def _number(filled: Filled) -> tuple[AwardKind, int]:
    """Give kind and number, in whatever width, with or without 第 and 号; 0, which no paper has, for anything else."""
    found = _NUMBER.fullmatch(normalize("NFKC", filled.words["number"]).strip())
    return cast("AwardKind", filled.words["kind"]), int(found[1]) if found else 0


def _issued(bench: Bench, filled: Filled) -> Outcome:
    return issue(bench.database, bench.year.year, cast("AwardKind", filled.words["kind"]), bench.stamp)


def _revoked(bench: Bench, filled: Filled) -> Outcome:
    return revoke(bench.database, bench.year.year, _number(filled), bench.stamp, filled.reason)


def _reissued(bench: Bench, filled: Filled) -> Outcome:
    return reissue(bench.database, bench.year.year, _number(filled), bench.stamp, filled.reason)


def _subject(year: Year, filled: Filled) -> str:
    kind, number = _number(filled)
    return f"award/{year.year}/{kind}" + (f"/{number}" if number else "")


def _called(year: Year, filled: Filled) -> str:
    kind, number = _number(filled)
    return f"{TITLES[kind]}{year.year}年" + (f"第{number}号" if number else "")


KIND = Field("kind", "种类", "choice", choices=tuple(TITLES.items()))
NUMBER = Field("number", "编号", "text", hint="只写数字，如 12。")
REASON = Field("reason", "事由", "reason", hint="写入登记簿和操作日志，不发函件；不要写学生的姓名和个人情况。")

ISSUE = Act(
    "issue-awards",
    lambda _: "颁发聘书、证书",
    (KIND,),
    _issued,
    lambda _, year, filled: f"颁发 {year.year} 年度的{TITLES[cast('AwardKind', filled.words['kind'])]}",
    subject=lambda year, filled: f"award/{year.year}/{filled.words['kind']}",
    forever="编号一经颁发不再收回；颁发错了的，作废或补发。",
)
REVOKE = Act(
    "revoke-award",
    lambda _: "作废聘书、证书",
    (KIND, NUMBER, REASON),
    _revoked,
    lambda _, year, filled: f"作废{_called(year, filled)}",
    subject=_subject,
    forever="作废之后不能恢复；需要时可以补发，另给编号。",
)
REISSUE = Act(
    "reissue-award",
    lambda _: "补发聘书、证书",
    (KIND, NUMBER, REASON),
    _reissued,
    lambda _, year, filled: f"作废{_called(year, filled)}，按现在的姓名、单位、等级补发一份",
    subject=_subject,
    forever="原来的作废之后不能恢复。",
)
