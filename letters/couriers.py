"""What a courier promises, whichever way it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from letters.message import Outgoing

DeliveryState = Literal["sent", "failed", "retry", "unknown"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one letter.

    `sent`: taken over for good. `failed`: refused for good, or not fit to be sent. `retry`: surely not taken over,
    may be tried again. `unknown`: it may or may not have been, and only a look at the other side can tell.
    `detail` is one short line for a person.
    """

    key: str
    state: DeliveryState
    detail: str


class Courier(Protocol):
    """Hands letters over."""

    async def deliver(self, letters: Sequence[Outgoing]) -> Sequence[Delivery]:
        """Give one Delivery a letter, in their order. One bad letter never holds up the others; nothing is raised."""
        ...
