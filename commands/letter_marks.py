"""`talent letters hold`, `release`: what is read before it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.options import SEASON, SeasonOptions, UsageError
from commands.output import answer, line
from phases.letter_kinds import Kind

if TYPE_CHECKING:
    from calendars.year import Year
    from models.database import Database
    from models.letter_marks import Mark
    from models.outbox import LetterKey

Letters = Annotated[
    list[str] | None,
    Parameter(name="函件", help="编号（见 talent letters list）或 key（见 talent letters forecast --json），可写几个"),
]
OfKind = Annotated[Kind | None, Parameter(metavar="种类", help="某阶段的某一种类，与 --phase 同写")]
OfPhase = Annotated[str | None, Parameter(metavar="阶段", help="与 --kind 同写")]


def hold(
    letters: Letters = None,
    /,
    *,
    kind: OfKind = None,
    phase: OfPhase = None,
    reason: Annotated[str | None, Parameter(metavar="事由", help="为什么，记录在案")] = None,
    season: SeasonOptions = SEASON,
) -> int:
    """Keep letters, written or foreseen, or all of a kind in a phase, for a person's release; 1 where refused."""
    return _mark("hold", letters or [], kind, phase, reason, season)


def release(
    letters: Letters = None, /, *, kind: OfKind = None, phase: OfPhase = None, season: SeasonOptions = SEASON
) -> int:
    """Let them go, now or once they are written; 1 where refused."""
    return _mark("release", letters or [], kind, phase, None, season)


def remark(
    number: Annotated[int, Parameter(name="编号", help="编号，见 talent letters list")],
    words: Annotated[str, Parameter(name="附言", help="写进这封函件的话，一行；空的去掉原有的")],
    /,
    *,
    season: SeasonOptions = SEASON,
) -> int:
    """Add words to a letter that waits; 1 where refused."""
    from acts.letter_marks import remark as act

    database, year, stamp = season.acting()
    outcome = act(database, year.year, number, words, stamp)
    answer(season.json, {"message": outcome.message}, lambda console: line(console, outcome.message))
    return 0 if outcome.done else 1


def _mark(
    wanted: Mark, letters: list[str], kind: Kind | None, phase: str | None, reason: str | None, season: SeasonOptions
) -> int:
    from acts.letter_marks import mark
    from models.letter_marks import every

    database, year, stamp = season.acting()
    if (kind is None) is not (phase is None) or not (letters or kind):
        raise UsageError("请写函件的编号或 key，或同时写 --kind 和 --phase。")
    keys = [_key(database, year, typed) for typed in letters]
    if kind and phase:
        keys.append(every(kind, year.phase(phase).slug))
    done = [mark(database, year.year, key, wanted, stamp, reason=reason) for key in keys]
    message = "\n".join(one.message for one in done)
    answer(season.json, {"message": message}, lambda console: line(console, message))
    return 0 if all(one.done for one in done) else 1


def _key(database: Database, year: Year, typed: str) -> LetterKey:
    from acts.letter_marks import key_of
    from models.letterbox import letter_by_id

    if not typed.isdecimal():
        key = key_of(typed, year.year)
        if key is None:
            raise UsageError(f"“{typed}”不是函件的编号，也不是 key。")
        return key
    with database.read() as connection:
        row = letter_by_id(connection, int(typed))
    if row is None or row.year != year.year:
        raise UsageError(f"{year.year} 年度没有编号为 {typed} 的函件。")
    return row.phase, row.city, row.attempt, row.recipient, row.kind, row.slot
