"""What the judging of one rule yields, and how those in breach are named and counted in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gates.verdict import Actor

NAMED = 20  # of those in breach; the sentence gives the total


@dataclass(frozen=True, slots=True)
class Found:
    """The figures found and needed. The rule holds where there is nothing to mend.

    `numbers` are all that are known to be in breach; of what a city mends the gate keeps the first. `actor` is
    set where who must act depends on what is missing.
    """

    found: str
    needed: str
    mend: str = ""
    numbers: tuple[str, ...] = ()
    actor: Actor | None = None


def named(labels: Sequence[str], total: int | None = None) -> str:
    """List the first of `labels` in brackets, with 等 where there are more than are listed; nothing for none."""
    total = len(labels) if total is None else total
    more = " 等" if total > min(len(labels), NAMED) else ""
    return f"（{'、'.join(labels[:NAMED])}{more}）" if labels else ""


def each(total: int, breaching: Sequence[str], mend: str, count: int | None = None) -> Found:
    """Judge a rule that each of `total` must meet and that `breaching` do not.

    `count` is how many are in breach, where not all of them are known by number. `mend` takes `{count}` and `{who}`.
    """
    count = len(breaching) if count is None else count
    needed = f"{total}/{total}"
    if not count:
        return Found(needed, needed)
    sentence = mend.format(count=count, who=named(breaching, count))
    return Found(f"{total - count}/{total}", needed, sentence, tuple(breaching))
