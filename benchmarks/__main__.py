"""All figures, one after the other: `python -m benchmarks [NAME… | --write]`.

`--write` puts what was measured into docs/benchmarks.md, with the machine it was measured on.
"""

from __future__ import annotations

import argparse
from datetime import datetime
from importlib import import_module
from pathlib import Path

from benchmarks.measuring import Table, machine, run
from calendars.deadlines import TZ

NAMES = ("rehearsal", "advance", "gate", "status", "window", "upload", "prefect_pass")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main() -> None:
    """Measure what was named, or everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    given = parser.parse_args()
    if given.write and given.names:
        parser.error("the page holds all of them: --write takes no names")
    tables = run(*(import_module(f"benchmarks.{name}").measure for name in given.names or NAMES))
    if given.write:
        PAGE.write_text(page(tables), encoding="utf-8")


def page(tables: list[Table]) -> str:
    """The page: measured figures, and what they depend on."""
    head = f"# Measured figures\n\n`make bench` prints them; {datetime.now(TZ):%Y-%m-%d}, {machine()}"
    return "\n\n".join([head, *(table.as_markdown() for table in tables)]) + "\n"


if __name__ == "__main__":
    main()
