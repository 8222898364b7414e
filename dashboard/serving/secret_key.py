"""The window's one secret: what the office set, or one of this machine's own; never a placeholder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.errors import TalentError
from models import secret_files

if TYPE_CHECKING:
    from pathlib import Path

    from settings import Settings

SHORTEST = 32
VARIED = 10
"""How many different characters a secret has at least."""

PLACEHOLDERS = (
    "changeme", "change-me", "change_me", "placeholder", "example", "secret", "password", "your-", "your_", "insert",
    "replace", "todo", "default", "xxxx", "<", "密钥", "示例",
)  # fmt: skip


class WeakSecret(TalentError):
    """TALENT_SECRET_KEY 不能用：{why}。请换成 openssl rand -hex 32 给出的一串，或删去这一项，由系统自己生成。"""


class WeakSecretFile(TalentError):
    """密钥文件 {path} 里没有可用的密钥；可从备份恢复，或删去它重新启动（各账号的动态口令须重新绑定）。"""


class UnreadableSecretFile(TalentError):
    """密钥文件 {path} 用不了（{reason}）；请让它归运行 talent up 的账户所有、可读写，文件坏了的从备份恢复。"""


class NoSecretFile(TalentError):
    """{path} 没有密钥，没有签署；请用 --folder 指明 talent up 的数据目录，或设置 TALENT_SECRET_KEY。"""


def secret_of(settings: Settings, folder: Path) -> bytes:
    """Give the secret that sessions, forms and sealed fields stand on; raise as `kept_secret` does, but `NoSecretFile`.

    Where `TALENT_SECRET_KEY` is not set, `folder/secret` is made on first use, readable by its owner alone.
    """
    path = folder / "secret"
    if settings.secret_key is None:
        try:
            if not secret_files.there(path):
                secret_files.make(path)
            path.chmod(0o600)
        except OSError as error:
            raise UnreadableSecretFile(path=path, reason=error.strerror) from error
    return kept_secret(settings, folder)


def kept_secret(settings: Settings, folder: Path) -> bytes:
    """Give the same for whoever only reads it, and makes and mends none.

    Raise `WeakSecret`, `NoSecretFile`, `UnreadableSecretFile` or `WeakSecretFile`.
    """
    if settings.secret_key is not None:
        given = settings.secret_key.get_secret_value().strip()
        why = unfit(given)
        if why is not None:
            raise WeakSecret(why=why)
        return given.encode()
    path = folder / "secret"
    try:
        found = path.read_bytes().strip()
    except FileNotFoundError as error:
        raise NoSecretFile(path=path) from error
    except OSError as error:
        raise UnreadableSecretFile(path=path, reason=error.strerror) from error
    if len(found) < SHORTEST:
        raise WeakSecretFile(path=path)
    return found


def unfit(given: str) -> str | None:
    """Say why a secret that somebody set is none; None where it will do."""
    if len(given) < SHORTEST:
        return f"只有 {len(given)} 个字符，至少要 {SHORTEST} 个"
    if any(word in given.casefold() for word in PLACEHOLDERS):
        return "像是说明里的示例文字"
    if len(set(given)) < VARIED:
        return "重复的字符太多"
    return None
