"""The secret that forms and links are signed with: the office's own, else one made and kept here."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from calendars.errors import TalentError

if TYPE_CHECKING:
    from pathlib import Path

    from settings import Settings

LEAST = 32
"""Characters of a secret."""

PLACEHOLDERS = ("change", "secret", "example", "placeholder", "xxxx", "password", "…")


class WeakSecret(TalentError):
    """TALENT_SECRET_KEY 不能用：须是不少于 32 个字符的随机串，不能是示例里的占位文字；删去这一项则由系统自己生成。"""


def secret_of(settings: Settings, folder: Path) -> bytes:
    """Give the secret of `TALENT_SECRET_KEY`, else of `folder/secret`, made on first use; raise `WeakSecret`."""
    if settings.secret_key is None:
        return _own(folder / "secret")
    given = settings.secret_key.get_secret_value()
    if len(given) < LEAST or any(word in given.casefold() for word in PLACEHOLDERS):
        raise WeakSecret
    return given.encode()


def _own(path: Path) -> bytes:
    """Read it, after making it readable by its owner alone where it is not there yet."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(f"{secrets.token_urlsafe(48)}\n")
    except FileExistsError:
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip().encode()
