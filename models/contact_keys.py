"""The keys that telephones and addresses of persons are encrypted with: in a file of the office's own, or everybody's.

Docs: docs/decisions/0068-contacts-encrypted.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar, Protocol

from sqlalchemy.exc import DontWrapMixin

from calendars.errors import TalentError
from models.key_file import SecretLines

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NAME = "contact-key"
"""The file's name, beside the window's secret."""


NO_FILE = (-1,)
"""What a file is that is not there."""


def any_way() -> None:
    """Let a key be made, whatever is encrypted: it is known that nothing is."""


class Unopened(TalentError, DontWrapMixin):
    """现在不能读写加密的联系方式，这次没有办理，什么也没有存下；请告知省级管理办公室，由其联系维护人员。"""

    def __str__(self) -> str:
        """Give what offices are told: nothing of the machine."""
        return str(Unopened.__doc__)

    @property
    def in_full(self) -> str:
        """What whoever keeps the machine is told: what is wrong where, and what to do."""
        return str(self.args[0])


class UnfitContactKey(Unopened):
    """{place} 里没有可用的联系方式密钥；请从备份恢复，不要自行填写。"""


class UnreadableContactKey(Unopened):
    """联系方式密钥 {place} 用不了（{reason}）；请让运行 talent up 的账户能读写它，文件坏了的从备份恢复。"""


class NoContactKey(Unopened):
    """数据库里的联系方式用编号 {named} 的密钥加密，{place} {there}，读不出来；请先核对目录（--folder，talent up 所用的那一个）和数据库，再从备份恢复这个文件。确已丢失的，见操作手册“出了什么事”。"""  # noqa: E501


class Altered(Unopened):
    """数据库里有一处联系方式（{place}）不是用这把密钥加密的原样，可能被改动过；请从备份恢复。"""


@dataclass(frozen=True)
class ContactKey:
    """A secret that contacts are encrypted with. Its `id` says which one it is and nothing of it."""

    secret: bytes = field(repr=False)

    @cached_property
    def id(self) -> str:
        """Eight hexadecimal digits."""
        return sha256(b"talent contact key|" + self.secret).hexdigest()[:8]

    @cached_property
    def cipher(self) -> AESGCM:
        """What encrypts and decrypts."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # slow to import, and few processes need it

        return AESGCM(sha256(b"talent contact cipher|" + self.secret).digest())


def ids(text: str) -> set[str]:
    """Give the ids of the keys that a file, or a setting, holds."""
    return {ContactKey(line.encode()).id for line in text.split()}


REHEARSED = ContactKey(b"known to all: rehearsals invent their people")
"""The key of every rehearsal, so that one can be looked at wherever it is."""


class ContactKeys(Protocol):
    """The keys that a process has."""

    @property
    def place(self) -> str:
        """Where they are, for people."""

    @property
    def own(self) -> bool:
        """Whether they are an office's own, which people who are invented do not need."""

    def known(self) -> tuple[ContactKey, ...]:
        """Give them, the newest first."""

    def newest(self, check: Callable[[], None] = any_way) -> ContactKey:
        """Give the one for what is written now; made where there is none, and where `check` does not raise.

        It is asked once, and again where the keys are others than before.
        """


class PlayedContactKeys:
    """Those of a database of invented people: the one that everybody knows."""

    place, own = "演练", False

    def known(self) -> tuple[ContactKey, ...]:
        """Give it."""
        return (REHEARSED,)

    def newest(self, check: Callable[[], None] = any_way) -> ContactKey:
        """Give it."""
        del check
        return REHEARSED


@dataclass(frozen=True)
class ContactKeyFile(SecretLines):
    """An office's own, beside its matching keys."""

    variable, unfit, unreadable = "TALENT_CONTACT_KEY", UnfitContactKey, UnreadableContactKey
    own: ClassVar = True

    _read_of: dict[tuple[int, ...], ContactKey] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The newest, by what the file was when it was read: it is asked for with every value."""

    def known(self) -> tuple[ContactKey, ...]:
        """Give those that are there; raise `UnfitContactKey` where it is none, or `UnreadableContactKey`."""
        return tuple(map(ContactKey, self.lines()))

    def newest(self, check: Callable[[], None] = any_way) -> ContactKey:
        """Give the first; made in the file where there is none, but not in the place of one that went."""
        now = self._face()
        if now not in self._read_of:
            if now == NO_FILE and (former := [*self._read_of.values()]):
                raise NoContactKey(named=former[0].id, place=self.place, there="不存在")
            check()
            found = ContactKey(self.first())
            self._read_of.clear()
            self._read_of[self._face()] = found
            return found
        return self._read_of[now]

    def _face(self) -> tuple[int, ...]:
        if self.given is not None:
            return ()
        try:
            found = self.path.stat()
        except OSError:
            return NO_FILE
        return (found.st_ino, found.st_mtime_ns, found.st_size)
