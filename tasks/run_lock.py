"""Not two at a time where the second would only take up room: a lock that the system takes away with its holder."""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prefect.settings import get_current_settings
from sqlalchemy import make_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.database import Database


@contextmanager
def alone(work: str, database: Database) -> Iterator[bool]:
    """Tell whether nobody else on this machine is at this work for this database; then nobody is told so until the end.

    What may not happen twice is forbidden elsewhere, by the tables: this spares a run that would wait beside a slow
    one, until the worker has room for none. It ends with the block or with the process, however that ends, and leaves
    nothing that another could stumble over: the file stays, and says nothing.
    """
    home = get_current_settings().home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    of = hashlib.sha256(make_url(database.url).render_as_string().encode()).hexdigest()  # the password is hidden
    handle = os.open(home / f"{work}-{of[:16]}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield _taken(handle)
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
