"""Where tables belong to another role, the programme's own plays a season and can change neither tables nor record."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from acts.consistency import contradictions
from deployments.restoring import move
from deployments.up import up
from deployments.upgrading import upgrade
from models import snapshots
from models.database import Database
from models.migrate import NotOwner, prepared
from phases.book import BOOK
from settings import DatabaseSettings, Settings
from tests.support.scenes import OPENING, Scene, instant

pytestmark = pytest.mark.parametrize("kind", ["postgresql"])
FORBIDDEN = "must be owner|permission denied"


@dataclass
class TwoRoles:
    """A database without a table, as its owner's and as another role's."""

    owner_url: str
    own: Database
    settings: Settings


@pytest.fixture
def roles(empty_database_url: str) -> Iterator[TwoRoles]:
    name, owner = f"pages_{uuid.uuid4().hex}", Database(empty_database_url, BOOK)
    with owner.write() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN"))
    owner.dispose()  # nobody else has it open
    url = make_url(empty_database_url).set(username=name).render_as_string(hide_password=False)
    own = Database(url, BOOK)
    yield TwoRoles(empty_database_url, own, Settings(database=DatabaseSettings(url=url, owner_url=empty_database_url)))
    own.dispose()
    with owner.write() as connection:
        connection.execute(text(f"DROP OWNED BY {name}"))
        connection.execute(text(f"DROP ROLE {name}"))
    owner.dispose()


def test_a_season_is_played_by_a_role_that_changes_no_table_and_no_record(roles: TwoRoles, tmp_path: Path) -> None:
    upgrade(roles.own, roles.settings, tmp_path, instant(OPENING))
    scene = Scene.begin(roles.own)
    scene.advance(OPENING)
    scene.file("mentor-recommendation", "nanjing")
    assert contradictions(roles.own) == []
    for statement in (
        "ALTER TABLE transition DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_append_only ON audit",
        "CREATE TABLE mine (id integer)",
        "UPDATE transition SET reason = 'x'",
        "DELETE FROM chain_link",
        "TRUNCATE audit CASCADE",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        with pytest.raises(DBAPIError, match=FORBIDDEN), roles.own.write() as connection:
            connection.execute(text(statement))


def test_up_says_what_to_run_where_it_may_not_upgrade(
    roles: TwoRoles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TALENT_DATABASE__URL", roles.own.url)
    monkeypatch.setenv("TALENT_DATABASE__OWNER_URL", roles.owner_url)
    with pytest.raises(NotOwner, match="talent db upgrade"):
        up(tmp_path / "var")
    assert not prepared(roles.own)


def test_what_is_moved_there_is_its_owners_and_open_to_the_role(roles: TwoRoles, tmp_path: Path) -> None:
    with snapshots.opened(tmp_path / "talent.db", BOOK) as source:
        upgrade(source, roles.settings, tmp_path, instant(OPENING))
        Scene.begin(source).advance(OPENING)
        rows, _ = move(source, roles.own, roles.settings, tmp_path, instant(OPENING))
        assert rows > 0
    assert contradictions(roles.own) == []
