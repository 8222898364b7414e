"""A secret of this machine's own in a file: made once and whole, its owner's alone."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make(path: Path, before: str = "") -> None:
    """Make it whole under another name first: who starts at the same moment must not read half of it.

    One that another made meanwhile is left as it is. `before` stands in front of what is drawn.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = written(path, before + secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def there(path: Path) -> bool:
    """Tell whether something stands there, even if it may not be looked at: nothing new takes its place."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def written(path: Path, text: str) -> Path:
    """Write lines into a new file beside that one, down to the disk; give it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    return draft
