"""`python -m rehearsal 2022 FOLDER [--seed N] [--times N] [--city C]…`: write a season to be rehearsed.

`talent rehearse 2022 --inputs FOLDER` plays it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from calendars.files import load
from phases.book import BOOK
from rehearsal.generator import SEED, generate


def main() -> None:
    """Write the season that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description="写出一个年度的演练材料")
    parser.add_argument("year", type=int, help="年度")
    parser.add_argument("folder", type=Path, help="写到这个目录")
    parser.add_argument("--seed", type=int, default=SEED, help="随机种子：同一个种子写出同样的内容")
    parser.add_argument("--times", type=int, default=1, help="学生人数的倍数")
    parser.add_argument("--city", action="append", default=[], help="只写这些城市，可以写多次；不写时为全部")
    given = parser.parse_args()
    generate(BOOK, load(given.year), given.folder, seed=given.seed, cities=given.city, times=given.times)


if __name__ == "__main__":
    main()
