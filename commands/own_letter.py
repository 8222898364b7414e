"""`talent letters write`, `recall-own`: a letter in an office's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from acts.act import PROVINCE
from acts.json_shapes import outcome_json
from acts.own_letter import PAPERS, Attached, WantedLetter, When
from acts.own_letter import write as act
from acts.signatures import for_a_city
from commands.options import SEASON, DryRun, SeasonOptions, UsageError
from commands.outcomes import show
from commands.output import answer, line
from letters.addressee import in_text
from models import letter_templates
from season.letter_groups import GROUPS

if TYPE_CHECKING:
    from rich.console import Console

    from calendars.year import Year
    from models.database import Database
    from models.letter_templates import KeptWords
    from season.outcome import Outcome

EXAMPLES = 3
"""So many letters are shown in full."""

WHOM = "，".join(f"{slug} {one.label}" for slug, one in GROUPS.items())


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class OwnLetterOptions:
    """What a letter of one's own says, to whom of its group, for whom, when, with what."""

    subject: Annotated[str, Parameter(metavar="主题", help="一行，不写人名")] = ""
    text: Annotated[
        str, Parameter(metavar="正文", help="可用字段 {称呼} {设区市} {阶段} {截止时间} {联系人} {电话} {年度}")
    ] = ""
    template: Annotated[str | None, Parameter(metavar="名称", help="用页面上存过的这个模板的主题、正文和附件")] = None
    phase: Annotated[
        str | None,
        Parameter(metavar="阶段", help="函件说的是哪个阶段；本阶段已报送、办结的市不写，其后办结的未发的不再发"),
    ] = None
    city: Annotated[
        list[str] | None, Parameter(name="--city", metavar="城市", negative="", help="只写给这些市的；不写时为各市")
    ] = None
    to: Annotated[str, Parameter(metavar="姓名", help="收件人为 one 时写明是谁：姓名、名称或编号，如 mentor:38")] = ""
    office: Annotated[str | None, Parameter(metavar="城市", help="代某市的市办写；不写时为省办")] = None
    when: Annotated[When, Parameter(metavar="时间", help="now 马上，morning 下一个工作日 09:00")] = "now"
    attach: Annotated[
        list[Attached] | None,
        Parameter(metavar="附件", negative="", help="deadline 截止时间的日程文件，form 空白报送表；可写几次"),
    ] = None

    def wanted(self, database: Database, year: Year, group: str) -> WantedLetter:
        """Give the letter that is asked for; what is typed goes before what its template has. Raise UsageError."""
        office = year.city(self.office).slug if self.office else PROVINCE
        kept = self._kept(database, office)
        subject, text = self.subject or (kept.subject if kept else ""), self.text or (kept.text if kept else "")
        attached = self.attach or [one for one in PAPERS if kept and one in kept.papers.split()]
        phase = year.phase(self.phase).slug if self.phase else None
        cities = tuple(year.city(one).slug for one in self.city or ())
        papers = tuple(dict.fromkeys(attached))
        text = text.replace("\\n", "\n")
        return WantedLetter(group, subject, text, phase, cities, self.to, office, self.when, papers)

    def _kept(self, database: Database, office: str) -> KeptWords | None:
        if self.template is None:
            return None
        with database.read() as connection:
            kept = {one.name: one for one in letter_templates.of(connection, office)}
        if self.template not in kept:
            raise UsageError(f"没有存过“{self.template}”这个模板；存过的有：{'、'.join(kept) or '无'}。")
        return kept[self.template]


NOTHING_SAID = OwnLetterOptions()


def write(
    group: Annotated[str, Parameter(name="收件人", help=WHOM)],
    /,
    *,
    options: OwnLetterOptions = NOTHING_SAID,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Write it, or show it; 1 where it is refused."""
    database, year, stamp = season.acting()
    signed = for_a_city(stamp) if options.office else stamp
    outcome = act(database, year.year, options.wanted(database, year, group), signed, dry_run=dry_run)
    answer(season.json, outcome_json(outcome, preview=dry_run), lambda console: _show(console, year, outcome, dry_run))
    return 0 if outcome.done else 1


def _show(console: Console, year: Year, outcome: Outcome, preview: bool) -> None:
    """Print what is, or would be, written; in a preview some of it in full."""
    show(console, year, outcome, preview)
    for row in outcome.changes.letters[:EXAMPLES] if preview else ():
        line(console, f"\n{in_text(row.text, row.addressee)}")


def recall(
    number: Annotated[int, Parameter(name="几号", help="自拟函的号，写函时已告知，如“第 3 号自拟函”的 3")],
    /,
    *,
    season: SeasonOptions = SEASON,
) -> int:
    """Call back what has not left of it; 1 where it is refused."""
    from acts.recall_own_letter import recall_own

    database, year, stamp = season.acting()
    outcome = recall_own(database, year.year, number, stamp)
    told = {"outcome": outcome.outcome, "message": outcome.message}
    answer(season.json, told, lambda console: line(console, outcome.message))
    return 0 if outcome.done else 1
