"""Reads of a block, one after another, of one snapshot: a page is of one instant, and asks for it once.

Whoever writes ends the snapshot before he waits for anything, so that what is read afterwards knows of it and nobody
waits with a connection in his hand. Docs: docs/decisions/0075-a-page-is-one-snapshot.md.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    Begin = Callable[[], AbstractContextManager[Connection]]

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

ANSWERS = "talent_answers"
"""The option of a connection that reads one snapshot: what was asked of it, with its answers."""


def once_a_snapshot(
    ask: Callable[Concatenate[Connection, Given], Answer],
) -> Callable[Concatenate[Connection, Given], Answer]:
    """Ask a question once in each snapshot; where something is written, each time. Nobody changes an answer."""

    @wraps(ask)
    def asked(connection: Connection, /, *given: Given.args, **named: Given.kwargs) -> Answer:
        answers: dict[Any, Any] | None = connection.get_execution_options().get(ANSWERS)
        if answers is None:
            return ask(connection, *given, **named)
        question = (ask, given, *named.items())
        if question not in answers:
            answers[question] = ask(connection, *given, **named)
        answer: Answer = answers[question]
        return answer

    return asked


@dataclass
class _Snapshot:
    """A snapshot that is open; `readers` are within it now."""

    held: AbstractContextManager[Connection]
    connection: Connection
    readers: int = 0
    over: bool = False

    def close_unread(self) -> None:
        if self.over and not self.readers:
            self.held.__exit__(None, None, None)


class OneSnapshot:
    """What the reads of one block share; `begin` opens a snapshot, and leaving what it gives closes it.

    Of one thread: reads follow or enclose one another.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._now: _Snapshot | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give the snapshot's connection; what the database refuses ends it: one that failed answers no more."""
        now = self._now = self._now or self._opened()
        now.readers += 1
        try:
            yield now.connection
        except DBAPIError:
            self.end()
            raise
        finally:
            now.readers -= 1
            now.close_unread()

    def end(self) -> None:
        """Let what is read from here on see a new snapshot; who is within the old one stays there."""
        if self._now is not None:
            ended, self._now = self._now, None
            ended.over = True
            ended.close_unread()

    def _opened(self) -> _Snapshot:
        held = self._begin()
        return _Snapshot(held, held.__enter__())
