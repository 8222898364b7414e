"""Statements that are compiled once a run: every test opens a database of its own, and compiles the same ones again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.util import LRUCache

from models import database

KEPT = 5000
"""More than the house has."""


class Compiled(LRUCache[Any, Any]):
    """What is compiled for any database of one kind; SQLAlchemy's key begins with the very dialect of an engine."""

    def get(self, key: tuple[Hashable, ...], default: object = None) -> object:
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Hashable, ...], value: object) -> None:
        super().__setitem__(key[1:], value)


def settle() -> None:
    """Let all databases of a kind share what is compiled, from now on, in this process."""
    kinds = {"sqlite": Compiled(KEPT), "postgresql": Compiled(KEPT)}
    make = sa.create_engine

    def sharing(url: sa.URL, **options: Any) -> sa.Engine:  # noqa: ANN401 -- SQLAlchemy's own
        shared = {"compiled_cache": kinds[url.get_backend_name()]}
        return make(url, execution_options=options.pop("execution_options", {}) | shared, **options)

    vars(database).update(create_engine=sharing)
