"""Workbooks of what was done on paper (补录): checked and shown, never refused by a rule; later gates judge by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts import filed_addresses
from calendars.deadlines import day_of
from gates.reruns import Uses, bound, users
from gates.states import Event, State
from models import guardian_consents, party_addresses
from models.database import book_of
from models.loading import forms_loaded
from phases.application import PHASE as APPLICATION
from season import judging
from season.latecomers import tell_latecomers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from calendars.year import Year
    from gates.verdict import Verdict
    from models.standing import Cell
    from season.unit_of_work import Season


def passed_on_paper(cell: Cell) -> bool:
    """Tell whether a city phase stands as done on paper, so that its workbook may be filled in."""
    return cell.on_paper and cell.state is State.PASSED


def closed(season: Season, cell: Cell) -> str | None:
    """Say why what was done on paper can no longer be filled in; None where it can."""
    if cell.city in season.withdrawn:
        return f"{season.year.city(cell.city).name} 已退出 {season.year.year} 年度，不能再补录。"
    papers = [slug for slug in season.states(cell.city) if season.cells[slug, cell.city].on_paper]
    used = used_by(season.year, season.book.uses, cell.phase, season.states(cell.city), papers)
    return f"{season.title(cell.phase, cell.city)}：{used}" if used else None


def used_by(year: Year, uses: Uses, phase: str, states: Mapping[str, State], papers: Iterable[str]) -> str:
    """Say which later phases were judged by what stands here, so that only a rerun may change it; "" for none."""
    judged = bound(year, uses, phase, states, frozenset(papers))
    if not judged:
        return ""
    named = _quoted(year, judged)
    again = f"请由省级管理办公室重新开放“{year.phase(phase).name}”，{named}随后重新核对"
    return f"{named}已按现有内容报送，不能再改；如需更正，{again}。"


def wanted(connection: Connection, year: Year, phase: str, city: str, papers: Iterable[str]) -> tuple[str, ...]:
    """Give what was done on paper, of `papers` of the city, that this phase is judged by and nobody has loaded."""
    used = book_of(connection).uses.get(phase, frozenset()) & frozenset(papers)
    missing = used - forms_loaded(connection, year.year, city) if used else used
    return tuple(one.slug for one in year.phases if one.slug in missing)


def wanting(year: Year, missing: Iterable[str]) -> str:
    """Say that workbooks of what was done on paper are wanted, and who loads them; "" for none."""
    named = _quoted(year, missing)
    if not named:
        return ""
    return f"{named}在线下办理，内容尚未导入，无从核对；请先由该市（或由省级管理办公室代为）导入{named}的报送表。"


def lacking(season: Season, cell: Cell) -> str | None:
    """Say the same of a city phase that is to be loaded or filed; None where nothing is wanting."""
    papers = [slug for slug in season.states(cell.city) if season.cells[slug, cell.city].on_paper]
    said = wanting(season.year, wanted(season.connection, season.year, cell.phase, cell.city, papers))
    return f"{season.title(cell.phase, cell.city)}：{said}" if said else None


def fill_in(season: Season, cell: Cell, said: str) -> tuple[Verdict, str]:
    """Keep what the gate finds in the rows that were just loaded, to be looked at, and put their addresses in force.

    The phase stays passed and nobody is written to about it; who is known only now is told of what is open. The totals
    of the province count these rows from now on. Give what the city answers for, and the answer in a sentence.
    """
    parts = tuple(judging.gates(season, cell.phase))
    found = {part: judging.judge_cities(season, cell.phase, [cell.city], part)[cell.city] for part in parts}
    filed = party_addresses.file(season.connection, season.year.year, cell.phase, cell.city, season.stamp)
    keep_consents(season, cell)
    why, later = "；".join([said, *filed_addresses.in_log(season.year, filed)]), built_on(season, cell)
    cell = season.note(cell, Event.BACKFILL, why, filings=cell.filings + 1, tally=found[parts[-1]].tally)
    for part, judgement in found.items():
        judging.keep(season, cell, judgement, cell.filings, part)
    verdict = found[judging.CITY].verdict
    wrong = len(verdict.refusals)
    rules = f"有 {wrong} 项规定不符，列在核验结果里供查阅" if wrong else "各项规定均符合"
    answer = f"本阶段在线下办理，状态不变，不为它发函件；{rules}{filed_addresses.in_answer(filed)}。"
    return verdict, f"{answer}{later}{_told(season, tell_latecomers(season, cell))}"


def keep_consents(season: Season, cell: Cell) -> None:
    """Put on record, student by student, which guardians consented by a workbook that the city files now."""
    if cell.phase == APPLICATION.slug:
        year, today = season.year.year, day_of(season.arrived)
        guardian_consents.keep_filed(season.connection, year, cell.city, cell.filings + 1, today, season.stamp)


def _told(season: Season, told: Mapping[str, int]) -> str:
    """Say which open phases those are told of who are known only now; "" for none."""
    if not told:
        return ""
    open_now = _quoted(season.year, told)
    return f"{open_now}正在办理，由此列入名单的导师、高校、中学将收到开放通知，共 {sum(told.values())} 封。"


def built_on(season: Season, cell: Cell) -> str:
    """Say which later workbooks were checked against the rows that were just replaced; "" for none."""
    if not cell.filings:
        return ""
    there = forms_loaded(season.connection, season.year.year, cell.city)
    named = _quoted(season.year, [slug for slug in users(season.year, season.book.uses, cell.phase) if slug in there])
    return f"{named}是按原来的内容导入的，请核对，必要时重新导入。" if named else ""


def _quoted(year: Year, slugs: Iterable[str]) -> str:
    return "、".join(f"“{year.phase(slug).name}”" for slug in slugs)
