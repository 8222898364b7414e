"""What runs says where it is, so that commands typed elsewhere speak of it and write its links.

The file means nothing where nobody holds its lock, which ends with its process.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from calendars.errors import TalentError
from settings import FOLDER, HOUSE, RUNNING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from deployments.house import House

PREFECT = ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING")


class RunsAlready(TalentError):
    """{folder} 里已有一个在运行（页面 {window}）；请先停掉它，或用 --folder 换一个目录。"""


@dataclass(frozen=True, slots=True)
class Instance:
    """What runs: where this machine reaches its window, whether it is a demonstration, what its parts are started with.

    `variables` are ours, how Prefect's server is reached, and the folder; a demonstration knows no others.
    """

    window: str
    demo: bool
    variables: Mapping[str, str]


@contextmanager
def announced(house: House) -> Iterator[None]:
    """Say it in the house's own folder, and where commands look if nothing else runs there. Raise RunsAlready."""
    environment, demo = house.environment(), house.pack is not None
    variables = dict(house.variables) | {name: environment[name] for name in (*PREFECT, HOUSE)}
    if not demo:
        variables.pop("TALENT_BASE_URL", None)  # made of what the office set, which is what is looked at
    said = json.dumps(asdict(Instance(house.window, demo, variables)))
    with ExitStack() as ends:
        ends.enter_context(_said(house.folder, said))
        if (here := FOLDER.resolve()) != house.folder:
            with suppress(OSError, RunsAlready):
                ends.enter_context(_said(here, said))
        yield


def running(folder: Path = FOLDER) -> Instance | None:
    """Give what runs and said so in a folder, None where nothing does."""
    try:
        with (folder / RUNNING).open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(folder)
    except OSError:
        pass
    return None


@contextmanager
def _said(folder: Path, said: str) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RUNNING
    with os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            there = _read(folder)
            raise RunsAlready(folder=folder, window=there.window if there else "—") from None
        file.truncate()
        file.write(said)
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _read(folder: Path) -> Instance | None:
    try:
        return Instance(**json.loads((folder / RUNNING).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # it is just being written, or taken away
        return None
