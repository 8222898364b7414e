"""The season of the pack, played once on each kind of database and kept as it stood at a few instants."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from models.database import Database
from phases.book import BOOK
from rehearsal.packs import read_pack
from rehearsal.play import Play, Rehearsed
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
    source = sa.make_url(url)
    name = f"shelf_{uuid.uuid4().hex}"
    engine = sa.create_engine(source.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{source.database}"')
    return source.set(database=name).render_as_string(hide_password=False)


@dataclass
class Shelf:
    """How the play ended, and by instant of `MARKS` the URL of a database that nobody touches any more."""

    ended: Rehearsed
    kept: dict[str, str]
    copy: Copy


def play(url: str, copy: Copy) -> Shelf:
    database = Database(url, BOOK)
    played = Play(database, calendar(), read_pack(PACK), instant(END), "省办")
    Scene.begin(database, at=BEGUN)
    database.dispose()
    wanted, kept = list(MARKS), {BEGUN: copy(url)}
    for at in played.steps():
        if at >= instant(wanted[0]):
            assert at == instant(wanted[0])
            database.dispose()
            kept[wanted.pop(0)] = copy(url)
        if not wanted:
            break
    ended = played.ended()
    database.dispose()
    return Shelf(ended, kept, copy)
