"""What one pass over the cities did, in slugs, states and counts: all that Prefect may know of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gates.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from acts.advance import Advance
    from models.standing import Key

OWING = frozenset({State.OPEN, State.RETURNED, State.OVERDUE, State.SUBMITTED})


@dataclass(frozen=True, slots=True)
class CityPass:
    """One city: its state in each phase looked at, what moved, which letters were queued, the kind of its failure."""

    city: str
    states: tuple[tuple[str, str], ...]
    moves: tuple[str, ...]
    letters: Mapping[str, int]
    failure: str | None

    def as_table(self) -> dict[str, str]:
        """The row for people."""
        return {
            "城市": self.city,
            "状态": "，".join(f"{phase} {state}" for phase, state in self.states),
            "变动": "，".join(self.moves),
            "函件": "，".join(f"{kind}×{count}" for kind, count in self.letters.items()),
            "结果": "完成" if self.failure is None else f"失败（{self.failure}），等待重试",
        }


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over a year: a row a city in the customary order, and the letters that belong to no city."""

    year: int
    rows: tuple[CityPass, ...]
    other_letters: int = 0
    other_failure: str | None = None

    @property
    def failed(self) -> tuple[str, ...]:
        """The cities that could not be advanced, and `*` where the province's digest could not be written."""
        cities = tuple(row.city for row in self.rows if row.failure is not None)
        return cities if self.other_failure is None else (*cities, "*")

    @property
    def moves(self) -> int:
        """How many transitions were made."""
        return sum(len(row.moves) for row in self.rows)

    @property
    def letters(self) -> int:
        """How many letters were queued."""
        return self.other_letters + sum(sum(row.letters.values()) for row in self.rows)

    @property
    def waiting(self) -> bool:
        """Whether some city waits for the phase before and none has anything to do here."""
        states = {state for row in self.rows for _, state in row.states}
        return State.WAITING in states and not states & OWING


def summarise(year: int, cities: Sequence[str], states: Mapping[Key, State], advance: Advance) -> Pass:
    """Give a row for each of these cities, from its states as they now are and what the advance says it did."""
    chosen = frozenset(cities)
    standing: dict[str, list[tuple[str, str]]] = defaultdict(list)
    moves: dict[str, list[str]] = defaultdict(list)
    letters: dict[str, list[str]] = defaultdict(list)
    for (phase, city), state in states.items():
        standing[city].append((phase, state.value))
    for move in advance.changes.transitions:
        moves[move.after.city].append(f"{move.after.phase} {move.before.state.value}→{move.after.state.value}")
    for letter in advance.changes.letters:
        letters[letter.city].append(letter.kind)
    rows = tuple(
        CityPass(
            city, tuple(standing[city]), tuple(moves[city]), _count(letters[city]), _kind(advance.failures.get(city))
        )
        for city in cities
    )
    others = sum(len(kinds) for city, kinds in letters.items() if city not in chosen)
    return Pass(year, rows, others, _kind(advance.failures.get("*")))


def _count(kinds: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(kinds).items()))


def _kind(failure: str | None) -> str | None:
    """Give the kind of an error and leave its words behind: they may hold a name."""
    return None if failure is None else failure.partition(":")[0]
