"""What an act answered, for people and for programs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from acts.json_shapes import outcome_json
from commands.options import environment
from commands.output import answer, line, table
from models.letter_states import LetterState
from phases.book import BOOK
from season.recipients import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from acts.act import Act, Bench, Filled
    from calendars.year import Year
    from commands.options import Common, SeasonOptions
    from forms.workbook_rows import RowError
    from models.writing import Move
    from season.outcome import Changes, Outcome


def run(season: SeasonOptions, slug: str, given: Mapping[str, object], *, dry_run: bool) -> int:
    """Do an act of the book with what was given by its fields' names, and print what came of it; the exit status."""
    from acts.act import Bench
    from acts.book import ACTS

    act = ACTS[slug]
    database, year, stamp = season.acting(shared=act.shared)
    bench = Bench(database, year, stamp, dry_run=dry_run)
    return perform(season, act, bench, act.fill(year, given))


def perform(season: SeasonOptions, act: Act, bench: Bench, filled: Filled) -> int:
    """Do an act, or show it, and print what came of it; the exit status.

    Whoever has the database at hand is the province: what is a city's to do is signed as done in its place.
    """
    from acts.doing import previewed, recorded
    from acts.signatures import in_whose_place

    stamp = in_whose_place(bench.database.book, act, filled, bench.stamp)
    signed = replace(bench, stamp=stamp, two_hands=environment().two_hands)
    outcome = (previewed if bench.dry_run else recorded)(act, signed, filled)
    return report(season, bench.year, outcome, preview=bench.dry_run)


def report(common: Common, year: Year, outcome: Outcome, *, preview: bool = False) -> int:
    """Print an outcome; the exit status: 0 where all that was asked happened, 1 else."""
    from acts.new_days import TYPE_AGAIN

    if TYPE_AGAIN in outcome.message:
        outcome = hinted(outcome, "命令行加 --confirm 日期")
    answer(common.json, outcome_json(outcome, preview=preview), lambda console: show(console, year, outcome, preview))
    return 0 if outcome.done else 1


def hinted(outcome: Outcome, hint: str) -> Outcome:
    """Add to an answer which command would tell more."""
    return replace(outcome, message=f"{outcome.message.removesuffix('。')}；{hint}。")


def show_errors(console: Console, errors: tuple[RowError, ...]) -> None:
    """Print faults as a table: where, what stands there, what is wrong, what would be right."""
    rows = [(e.sheet, str(e.row or ""), e.column or "", e.found, e.wrong, e.right) for e in errors]
    console.print(table("工作表", "行", "列", "所填", "问题", "应为", rows=rows))


def show(console: Console, year: Year, outcome: Outcome, preview: bool) -> None:
    """Print the sentence, then the report card or the row errors, then what changed."""
    line(console, outcome.message, "green" if outcome.done else "yellow")
    for warning in outcome.warnings:
        line(console, f"提醒：{warning.sentence}")
    if outcome.errors:
        show_errors(console, outcome.errors)
    if outcome.verdict is not None and not outcome.done:
        card(console, [finding.as_json() for finding in outcome.verdict.findings])
    show_changes(console, year, outcome.changes, preview)


def card(console: Console, rules: list[Mapping[str, Any]]) -> None:
    """Print a report card: each rule with what was found and needed, who waived it, what would mend the refusals."""
    rows = [
        (_verdict(rule), _named(rule), rule["clause"], _kind(rule), rule["found"], rule["needed"]) for rule in rules
    ]
    console.print(table("结论", "规则", "条款", "性质", "实际", "要求", rows=rows))
    for rule in rules:
        if rule["waived"]:
            line(console, f"豁免 {rule['rule']}：{rule['waived_by']}，{rule['waived_reason']}")
    mends = [rule for rule in rules if not rule["ok"] and not rule["waived"]]
    if mends:
        line(console, "修改意见：")
    for rule in mends:
        line(console, f"  - {_actor(rule)}：{rule['mend']}")


def _named(rule: Mapping[str, Any]) -> str:
    """The rule's id, which commands take, and under it its title; a rule that is no more has none."""
    known = BOOK.rules.get(rule["rule"])
    return f"{rule['rule']}\n{known.name}" if known else rule["rule"]


def _verdict(rule: Mapping[str, Any]) -> str:
    if rule["ok"]:
        return "符合"
    return "豁免" if rule["waived"] else "不符"


def _kind(rule: Mapping[str, Any]) -> str:
    return "必须" if rule["kind"] == "must" else "原则上"


def _actor(rule: Mapping[str, Any]) -> str:
    from gates.verdict import ACTORS

    return next(word for actor, word in ACTORS.items() if actor == rule["actor"])


def show_changes(console: Console, year: Year, changes: Changes, preview: bool) -> None:
    """Print what happened, or in a dry run would happen; a refused try is on record but changed nothing."""
    moves = [move for move in changes.transitions if not move.refused]
    if not (moves or changes.letters or changes.extensions):
        return
    line(console, "将会发生（预览，没有写入）：" if preview else "已写入：")
    for move in moves:
        line(console, f"  {_place(year, move.after.city, move.after.phase)}：{_moved(move)}")
    for grant in changes.extensions:
        place = _place(year, grant.city, grant.phase)
        line(console, f"  {place}：截止日改为 {grant.until.isoformat()}（{grant.reason}）")
    for letter in changes.letters:
        unsent = "" if letter.state is LetterState.QUEUED else f"（{letter.detail or '不发送'}）"
        line(console, f"  函件 → {named(year, letter.recipient)}{unsent}：{letter.subject}")


def _moved(move: Move) -> str:
    if move.before.state is move.after.state:
        return f"{move.event.chinese}（状态不变：{move.after.state.chinese}）"
    return f"{move.before.state.chinese} → {move.after.state.chinese}（{move.event.chinese}）"


def _place(year: Year, city: str, phase: str) -> str:
    return f"{year.city(city).name} {year.phase(phase).name}"
