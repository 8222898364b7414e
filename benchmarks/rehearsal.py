"""A whole year rehearsed from its workbooks: all of it, and what of it is the programme's own work."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import acts.load
import rehearsal.play
from acts.advance import advance
from benchmarks.measuring import Table, counting, middle, run, wall_and_processor
from calendars.files import load
from forms.sandbox import read
from models import migrate
from models.database import Database
from models.stamp import Stamp
from phases.book import BOOK
from post.maildir import MaildirCourier
from post.sending import send
from rehearsal.packs import read_pack
from rehearsal.play import Play, ends

PACK = Path(__file__).parents[1] / "deployments" / "demo" / "2022"
TALENT = Path(sys.executable).parent / "talent"
SENDER = "省级管理办公室 <office@talent.example>"
TIMES = 5
PARTS = ("advancing", "posting", "reading")

Cost = tuple[float, float]
"""Seconds by the clock, and of a processor."""


@dataclass
class Played:
    """One year played: what it all cost, what its parts did, and how much there was of it."""

    parts: dict[str, Cost]
    whole: Cost = (0.0, 0.0)
    steps: int = 0
    letters: int = 0
    advances: int = 0
    statements: int = 0

    @property
    def own(self) -> Cost:
        """All but reading workbooks."""
        return self.whole[0] - self.parts["reading"][0], self.whole[1] - self.parts["reading"][1]

    def timed(self, part: str, doing: Callable[..., Any], sent: Counter[str] | None = None) -> Callable[..., Any]:
        """The same function, its cost added up; where statements are counted, its calls and theirs too."""

        def timed(*given: Any, **named: Any) -> Any:  # noqa: ANN401 -- what it stands for
            before, clock, processor = sent.total() if sent else 0, perf_counter(), process_time()
            try:
                return doing(*given, **named)
            finally:
                spent = self.parts[part]
                self.parts[part] = (spent[0] + perf_counter() - clock, spent[1] + process_time() - processor)
                if sent is not None:
                    self.advances += 1
                    self.statements += sent.total() - before

        return timed


def measure() -> Iterator[Table]:
    """The command from cold, then the same year in this process, part by part."""
    command = [wall_and_processor(_command) for _ in range(TIMES)]
    played = [_played(deliver=False) for _ in range(TIMES)]
    delivered = [_played(deliver=True) for _ in range(TIMES)]
    rows = [
        ("`talent rehearse 2022 --json` from cold", "20 s", *_middle(command)),
        ("the same in this process", "20 s", *_middle([one.whole for one in played])),
        ("… the programme's own work", "5 s", *_middle([one.own for one in played])),
        *((f"… … {part}", "", *_middle([one.parts[part] for one in played])) for part in PARTS if part != "posting"),
        ("… with every letter delivered (`--keep`), reading left out", "", *_middle([one.own for one in delivered])),
        ("… … posting", "", *_middle([one.parts["posting"] for one in delivered])),
    ]
    first = played[0]
    yield Table(
        "A whole year rehearsed",
        f"The pack of deployments/demo/2022 on SQLite: {first.steps} steps, {first.letters} letters, "
        f"{first.statements / first.advances:.1f} statements an advance. Own work: all but reading. Median of {TIMES}.",
        ("", "at most", "by the clock", "of a processor"),
        rows,
    )


def _middle(costs: Sequence[Cost]) -> tuple[str, str]:
    return middle([clock for clock, _ in costs]), middle([processor for _, processor in costs])


def _command() -> None:
    subprocess.run([TALENT, "rehearse", "2022", "--json"], stdout=subprocess.DEVNULL, check=True)


def _played(*, deliver: bool) -> Played:
    played = Played(dict.fromkeys(PARTS, (0.0, 0.0)))
    with TemporaryDirectory(prefix="talent-bench-") as folder:
        clock, processor = perf_counter(), process_time()
        _play(Path(folder), played, deliver=deliver)
        played.whole = (perf_counter() - clock, process_time() - processor)
    return played


def _play(folder: Path, played: Played, *, deliver: bool) -> None:
    """From a database without a table to the end of the year."""
    database, year = Database(f"sqlite:///{folder / 'year.db'}", BOOK), load(2022)
    courier = MaildirCourier(folder / "mail")
    migrate.upgrade(database)

    def post(stamp: Stamp) -> None:
        asyncio.run(send(database, courier, SENDER, stamp))

    sending = played.timed("posting", post) if deliver else None
    play = Play(database, year, read_pack(PACK), ends(year), "bench", post=sending)
    with (
        counting(database) as sent,
        patch.object(acts.load, "read", played.timed("reading", read)),
        patch.object(rehearsal.play, "advance", played.timed("advancing", advance, sent)),
    ):
        played.steps = sum(1 for _ in play.steps())
    ended = play.ended()
    if ended.unmet:
        raise SystemExit(f"the season did not end as the pack says: {ended.unmet}")
    played.letters = sum(sum(kinds.values()) for kinds in ended.letters.values())
    database.dispose()


if __name__ == "__main__":
    run(measure)
