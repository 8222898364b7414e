"""What an act answers: what it did, or the business "no" and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forms.workbook_rows import RowError
    from gates.verdict import Verdict
    from models.outbox import LetterRow
    from models.writing import Grant, Move

Said = Literal["done", "refused", "returned", "form-errors"]


@dataclass(frozen=True, slots=True)
class Changes:
    """What was written, or in a dry run would be: log rows, letters, later due days."""

    transitions: tuple[Move, ...] = ()
    letters: tuple[LetterRow, ...] = ()
    extensions: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`outcome` is `done` only where all that was asked happened; `message` is one Chinese sentence for people.

    `basis` is what else was shown or written that a confirmation stands on: it is compared, never said.
    """

    outcome: Said
    message: str
    verdict: Verdict | None = None
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()
    changes: Changes = field(default_factory=Changes)
    basis: tuple[object, ...] = ()

    @property
    def done(self) -> bool:
        """Whether all that was asked happened."""
        return self.outcome == "done"


def merged(changes: Sequence[Changes]) -> Changes:
    """Give all that was written, as one."""
    return Changes(
        tuple(move for one in changes for move in one.transitions),
        tuple(letter for one in changes for letter in one.letters),
        tuple(grant for one in changes for grant in one.extensions),
    )


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Give one answer for several cities: done where all are; else the first "no", with every city's sentence."""
    first = next((outcome for outcome in outcomes if not outcome.done), outcomes[0])
    return Outcome(
        first.outcome,
        "\n".join(outcome.message for outcome in outcomes),
        first.verdict,
        first.errors,
        first.warnings,
        merged([outcome.changes for outcome in outcomes]),
    )
