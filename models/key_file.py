"""The keys that a process matches children by: in a file of the office's own, or the one of invented people.

What holds of any file of keys stands here too. Docs: docs/decisions/0057-a-matching-key.md.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from calendars.errors import TalentError
from models import secret_files
from phases.matching_key import REHEARSED, MatchingKey

if TYPE_CHECKING:
    from datetime import datetime

NAME = "matching-key"
"""The file's name, beside the window's secret."""

SHORTEST = 32


class Unmatchable(TalentError):
    """现在不能辨认同一学生和往年学生，这次没有办理，什么也没有存下；请告知省级管理办公室，由其联系维护人员。"""

    def __str__(self) -> str:
        """Give what offices are told: nothing of the machine."""
        return str(Unmatchable.__doc__)

    @property
    def in_full(self) -> str:
        """What whoever keeps the machine is told: what is wrong where, and what to do."""
        return str(self.args[0])


class UnfitMatchingKey(Unmatchable):
    """{place} 里没有可用的匹配密钥；请从备份恢复，不要自行填写；确已丢失的，停下 talent up 后运行 talent db rekey。"""


class UnreadableMatchingKey(Unmatchable):
    """匹配密钥 {place} 用不了（{reason}）；请让运行 talent up 的账户能读写它，文件坏了的从备份恢复，不必重新启动。"""


class MatchingKeys(Protocol):
    """The keys that a process has."""

    @property
    def place(self) -> str:
        """Where they are, for people."""

    def known(self) -> tuple[MatchingKey, ...]:
        """Give them, the newest first."""

    def newest(self) -> MatchingKey:
        """Give the one for what is begun now; made where there is none."""


class PlayedKeys:
    """Those of a database of invented people: the one that everybody knows."""

    place = "演练"

    def known(self) -> tuple[MatchingKey, ...]:
        """Give it."""
        return (REHEARSED,)

    def newest(self) -> MatchingKey:
        """Give it."""
        return REHEARSED


@dataclass(frozen=True)
class SecretLines:
    """Secrets of an office's own, a line each, the newest first: in a file, or `given` by the environment instead.

    They are read anew whenever they are needed, so that whoever runs takes up a new one, or one that was restored.
    """

    path: Path
    given: str | None = field(default=None, repr=False)

    variable: ClassVar[str]
    unfit: ClassVar[type[TalentError]]
    unreadable: ClassVar[type[TalentError]]

    @property
    def place(self) -> str:
        """Where they are, for people."""
        return str(self.path.absolute()) if self.given is None else self.variable

    def lines(self) -> tuple[bytes, ...]:
        """Give those that are there; raise `unfit` where it is none, or `unreadable`."""
        said = self._read() if self.given is None else self.given
        if said is None:
            return ()
        lines = said.split()
        if not lines or any(len(line) < SHORTEST for line in lines):
            raise self.unfit(place=self.place)
        return tuple(line.encode() for line in lines)

    def first(self) -> bytes:
        """Give the first; made in the file where there is none. Only where nothing is stored under another."""
        if self.given is None and not secret_files.there(self.path):
            try:
                secret_files.make(self.path)
            except OSError as error:
                raise self.unreadable(place=self.place, reason=error.strerror) from error
        return self.lines()[0]

    def put_aside(self, at: datetime) -> Path | None:
        """Move a file that holds no key out of the way of a new one; give where it is now, None where all is well."""
        try:
            self.lines()
        except self.unfit:
            if self.given is not None:
                raise
            return self.path.rename(self.path.with_name(f"{self.path.name}.{at:%Y%m%dT%H%M%S}"))
        return None

    def add(self) -> bytes:
        """Give one that nothing is stored under: a new one, in the file before those there are, or the given one."""
        if self.given is not None:
            return self.lines()[0]
        new = secrets.token_urlsafe(48).encode()
        self.keep(new, *self.lines())
        return new

    def keep(self, *lines: bytes) -> None:
        """Let go of all but these, under which everything is stored by now."""
        if self.given is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            secret_files.written(self.path, "\n".join(line.decode() for line in lines)).replace(self.path)

    def _read(self) -> str | None:
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            return ""
        except OSError as error:
            raise self.unreadable(place=self.place, reason=error.strerror) from error


class KeyFile(SecretLines):
    """An office's own keys to match children by."""

    variable, unfit, unreadable = "TALENT_MATCHING_KEY", UnfitMatchingKey, UnreadableMatchingKey

    def known(self) -> tuple[MatchingKey, ...]:
        """Give those that are there; raise `UnfitMatchingKey` where it is none, or `UnreadableMatchingKey`."""
        return tuple(map(MatchingKey, self.lines()))

    def newest(self) -> MatchingKey:
        """Give the first; made in the file where there is none. Only where nothing is stored under another."""
        return MatchingKey(self.first())

    def another(self) -> MatchingKey:
        """Give a key that nothing is stored under: a new one, in the file before those there are, or the given one."""
        return MatchingKey(self.add())

    def settle(self, key: MatchingKey) -> None:
        """Let go of all but one, under which everything is stored by now."""
        self.keep(key.secret)
