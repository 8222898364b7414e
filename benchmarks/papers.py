"""Setting certificates in type: a thousand in one file, with a code each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from benchmarks.measuring import Table, middle, run, seconds
from letters.award_papers import AwardPaper, Stationery, made

SIZES = {55: 5, 1_000: 3}
"""How many, and how often they are set."""

MOST = 30


def measure() -> Iterator[Table]:
    """A row a size."""
    yield Table(
        "Certificates set in type",
        "Certificates as one PDF/A-2b, each on its page with its code; every glyph is there, or none is made. Median.",
        ("certificates", "at most", "by the clock"),
        [_row(size, times) for size, times in SIZES.items()],
    )


def _row(size: int, times: int) -> tuple[str, ...]:
    papers = [_paper(number) for number in range(1, size + 1)]
    took = [seconds(lambda: made("certificate", "", 2022, papers, Stationery())) for _ in range(times)]
    return f"{size:,}", f"{MOST} s" if size == max(SIZES) else "", middle(took)


def _paper(number: int) -> AwardPaper:
    url = f"https://talent.example/verify/{number:024}"
    return AwardPaper("", f"学生{number}", "示范中学", "数学", "优秀", f"2022年第{number}号", date(2022, 12, 20), url)


if __name__ == "__main__":
    run(measure)
