"""All figures, one after the other: `python -m benchmarks [NAME…] [--write]`.

`--write` puts each into its part of docs/benchmarks.md as soon as it is measured, with the day and the machine.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path

from benchmarks.measuring import Table, machine, run
from calendars.deadlines import TZ

NAMES = (
    "rehearsal",
    "advance",
    "gate",
    "status",
    "post.rates",
    "post.million",
    "window",
    "waiting",
    "upload",
    "at_once",
    "dearest",
    "papers",
    "evening",
    "restoring",
    "prefect_pass",
    "idle",
    "idle_day",
)
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = "# Measured figures\n\n`make bench` measures and prints them; `python -m benchmarks NAME --write` renews a part."
PART = re.compile(r"^<!-- (\S+) -->\n\n(.*?)(?=^<!-- |\Z)", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Measure what was named, or everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"no such figures: {', '.join(sorted(unknown))}")
    for name in given.names or NAMES:
        tables = run(import_module(f"benchmarks.{name}").measure)
        if given.write:
            PAGE.write_text(page(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "", name, tables), "utf-8")


def page(before: str, name: str, tables: Sequence[Table]) -> str:
    """The page with this part renewed and the others as they were, in the order of their names."""
    when = f"Measured on {datetime.now(TZ):%Y-%m-%d}: {machine()}"
    parts = dict(PART.findall(before)) | {name: "\n\n".join([*(table.as_markdown() for table in tables), when])}
    written = (f"<!-- {each} -->\n\n{parts[each].strip()}" for each in NAMES if each in parts)
    return "\n\n".join([HEAD, *written]) + "\n"


if __name__ == "__main__":
    main()
