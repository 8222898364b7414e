"""A file sealed with a passphrase: AES-256-GCM in chunks, the key by scrypt. A byte changed or cut off is found.

After the magic: salt, scrypt's cost, the nonces' beginning; then a tag over that alone, which tells a wrong passphrase
from damage, then the chunks. A chunk's nonce says its place and whether it is the last.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAGIC = b"talent-backup-1\n"
SALT, BEGINNING, TAG = 16, 7, 16
HEADER = len(MAGIC) + SALT + 1 + BEGINNING
CHUNK = 1 << 20
COST, DEAREST = 15, 20
"""The binary logarithm of scrypt's cost (2^15 takes 32 MB), and the most that is believed of a file."""


class NotSealed(TalentError):
    """{path} 不是备份文件。"""


class WrongPassphrase(TalentError):
    """口令不对：{path} 打不开。请用做这份备份时的 TALENT_BACKUP__PASSPHRASE。"""


class Tampered(TalentError):
    """{path} 已损坏或不完整，不能使用；请换一份备份。"""


class Sealer:
    """Takes bytes and writes them sealed; what is written is whole only once it was closed."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        header = MAGIC + secrets.token_bytes(SALT) + bytes([COST]) + secrets.token_bytes(BEGINNING)
        self._file, self._cipher, self._count, self._left = file, _Cipher(header, passphrase), 0, bytearray()
        file.write(header + self._cipher.seal(0, b""))

    def write(self, data: bytes) -> int:
        """Take these bytes."""
        self._left += data
        while len(self._left) > CHUNK:
            self._put(bytes(self._left[:CHUNK]))
            del self._left[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the last chunk."""
        self._put(bytes(self._left), last=True)

    def _put(self, chunk: bytes, *, last: bool = False) -> None:
        self._count += 1
        self._file.write(self._cipher.seal(self._count, chunk, last=last))


class Opener:
    """Gives the bytes of a sealed file. Raise `NotSealed`, `WrongPassphrase`, `Tampered`."""

    def __init__(self, file: BinaryIO, passphrase: str, path: Path) -> None:
        self._file, self._path, self._count, self._ready = file, path, 0, b""
        header = file.read(HEADER)
        if len(header) < HEADER or not header.startswith(MAGIC) or header[len(MAGIC) + SALT] > DEAREST:
            raise NotSealed(path=path)
        self._cipher = _Cipher(header, passphrase)
        try:
            self._cipher.open(0, file.read(TAG))
        except InvalidTag as error:
            raise WrongPassphrase(path=path) from error
        self._next = file.read(CHUNK + TAG)

    def read(self, size: int) -> bytes:
        """Give so many bytes, fewer only at the end."""
        while len(self._ready) < size and self._next:
            self._ready += self._chunk()
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def _chunk(self) -> bytes:
        sealed, self._next = self._next, self._file.read(CHUNK + TAG)
        self._count += 1
        try:
            return self._cipher.open(self._count, sealed, last=not self._next)
        except InvalidTag as error:
            raise Tampered(path=self._path) from error


class _Cipher:
    """What one file is sealed with; each chunk is bound to the file's header, its place, and to being the last."""

    def __init__(self, header: bytes, passphrase: str) -> None:
        salt, cost = header[len(MAGIC) : len(MAGIC) + SALT], header[len(MAGIC) + SALT]
        self._header, self._nonce = header, header[-BEGINNING:]
        self._key = AESGCM(_key(passphrase, salt, cost))

    def seal(self, place: int, chunk: bytes, *, last: bool = False) -> bytes:
        return self._key.encrypt(self._of(place, last), chunk, self._header)

    def open(self, place: int, sealed: bytes, *, last: bool = False) -> bytes:
        return self._key.decrypt(self._of(place, last), sealed, self._header)

    def _of(self, place: int, last: bool) -> bytes:
        return self._nonce + place.to_bytes(4, "big") + bytes([last])


@lru_cache(maxsize=1)
def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    """Give the key; what was just written is read back with it once more."""
    return Scrypt(salt=salt, length=32, n=1 << cost, r=8, p=1).derive(passphrase.encode())


@contextmanager
def sealed(path: Path, passphrase: str) -> Iterator[Sealer]:
    """Give what seals into a new file that its owner alone reads; it is on the disk where the block ends well."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        sealer = Sealer(file, passphrase)
        yield sealer
        sealer.close()
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def unsealed(path: Path, passphrase: str) -> Iterator[Opener]:
    """Give the bytes of a sealed file."""
    with path.open("rb") as file:
        yield Opener(file, passphrase, path)
