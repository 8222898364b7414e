"""Leave what this release makes of a season, at several stages of the year, for later releases to be tried on.

`make release-fixture` writes `tests/fixtures/release-N.tar.xz`, N being the version of its calendars: the database at
each stage as SQLite says it in SQL, and the workbooks that play it on, packed together, for they share most of it.
"""

from __future__ import annotations

import io
import lzma
import sqlite3
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from calendars import files
from calendars.versions import current
from models import migrate
from models.database import Database
from phases.book import BOOK
from rehearsal.packs import read_pack
from rehearsal.play import Play
from tests.support.packs import DEMO
from tests.support.released import FIXTURES, STAGES
from tests.support.scenes import YEAR, instant


def release() -> Path:
    """Write the fixture of this release; give its path."""
    path = FIXTURES / f"release-{current()}.tar.xz"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in (*_pack(), *_stages()):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    path.write_bytes(lzma.compress(packed.getvalue(), preset=9 | lzma.PRESET_EXTREME))
    return path


def _stages() -> Iterator[tuple[str, bytes]]:
    """Play the season from stage to stage."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "release.db"
        database = Database(f"sqlite:///{file}", BOOK)
        migrate.upgrade(database)
        before = None
        for stage, until in STAGES.items():
            play = Play(database, files.load(YEAR), read_pack(DEMO), instant(until), "省级管理办公室")
            for _ in play.steps() if before is None else play.resume(instant(before)):
                pass
            assert not play.unmet, play.unmet
            before = until
            database.dispose()
            with closing(sqlite3.connect(file)) as source:
                yield f"{stage}.sql", "\n".join([*source.iterdump(), ""]).encode()


def _pack() -> Iterator[tuple[str, bytes]]:
    """The season's workbooks, unpacked within themselves: what they share is then kept once."""
    for path in sorted(DEMO.rglob("*.*")):
        data = path.read_bytes()
        yield f"pack/{path.relative_to(DEMO)}", _stored(data) if path.suffix == ".xlsx" else data


def _stored(workbook: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as packed, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as plain:
        for part in packed.infolist():
            plain.writestr(zipfile.ZipInfo(part.filename, part.date_time), packed.read(part))
    return made.getvalue()


if __name__ == "__main__":
    release()
