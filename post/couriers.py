"""What a courier promises, whichever way it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from post.message import Outgoing

DeliveryState = Literal["sent", "failed", "deferred", "retry", "unknown", "withheld"]


class Delivery(NamedTuple):
    """What became of one letter.

    `sent`: taken over for good. `failed`: refused for good, or not fit to be sent. `deferred`: the other side put it
    off, and may take it later. `retry`: surely not taken over, but nothing was answered; may be tried again.
    `unknown`: it may or may not have been, and only a look at the other side can tell. `withheld`: not handed over,
    since whoever gave it to the courier did not want it any more.
    `detail` is one short line for a person. `tried` is False for a `retry` that was never offered, since nobody could
    be reached: that says nothing of this letter, and is no try of it.
    """

    key: str
    state: DeliveryState
    detail: str
    tried: bool = True


Wanted: TypeAlias = "Callable[[str], bool]"
"""Says by its key whether a letter is still to be handed over; asked from any thread."""


def always(_key: str) -> bool:
    """Want every letter."""
    return True


class Courier(Protocol):
    """Hands letters over. Inside `async with` it keeps its connections from one delivery to the next."""

    async def __aenter__(self) -> Self:
        """Begin a series of deliveries."""
        ...

    async def __aexit__(self, *_: object) -> None:
        """Let go of what was kept."""
        ...

    def settling(self, letters: Sequence[Outgoing], wanted: Wanted = always) -> AsyncIterator[Sequence[Delivery]]:
        """Give the Deliveries as they settle, some at a time and in any order: a slow one holds up no other.

        One that is `wanted` no more, by its key, is `withheld` where it is not on its way yet.
        """
        ...

    async def deliver(self, letters: Sequence[Outgoing]) -> Sequence[Delivery]:
        """Give one Delivery a letter, in their order. One bad letter never holds up the others; nothing is raised."""
        ...
