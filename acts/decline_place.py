"""An admitted student declines the place and the next of the list moves up (递补); no interview is filed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, Act, Bench, Field, Filled, each
from acts.funds_effect import funds_now, funds_said
from acts.single_persons import INTERVIEW, REASON, STUDENT, not_now, on_record, over
from gates.states import Event, State
from models import personal_changes
from models.personal_changes import NewChange
from season import judging
from season.outcome import Outcome
from season.refusing import refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.database import Database
    from models.personal_changes import Interviewed
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season

NOBODY = "none"
"""What names as who moves up nobody."""


def decline_place(
    database: Database,
    year: int,
    city: str,
    number: str,
    stamp: Stamp,
    *,
    reason: str,
    next_one: str = "",
    funding: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Put on record that an admitted student declines; whoever is next by score in the subject moves up.

    `next_one` names another by number, or `none`; `funding` is that of who moves up, the decliner's own where empty.
    `refused` where nobody was admitted so, once the following phase is filed, where two have the same score and none is
    named, and where a must rule of the interview would be broken: then nothing is changed.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[INTERVIEW, city])
        settle(season, [city])
        cell = season.cells[INTERVIEW, city]
        sheet = personal_changes.interviewed(season.connection, year, city)
        gone = sheet.get(number)
        why = not_now(season, cell) or _too_late(season, cell)
        if not why and (gone is None or not gone.admitted):
            why = f"{season.title(INTERVIEW, city)}：{number} 不在入选名单中；请核对报名号。"
        following = _following(season, city, gone, sheet, next_one) if gone and not why else None
        if why or gone is None or isinstance(following, str):
            said = why or (following if isinstance(following, str) else "")
            outcome = refuse(season, cell, Event.PERSON, said)
        else:
            outcome = _decline(season, cell, gone, following, funding or gone.funding or "", reason)
    return season.answered(outcome)


def _too_late(season: Season, cell: Cell) -> str | None:
    after = [phase.slug for phase in season.year.phases if INTERVIEW in phase.requires]
    if not (named := over(season, after, cell.city)):
        return None
    return f"{season.title(cell.phase, cell.city)}：{named}已经报送，不再递补；中途退出请用“学生退出培养”。"


def _following(
    season: Season, city: str, gone: Interviewed, sheet: Mapping[str, Interviewed], named: str
) -> Interviewed | str | None:
    """Give who moves up, None where nobody does or is left, or why it cannot be told who."""
    if named == NOBODY:
        return None
    made = personal_changes.changes(season.connection, season.year.year, [city])
    declined = {one.number for one in made if (one.what, one.now) == ("admitted", "否")}
    rest = (one for one in sheet.values() if one.subject == gone.subject and one.number not in declined)
    left = [one for one in rest if one.came and not one.admitted and one.score is not None]
    if named:
        wrong = f"{named} 不在同学科的递补名单中：须已面试、有成绩、未入选、没有放弃过。"
        return next((one for one in left if one.number == named), wrong)
    first = [one for one in left if one.score == left[0].score]
    if len(first) > 1:
        numbers = "、".join(one.number for one in first)
        return f"面试成绩最高的未入选学生有 {len(first)} 名（{numbers}），成绩相同；请写明由谁递补。"
    return first[0] if first else None


def _decline(
    season: Season, cell: Cell, gone: Interviewed, following: Interviewed | None, funding: str, reason: str
) -> Outcome:
    connection, year, city = season.connection, season.year.year, cell.city
    season.flush()
    funds = funds_now(season)
    with connection.begin_nested() as point:
        personal_changes.admit(connection, year, city, gone.number, None)
        if following is not None:
            personal_changes.admit(connection, year, city, following.number, funding)
        judgement = judging.judge_cities(season, INTERVIEW, [city])[city]
        broken = [finding for finding in judgement.verdict.refusals if finding.kind == "must"]
        if broken:
            point.rollback()
    if broken:
        mends = "；".join(finding.mend for finding in broken)
        why = f"{season.title(INTERVIEW, city)}：这样递补不符合规定，未作改动：{mends}。"
        return Outcome("refused", refuse(season, cell, Event.PERSON, why).message, judgement.verdict)
    changes = [NewChange(gone.number, "admitted", gone.funding or "是", "否", reason)]
    said = {gone.number: "放弃入选"}
    if following is not None:
        changes.append(NewChange(following.number, "admitted", "否", funding, reason))
        said[following.number] = f"递补入选（{funding}）"
    told = "；".join(f"{number} {what}" for number, what in said.items())
    season.note(season.cells[INTERVIEW, city], Event.PERSON, told, tally=judgement.tally)
    on_record(season, city, changes, said, {f"mentor:{gone.mentor}": (gone.number,)})
    score = f"，面试成绩 {following.score}" if following else "；无人递补"
    shown = "；".join(finding.mend for finding in judgement.verdict.refusals)
    rest = f"原则上的要求现不符合：{shown}。" if shown else "按递补后的名单核验，各项均符合。"
    rest += funds_said(season, funds, gone.number)
    return Outcome("done", f"{season.title(INTERVIEW, city)}：{told}{score}。{rest}", judgement.verdict)


def _declines(bench: Bench, filled: Filled, city: str) -> Outcome:
    words, given = filled.words, (bench.database, bench.year.year, city, filled.words["student"], bench.stamp)
    next_one, funding = words.get("next", ""), words.get("funding", "")
    return decline_place(*given, reason=filled.reason, next_one=next_one, funding=funding, dry_run=bench.dry_run)


DECLINE_PLACE = Act(
    "decline-place",
    lambda _: "放弃入选和递补",
    (
        CITY,
        STUDENT,
        Field(
            "next", "递补的学生报名号", "student", needed=False, choices=((NOBODY, "不递补"),),
            hint="不写时由同学科面试成绩最高的未入选学生递补；不递补的写 none。",
        ),
        Field(
            "funding", "递补学生的资助类型", "choice", needed=False,
            choices=(("省级资助", "省级资助"), ("自筹", "自筹")), hint="不选时与放弃的学生相同。",
        ),
        REASON,
    ),
    each(_declines),
    lambda _, __, filled: f"登记 {filled.words['student']} 放弃入选，并办理递补",
    Event.PERSON,
    frozenset({State.PASSED}),
    forever="登记之后不能撤销：放弃入选的学生本年度不能再入选。",
    of=INTERVIEW,
    subject=lambda year, filled: f"student/{year.year}/{filled.words['student']}",
)  # fmt: skip
