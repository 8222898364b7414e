"""What every release left at stages of the year is opened by this one, shown, and played on to the expected end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from calendars.versions import current
from gates.states import State
from models import histories, letterbox, migrate, standing
from models.database import Database
from models.reports import matrix
from phases.book import BOOK
from rehearsal.packs import read_pack
from rehearsal.play import Play, ends
from tests.support import released
from tests.support.packs import came_to, expected
from tests.support.released import STAGES
from tests.support.scenes import YEAR, instant

pytestmark = pytest.mark.slow

ENDS = ("rolls approved", "students evaluated")
"""Where the season begins and where it ends: what is played on from the first comes by all the others."""

LATE = ("midterm open", "students evaluated")
"""Played on from on PostgreSQL, of this release."""

PASSED = {
    "rolls approved": {"mentor-recommendation": 13},
    "interviews filed": {"mentor-recommendation": 13, "application": 13, "shortlist": 13},
    "midterm open": {"mentor-recommendation": 13, "application": 13, "shortlist": 13, "interview": 12, "meeting": 12},
}
"""How many cities had passed which phase, at the stages that say most."""

LEFT = [
    *(("sqlite", release, stage) for release in released.releases() for stage in ENDS),
    *(("postgresql", f"release-{current()}", stage) for stage in LATE),
]


@pytest.fixture
def left(release: str, stage: str, empty_database_url: str) -> Iterator[Database]:
    released.fill(empty_database_url, released.left(release, stage))
    opened = Database(empty_database_url, BOOK)
    migrate.upgrade(opened)
    yield opened
    opened.dispose()


def test_this_release_has_left_its_own() -> None:
    assert f"release-{current()}" in released.releases(), "run `make release-fixture`"


@pytest.mark.parametrize(("kind", "release", "stage"), LEFT, indirect=["kind"])
def test_it_is_shown_and_played_on_to_its_end(left: Database, release: str, stage: str, tmp_path: Path) -> None:
    at = instant(STAGES[stage])
    with left.read() as connection:
        opened = standing.opened(connection, YEAR)
        shown = matrix(connection, YEAR, at)
        log = histories.moves(connection, histories.Span(YEAR, at))
        letters = letterbox.listed(connection, YEAR, {})
        assert connection.execute(sa.text("SELECT count(*) FROM filing")).scalar_one() > 0
    passed = Counter(one.phase for city in shown.cities.values() for one in city if one.state is State.PASSED)
    assert passed == PASSED.get(stage, passed)
    assert (bool(log), bool(letters)) == (True, True)
    pack = released.pack(release, tmp_path)
    play = Play(left, opened.year, read_pack(pack), ends(opened.year), "省级管理办公室")
    for _ in play.resume(at):
        pass
    assert came_to(play.ended().as_json()) == expected(pack)
    assert play.unmet == []
