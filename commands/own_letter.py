"""`talent letters write`: a letter in an office's own words."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from commands.options import SEASON, DryRun, SeasonOptions
from commands.outcomes import report
from season.letter_groups import GROUPS

WHOM = "，".join(f"{slug} {one.label}" for slug, one in GROUPS.items())


def write(
    group: Annotated[str, Parameter(name="收件人", help=WHOM)],
    /,
    *,
    subject: Annotated[str, Parameter(metavar="主题", help="一行，不写人名")],
    text: Annotated[
        str, Parameter(metavar="正文", help="可用字段 {称呼} {设区市} {阶段} {截止时间} {联系人} {电话} {年度}")
    ],
    phase: Annotated[
        str | None, Parameter(metavar="阶段", help="函件说的是哪个阶段；该市本阶段办结的，未发的不再发")
    ] = None,
    city: Annotated[
        list[str] | None, Parameter(name="--city", metavar="城市", negative="", help="只写给这些市的；不写时为各市")
    ] = None,
    to: Annotated[str, Parameter(metavar="姓名", help="收件人为 one 时写明是谁：姓名、名称或编号，如 mentor:38")] = "",
    office: Annotated[str | None, Parameter(metavar="城市", help="代某市的市办写；不写时为省办")] = None,
    when: Annotated[
        Literal["now", "morning"], Parameter(metavar="时间", help="now 马上，morning 下一个工作日 09:00")
    ] = "now",
    attach: Annotated[
        list[Literal["deadline", "form"]] | None,
        Parameter(metavar="附件", negative="", help="deadline 截止时间的日程文件，form 空白报送表；可写几次"),
    ] = None,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Write it, or show it; 1 where it is refused."""
    from acts.act import PROVINCE
    from acts.own_letter import WantedLetter
    from acts.own_letter import write as act
    from acts.signatures import for_a_city

    database, year, stamp = season.acting()
    wanted = WantedLetter(
        group,
        subject,
        text.replace("\\n", "\n"),
        year.phase(phase).slug if phase else None,
        tuple(year.city(one).slug for one in city or ()),
        to,
        year.city(office).slug if office else PROVINCE,
        when,
        tuple(dict.fromkeys(attach or ())),
    )
    signed = for_a_city(stamp) if office else stamp
    outcome = act(database, year.year, wanted, signed, dry_run=dry_run)
    return report(season, year, outcome, preview=dry_run)
