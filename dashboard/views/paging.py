"""Long lists, a page at a time, and the addresses that keep their filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZE = 50


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list; `address` gives any other, `query` being what filters it."""

    path: str
    query: Mapping[str, str]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page; 1 where there is nothing."""
        return max(1, -(-self.total // SIZE))

    @property
    def offset(self) -> int:
        """How many come before it."""
        return (self.number - 1) * SIZE

    def address(self, number: int) -> str:
        """Give the address of the page of that number."""
        query = {**self.query, **({"page": str(number)} if number > 1 else {})}
        return self.path + (f"?{urlencode(query)}" if query else "")

    def with_(self, **filters: str | None) -> str:
        """Give the address of the first page with other filters; None takes one away."""
        query = {name: value for name, value in {**self.query, **filters}.items() if value is not None}
        return self.path + (f"?{urlencode(query)}" if query else "")


def page_of(path: str, query: Mapping[str, str], number: int, total: int) -> ListPage:
    """Give the page of that number, the last one where there are not so many."""
    return ListPage(path, query, min(number, ListPage(path, query, 1, total).last), total)
