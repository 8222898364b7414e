"""`talent act`: the acts of the book, and those of them that have no command of their own."""

from __future__ import annotations

from dataclasses import asdict, replace
from inspect import Parameter as Option
from inspect import Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from acts.book import ACTS
from commands.options import PLAIN, SEASON, DryRun, Plain, Reason, SeasonOptions, UsageError, local
from commands.outcomes import perform, run
from commands.output import answer, line, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from acts.act import Act, Field, Kind
    from calendars.year import Year
    from models.party_addresses import AddressDifference

app = App(name="act")
KEYWORD, REQUIRED = Option.KEYWORD_ONLY, Option.empty

OWN: Mapping[str, str] = {
    "load": "form load",
    "submit": "phase submit",
    "recall": "phase recall",
    "evaluate": "form load evaluation",
    "approve": "phase approve",
    "reject": "phase approve --reject",
    "extend": "phase extend",
    "correct": "phase correct",
    "nudge": "phase nudge",
    "rerun": "phase rerun",
    "waive": "phase waive",
    "withdraw": "phase withdraw",
    "address": "act address",
    "settle": "letters settle",
    "suppress": "letters suppress",
    "unsuppress": "letters unsuppress",
    "office": "city set",
    "resume": "letters resume",
    "trial-mailbox": "year trial",
    "go-live": "year live",
    "close": "year close",
    "issue-awards": "award issue",
    "revoke-award": "award revoke",
    "reissue-award": "award reissue",
}
"""The commands of acts that have one of their own; every other act's is made from the book, `talent act SLUG`."""


@app.default
def list_(*, common: Plain = PLAIN) -> None:
    """Print the acts, each with the command that does it."""
    data = [
        {"act": slug, "title": act.title(None), "command": f"talent {OWN.get(slug, f'act {slug}')}"}
        for slug, act in ACTS.items()
    ]
    rows = [(one["title"], one["command"]) for one in data]
    answer(common.json, data, lambda console: console.print(table("办理", "命令", rows=rows)))


def command_of(act: Act) -> Callable[..., int]:
    """Make an act's command: an option a field, read as the window reads its form.

    One that is about something by its number prints what waits where no number is given.
    """
    fields = {one.name: one for one in act.fields}
    number = next((name for name, one in fields.items() if one.kind in WAITING), None)
    if number is not None:
        fields = {name: replace(one, needed=False) for name, one in fields.items()}
        fields[number] = replace(fields[number], hint="不写时列出待办的")

    def do(*, dry_run: bool = False, season: SeasonOptions = SEASON, **given: str | list[str] | Path | None) -> int:
        if number is not None and given.get(number) is None:
            return WAITING[fields[number].kind](season)
        return _do(act, given, season, dry_run=dry_run)

    options = [
        *(
            Option(name, KEYWORD, default=REQUIRED if one.needed else None, annotation=_kind(one))
            for name, one in fields.items()
        ),
        Option("dry_run", KEYWORD, default=False, annotation=DryRun),
        Option("season", KEYWORD, default=SEASON, annotation=SeasonOptions),
    ]
    do.__signature__ = Signature(options)  # type: ignore[attr-defined]  # what the command line is read by
    do.__annotations__ = {option.name: option.annotation for option in options}
    return do


def _kind(asked: Field) -> object:
    """Give the type of a field's option with its help."""
    kinds: Mapping[str, object] = {"cities": list[str], "calendar": Path}
    choices = "，".join(f"{value} {word}" for value, word in asked.choices)
    words = "；".join(one for one in (asked.label, choices, asked.hint.rstrip("。")) if one)
    kind = kinds.get(asked.kind, str)
    return Annotated[
        kind if asked.needed else str | None,
        Parameter(name=f"--{asked.name}", negative="", metavar=asked.label, help=words),
    ]


def _do(act: Act, given: Mapping[str, str | list[str] | Path | None], season: SeasonOptions, *, dry_run: bool) -> int:
    """Read what was typed and do it on record, or show it; raises UsageError with what is wrong with it."""
    from acts.act import Bench
    from dashboard.acts.typed_fields import Typed, read
    from models.standing import opened

    typed = {
        name: value if isinstance(value, list) else [value]
        for name, value in given.items()
        if isinstance(value, str | list)
    }
    database, year, stamp = season.acting(shared=act.shared)
    upload = next((value.read_bytes() for value in given.values() if isinstance(value, Path)), b"")
    with database.read() as connection:
        reading = read(act, opened(connection, year.year), Typed(typed, upload))
        if reading.faults:
            raise UsageError("".join(reading.faults.values()))
    return perform(season, act, Bench(database, year, stamp, dry_run=dry_run), reading.filled)


def _requests(season: SeasonOptions) -> int:
    """Print the requests that wait for their answer."""
    from dashboard.views.request_words import wish
    from models.city_requests import unanswered

    database, year, stamp = season.viewing()
    with database.read() as connection:
        found = unanswered(connection, year.year, stamp.as_of)
    data = [
        {name: getattr(row, name) for name in ("id", "kind", "phase", "city", "attempt", "about", "reason", "by")}
        | {"until": row.until and row.until.isoformat(), "as_of": local(row.as_of).isoformat()}
        for row in found
    ]
    rows = [
        (
            str(row.id),
            year.city(row.city).name,
            year.phase(row.phase).name,
            wish(row, year),
            row.reason,
            row.by,
            f"{local(row.as_of):%Y-%m-%d %H:%M}",
        )
        for row in found
    ]
    shown = table("编号", "城市", "阶段", "事项", "理由", "申请人", "申请时间", rows=rows)
    none = "没有待答复的申请和异议。"
    answer(season.json, data, lambda console: console.print(shown) if rows else line(console, none))
    return 0


WAITING: Mapping[Kind, Callable[[SeasonOptions], int]] = {"request": _requests}
"""What prints the numbers that a field of this kind may have."""

for _act in ACTS.values():
    if _act.slug not in OWN:
        app.command(command_of(_act), name=_act.slug, help=_act.title(None))


@app.command(help="各市对同一导师、单位报送的邮箱不一致：决定用哪一个；不写 --number 时列出待定的")
def address(
    *,
    number: Annotated[int | None, Parameter(metavar="编号", help="待定邮箱的编号；不写时列出")] = None,
    choice: Annotated[
        Literal["new", "held"] | None, Parameter(metavar="决定", help="new 改用新报送的邮箱，held 保留现用的邮箱")
    ] = None,
    reason: Reason | None = None,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Decide a difference, or print those that wait."""
    if number is None:
        return _list(season)
    if choice is None or reason is None:
        raise UsageError("请写明 --choice new|held 和 --reason。")
    return run(season, "address", {"difference": number, "choice": choice, "reason": reason}, dry_run=dry_run)


def _list(season: SeasonOptions) -> int:
    from models.party_addresses import differences

    database, year, stamp = season.viewing()
    with database.read() as connection:
        found = differences(connection, year.year, stamp.as_of)
    data = [
        {name: value for name, value in asdict(one).items() if name != "party"}
        | {"as_of": local(one.as_of).isoformat(), "held_by": list(one.held_by)}
        for one in found
    ]
    answer(season.json, data, lambda console: _show(console, year, found))
    return 0


def _show(console: Console, year: Year, found: tuple[AddressDifference, ...]) -> None:
    if not found:
        line(console, "没有待定的邮箱。")
        return
    rows = [
        (
            str(one.id),
            f"{one.name}（{one.place}）" if one.place else one.name,
            one.held + ("（已停止发函）" if one.dead else ""),
            "、".join("省办决定" if office == "province" else year.city(office).name for office in one.held_by) or "—",
            one.email,
            year.city(one.city).name,
        )
        for one in found
    ]
    console.print(table("编号", "收件人", "现用的邮箱", "报送", "新报送的邮箱", "报送", rows=rows))
