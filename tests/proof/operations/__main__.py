"""`python -m tests.proof.operations [--short] [--write]`: what may befall an installation, and a table at the end."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from benchmarks.measuring import machine
from calendars.deadlines import TZ
from tests import postgres
from tests.proof.operations import whole
from tests.proof.operations.database import AWAY, FULL, LOCKED, RESTORED, in_a_file, on_a_server
from tests.proof.operations.rows import NEVER, WITH_PREFECT, Findings, Job, Row, Stood
from tests.proof.templates import Template
from tests.support import memory

PAGE = Path(__file__).parents[3] / "docs" / "proof-ops.md"
HEAD = """# What may befall an installation

`make proof-ops` measures and prints this; with `--write` it is written here. Lost: letters that never arrived, rows of an act that are missing, answers that say nothing useful. Doubled: letters that arrived again, rows too many, a second one that runs. Each row stands beside a control: the same with one guard taken out, which must fail.
"""  # noqa: E501
LANES, UNHURRIED = 3, 100.0
LETTERS = f"{whole.LETTERS} letters leaving"

ROWS: Sequence[Row] = (
    Row("kill -9 of the pages", LETTERS),
    Row("kill -9 of the worker", LETTERS, WITH_PREFECT),
    Row("kill -9 of Prefect's server", LETTERS, WITH_PREFECT),
    Row("kill -9 of all at every quarter of a beat", f"beat of 5 s, {LETTERS}", WITH_PREFECT),
    Row("SIGTERM at every quarter of a beat", f"beat of 5 s, {LETTERS}", WITH_PREFECT),
    Row("Prefect's server hung (SIGSTOP)", LETTERS, WITH_PREFECT),
    Row("prefect.db deleted", LETTERS, WITH_PREFECT),
    Row("two `up` on one database", "the second in another folder"),
    Row("two workers, one killed mid-flow", LETTERS, WITH_PREFECT),
    Row(f"{AWAY}, during acts", "a filing and a rerun", short=True),
    Row(f"{AWAY}, during a tick of watch", "a due instant of two cities", short=True),
    Row(f"{AWAY}, during the post", "40 letters, answered and not yet marked", short=True),
    Row(f"{AWAY}, during page loads", "a city's page", short=True),
    Row(LOCKED[0], "a filing", short=True),
    Row(f"{FULL}, during acts", "a filing and a rerun", short=True),
    Row(f"{FULL}, during a tick of watch", "a due instant of two cities", short=True),
    Row(f"{FULL}, during the post", "40 letters, answered and not yet marked", short=True),
    Row(LOCKED[1], "a filing", short=True),
    Row(RESTORED, "letters sent since, and owed later", short=True),
)

Told = tuple[str, bool, Stood | str]
"""A row's name, whether it is the control, and what was found or what broke."""


def main(*, short: bool, write: bool) -> int:
    began = time.monotonic()
    memory.settle()
    rows = [row for row in ROWS if row.short or not short]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="talent-proof-ops-")))
        jobs: list[Job] = [partial(in_a_file, folder, 1 if short else 20)]
        try:
            jobs.append(partial(on_a_server, stack.enter_context(postgres.cluster()), 1 if short else 20))
        except postgres.NoServer as missing:
            _say(str(missing.__doc__))
            rows = [row for row in rows if not row.what.startswith(AWAY) and row.what != LOCKED[0]]
        if not short:
            jobs = [*_whole(Template.at(folder / "whole.db")), *jobs]
        found = _in_lanes(jobs)
    if short:  # beside a suite how long it takes is the machine's affair
        rows = [replace(row, limit=UNHURRIED) for row in rows]
    table = [_line(row, found) for row in rows]
    _say("\n".join(table_of(table)))
    held = sum(_holds(row, found) for row in rows)
    _say(f"{held} / {len(rows)}，{time.monotonic() - began:.0f} s")
    if write:
        when = f"Measured on {datetime.now(TZ):%Y-%m-%d}: {machine()}"
        PAGE.write_text("\n".join([HEAD, *table_of(table), "", when, ""]), encoding="utf-8")
    return 0 if held == len(rows) else 1


def _whole(empty: Template) -> list[Job]:
    """What needs all that `up` runs: each with what has its guards, and what has not, in lanes of their own."""
    return [
        lambda: (whole.kills_of_all(empty), iter(())),
        lambda: (whole.stops(empty), iter(())),
        lambda: (whole.children(empty), iter(())),
        lambda: (iter(()), whole.children_unasked(empty)),
        lambda: (iter(()), whole.children_unattended(empty)),
        lambda: (iter(()), whole.stops_half(empty)),
        lambda: (iter(()), whole.kills_of_one(empty)),
    ]


def _in_lanes(jobs: Sequence[Job]) -> Mapping[tuple[str, bool], Stood | str]:
    """Several at a time, each in a process of its own: what one takes out of the house is missing nowhere else."""
    fork = multiprocessing.get_context("fork")
    done: multiprocessing.Queue[Told | None] = fork.Queue()
    waiting = [fork.Process(target=_do, args=(job, done)) for job in jobs]
    found: dict[tuple[str, bool], Stood | str] = {}
    at_work, ended = 0, 0
    while ended < len(jobs):
        while waiting and at_work < LANES:
            waiting.pop(0).start()
            at_work += 1
        told = done.get()
        if told is None:
            at_work, ended = at_work - 1, ended + 1
            continue
        name, control, stood = told
        found[name, control] = stood
        _say(f"{'control: ' if control else ''}{name}: {stood}")
    return found


def _do(job: Job, done: multiprocessing.Queue[Told | None]) -> None:
    try:
        for control, findings in enumerate(job()):
            _tell(findings, bool(control), done)
    except BaseException:  # noqa: BLE001 -- what breaks is a finding of its own
        done.put((job.__name__ if hasattr(job, "__name__") else str(job), False, traceback.format_exc()))
    finally:
        done.put(None)


def _tell(findings: Findings, control: bool, done: multiprocessing.Queue[Told | None]) -> None:
    for name, stood in findings:
        done.put((name, control, stood))


def _holds(row: Row, found: Mapping[tuple[str, bool], Stood | str]) -> bool:
    stood, control = found.get((row.what, False)), found.get((row.what, True))
    return (
        isinstance(stood, Stood)
        and stood.holds(row.limit)
        and isinstance(control, Stood)
        and not control.holds(row.limit)
    )


def _line(row: Row, found: Mapping[tuple[str, bool], Stood | str]) -> tuple[str, ...]:
    stood, control = found.get((row.what, False)), found.get((row.what, True))
    one = (str(stood.lost), str(stood.doubled), _seconds(stood.seconds)) if isinstance(stood, Stood) else ("—",) * 3
    said = "—"
    if isinstance(control, Stood):
        said = f"{control.lost} lost, {control.doubled} doubled, {_seconds(control.seconds)}"
    verdict = "ok" if _holds(row, found) else "FAILED"
    return row.what, row.load, *one, f"{row.limit:.0f} s", said, verdict


def _seconds(seconds: float) -> str:
    return "never" if seconds == NEVER else f"{seconds:.1f} s"


def table_of(lines: Sequence[tuple[str, ...]]) -> list[str]:
    """As Markdown, which a terminal shows as well."""
    head = ("what is done", "while", "lost", "doubled", "works again after", "at most", "control", "")
    widths = [max(len(line[place]) for line in (head, *lines)) for place in range(len(head))]
    rule = tuple("-" * width for width in widths)
    return [
        "| " + " | ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)) + " |"
        for line in (head, rule, *lines)
    ]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.proof.operations", description=__doc__)
    parser.add_argument("--short", action="store_true", help="without what needs all of it to run")
    parser.add_argument("--write", action="store_true", help="put the table into docs/proof-ops.md")
    given = parser.parse_args()
    sys.exit(main(short=given.short, write=given.write))
