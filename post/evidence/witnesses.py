"""What the other side saw of letters whose worker died: the mailbox itself, the relay's log, or nobody."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Literal, Protocol

from post.message import digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

Fate = Literal["accepted", "refused", "untold"]
"""Taken over; surely not taken over and never to be; not to be known from here."""


class Witness(Protocol):
    """Tells what became of messages."""

    def fates(self, asked: Mapping[str, datetime], at: datetime) -> Mapping[str, Fate]:
        """Give the fate of these messages, by Message-ID, each handed over no earlier than its instant.

        What became of one at another time that it was sent, before, is not asked. One that is left out cannot be told
        of yet: ask again later. `at` is now.
        """
        ...


class Nobody:
    """Nobody saw anything: a person has to look."""

    def fates(self, asked: Mapping[str, datetime], at: datetime) -> Mapping[str, Fate]:
        """Tell nothing."""
        del at
        return dict.fromkeys(asked, "untold")


class MaildirWitness:
    """Looks into the Maildir at `path`: a message is there under the name made from its key, or it is not.

    Since when is all one. This is where it was to go, not a relay that hands it on and may have it come back: what
    lies here has arrived, and offered again it would be the same file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def fates(self, asked: Mapping[str, datetime], at: datetime) -> Mapping[str, Fate]:
        """Look once for all."""
        del at
        folders = [self.path / folder for folder in ("new", "cur")]
        files = chain.from_iterable(folder.iterdir() for folder in folders if folder.is_dir())
        there = {file.name.partition(".")[0] for file in files}
        return {key: "accepted" if digest(key) in there else "refused" for key in asked}
