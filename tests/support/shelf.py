"""The season of the pack, played once on each kind of database and kept as it stood at a few instants."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models.database import Database
from phases.book import BOOK
from rehearsal.packs import read_pack
from rehearsal.play import Play
from tests.support.originals import MIGRATED, Originals, counted, created, dropped, once
from tests.support.scenes import Scene, calendar, instant

PACK = Path(__file__).parents[2] / "deployments/demo/2022"

BEGUN = "2021-12-30T12:00"
BEFORE_YANGZHOU = "2022-01-17T09:00"
BEFORE_YANCHENG = "2022-02-07T09:00"
END = "2023-01-01T00:00"
MARKS = (BEFORE_YANGZHOU, BEFORE_YANCHENG, END)

Copy = Callable[[str], str]
"""From a database's URL to that of a copy of it; nobody may be connected to the first."""


def copy_file(url: str) -> str:
    source = Path(str(sa.make_url(url).database))
    return f"sqlite:///{shutil.copy(source, source.with_name(f'{uuid.uuid4().hex}.db'))}"


def copy_on_server(url: str) -> str:
    return created(url, str(sa.make_url(url).database), "shelf")


def discard(url: str) -> None:
    """Throw a copy away."""
    if sa.make_url(url).get_backend_name() == "sqlite":
        Path(str(sa.make_url(url).database)).unlink()
    else:
        dropped(url)


@dataclass
class Shelf:
    """How the play ended, in JSON, and by instant of `MARKS` the URL of a database that nobody touches any more."""

    ended: dict[str, Any]
    kept: dict[str, str]
    copy: Copy


def _play(url: str, copy: Copy) -> str:
    """Play it on a migrated database; what a shelf is, in JSON."""
    database = Database(url, BOOK)
    played = Play(database, calendar(), read_pack(PACK), instant(END), "省办")
    Scene.begin(database, at=BEGUN)
    database.dispose()
    wanted, kept = list(MARKS), {BEGUN: copy(url)}
    for at in played.steps():
        if at >= instant(wanted[0]):
            assert at == instant(wanted[0])
            counted(database)
            database.dispose()
            kept[wanted.pop(0)] = copy(url)
        if not wanted:
            break
    ended = played.ended().as_json()
    database.dispose()
    return json.dumps({"ended": ended, "kept": kept})


def shelf(originals: Originals) -> Shelf:
    """The shelf on that kind of database, played once a run."""
    server = originals.server
    copy, at = (copy_file, "sqlite") if server is None else (copy_on_server, str(sa.make_url(server).port))

    def make(path: Path) -> None:
        file = originals.file(MIGRATED)
        url = copy_file(f"sqlite:///{file}") if server is None else created(server, file.read_text(), "shelf")
        path.write_text(_play(url, copy))

    return Shelf(**json.loads(once(originals.folder / f"shelf.{at}", make).read_text()), copy=copy)
