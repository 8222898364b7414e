"""A year that was tried goes live: what was entered in the trial is taken out, and what is owed is owed for real."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts import on_paper
from acts.act import KEPT, Act, Bench, Field, Filled
from acts.advance import advance
from acts.on_paper import NOTHING, Paper
from acts.open_year import begin
from calendars.errors import TalentError
from models import trial_years
from models.database import Within
from models.standing import opened
from season.outcome import Outcome, merged
from season.transaction import written
from season.unit_of_work import NotARehearsal

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Opened
    from models.trial_years import TrialCounts

NONE = "无"
"""What is written where nothing was done on paper."""

ENTERED = {
    "loads": "导入 {} 次", "filings": "报送和核验 {} 次", "extensions": "延期、顺延 {} 项", "waivers": "豁免 {} 项",
    "requests": "申请、异议 {} 项", "notes": "留言 {} 条", "consents": "监护人同意的登记 {} 条",
    "corrections": "学生、导师变动 {} 项", "awards": "聘书、证书 {} 份",
}  # fmt: skip
"""What was entered, in the words of the office; what there is none of is not listed."""

KEPT_SAID = (
    "保留：年度日历，各单位的邮箱，联系人 {contacts} 人，账号 {accounts} 个，后备人才库 {pool} 条，"
    "登记过的导师、高校、中学的名称，自存的函件，操作日志。"
)


class NotTried(TalentError):
    """{year} 年度不在试运行：已经正式启用的，不能退回试运行。"""


class NotTheOwner(TalentError):
    """试运行的记录要由数据库的维护账户清除：请维护人员在命令行办理 talent year live {year}。"""


def go_live(
    database: Database, year: int, stamp: Stamp, *, paper: Paper | None = None, dry_run: bool = False
) -> Outcome:
    """Take out what was entered in a trial, open the year anew as of now, and owe what is owed by now.

    `refused` where deadlines lie behind and `paper` does not say what was done until now. Raise `NotTried`,
    `NotTheOwner`, `UnknownPhase`.
    """
    with written(database, "every", dry_run=dry_run) as connection:
        found = _tried(connection, year, stamp, looking=dry_run)
        why = on_paper.unanswered(found.year, paper, stamp.as_of)
        if why is not None:
            return Outcome("refused", why)
        entered, stays = trial_years.entered(connection, year), trial_years.kept(connection, year)
        trial_years.go_live(connection, found.year, stamp)
        begun, changes = begin(connection, found.year, stamp, paper, looking=dry_run)
        passed = advance(Within(database, connection, "every"), year, stamp, dry_run=dry_run)
    said = "\n".join(
        (
            f"{year} 年度自此正式启用，函件发往各方登记的邮箱；不能退回试运行。",
            f"试运行中的全部清除，不作数：{_entered(entered)}。",
            KEPT_SAID.format(**stays._asdict()),
            *filter(None, [begun]),
        )
    )
    return Outcome("done", said, changes=merged((changes, passed.changes)), basis=(entered, stays))


def _tried(connection: Connection, year: int, stamp: Stamp, *, looking: bool) -> Opened:
    found = opened(connection, year)
    if found.trial is None:
        raise NotTried(year=year)
    if not looking and stamp.as_of != stamp.at:
        raise NotARehearsal(year=year)
    if not trial_years.may_go_live(connection):
        raise NotTheOwner(year=year)
    return found


def _entered(counts: TrialCounts) -> str:
    """Say what was entered, and what its letters count for."""
    lines = [words.format(count) for name, words in ENTERED.items() if (count := getattr(counts, name))]
    lines.append("写出的函件，已发到试运行邮箱的不计作告知")
    if counts.addresses:
        lines.append(f"报过邮箱的导师、高校、中学 {counts.addresses} 个，须重新报送或登记")
    return "，".join(lines)


def _live(bench: Bench, filled: Filled) -> Outcome:
    through = filled.words.get("through")
    paper = Paper(NOTHING if through == NONE else bench.year.phase(through).slug, filled.reason) if through else None
    return go_live(bench.database, bench.year.year, bench.stamp, paper=paper, dry_run=bench.dry_run)


def _sent_elsewhere(bench: Bench, filled: Filled) -> Outcome:
    year, mailbox = bench.year.year, filled.words["email"]
    with bench.database.write("every") as connection:
        if not trial_years.put_mailbox(connection, year, mailbox):
            raise NotTried(year=year)
    return Outcome("done", f"{year} 年度试运行的函件自此只发到 {mailbox}。")


TRIAL_MAILBOX = Act(
    "trial-mailbox",
    lambda _: "更改试运行邮箱",
    (Field("email", "试运行邮箱", "address", hint="试运行期间的函件全部只发到这里。"), KEPT),
    _sent_elsewhere,
    lambda _book, year, filled: f"{year.year} 年度试运行的函件改发到 {filled.words['email']}",
    subject=lambda year, _: f"year/{year.year}",
    instead="需要时再改一次。",
)

GO_LIVE = Act(
    "go-live",
    lambda _: "正式启用本年度",
    (
        Field(
            "through", "线下已经办结到", "remark", needed=False,
            hint=f"没有阶段过了截止日的，不填；有的，写最后一个线下办结的阶段的名称，线下没有办过的写“{NONE}”。",
        ),
        KEPT,
    ),
    _live,
    lambda _book, year, _filled: f"清除试运行中的内容，正式启用 {year.year} 年度",
    subject=lambda year, _: f"year/{year.year}",
    forever="正式启用之后不能退回试运行；试运行中导入、报送和办理的，全部清除，不能恢复。",
)  # fmt: skip
