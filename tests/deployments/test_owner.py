"""Where tables belong to another role, the programme's own plays a season and can change neither tables nor record."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from acts.consistency import contradictions
from deployments.backups import back_up
from deployments.purging import purge
from deployments.restoring import move, restore
from deployments.up import up
from deployments.upgrading import apart, upgrade
from models import owner, record_chain, snapshots
from models.database import Database
from models.migrate import NotOwner, prepared
from models.owner import OthersTables
from models.record_chain import GONE
from phases.book import BOOK
from settings import BackupSettings, DatabaseSettings, Settings
from tests.support.scenes import OPENING, Scene, instant, stamp

pytestmark = pytest.mark.parametrize("kind", ["postgresql"])
FORBIDDEN = "must be owner|permission denied"


@dataclass
class TwoRoles:
    """A database without a table, as its owner's and as another role's; neither is a superuser."""

    owner_url: str
    own: Database
    settings: Settings

    def with_owner_url(self, url: str) -> Settings:
        """Give the settings with another spelling of an owner."""
        return Settings(database=DatabaseSettings(url=self.own.url, owner_url=url))


@pytest.fixture
def roles(empty_database_url: str) -> Iterator[TwoRoles]:
    mark, anybody = uuid.uuid4().hex, Database(empty_database_url, BOOK)
    pages, maker = f"pages_{mark}", f"owner_{mark}"
    database = str(make_url(empty_database_url).database)
    with anybody.write() as connection:
        for statement in (
            f"CREATE ROLE {pages} LOGIN",
            f"CREATE ROLE {maker} LOGIN",
            f'ALTER DATABASE "{database}" OWNER TO {maker}',
        ):
            connection.execute(text(statement))
        superuser = connection.execute(text("SELECT current_user")).scalar_one()
    anybody.dispose()  # nobody else has it open
    url, owner_url = (
        make_url(empty_database_url).set(username=name).render_as_string(hide_password=False) for name in (pages, maker)
    )
    own = Database(url, BOOK)
    yield TwoRoles(owner_url, own, Settings(database=DatabaseSettings(url=url, owner_url=owner_url)))
    own.dispose()
    with anybody.write() as connection:
        connection.execute(text(f'REASSIGN OWNED BY {pages}, {maker} TO "{superuser}"'))
        connection.execute(text(f"DROP OWNED BY {pages}, {maker}"))
        connection.execute(text(f"DROP ROLE {pages}, {maker}"))
    anybody.dispose()


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


def test_one_role_spelt_twice_keeps_all_its_rights(roles: TwoRoles, tmp_path: Path) -> None:
    """The database's URL is kept with its driver named: compared as they are written, the two were two roles."""
    plain = roles.owner_url.replace("postgresql+psycopg://", "postgresql://", 1)
    own = Database(plain, BOOK)
    settings = Settings(database=DatabaseSettings(url=plain, owner_url=plain))
    upgrade(own, settings, tmp_path, instant(OPENING))
    assert apart(own, settings) is None
    with own.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
    own.dispose()


def test_a_server_named_otherwise_is_the_same_server(roles: TwoRoles) -> None:
    url = make_url(roles.owner_url)
    other = url.set(host="localhost" if url.host == "127.0.0.1" else "127.0.0.1")
    role = make_url(roles.own.url).username
    for one in (url, other):
        assert apart(roles.own, roles.with_owner_url(one.render_as_string(hide_password=False))) == role


def test_a_new_owner_is_told_whose_the_tables_are_and_nobody_loses_a_right(roles: TwoRoles, tmp_path: Path) -> None:
    former, new = (make_url(url).username for url in (roles.owner_url, roles.own.url))
    pages = Database(roles.owner_url, BOOK)  # who made the tables, and works on them from now on
    upgrade(pages, Settings(database=DatabaseSettings(url=roles.owner_url)), tmp_path, instant(OPENING))
    settings = Settings(database=DatabaseSettings(url=roles.owner_url, owner_url=roles.own.url))
    with pytest.raises(OthersTables) as refused:
        upgrade(pages, settings, tmp_path, instant(OPENING))
    assert (f"归账户 {former}" in str(refused.value), f"的 {new}；" in str(refused.value)) == (True, True)
    with pages.write() as connection, pytest.raises(OthersTables):
        owner.permit(connection, str(former))
    with pages.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
    pages.dispose()


def test_a_backup_is_put_back_by_the_role_and_stays_its_owners(roles: TwoRoles, tmp_path: Path) -> None:
    kept = BackupSettings(passphrase=SecretStr("thirteen words apart"), folder=tmp_path / "backups")
    settings = roles.settings.model_copy(update={"backup": kept, "letters": tmp_path / "letters"})
    upgrade(roles.own, settings, tmp_path, instant(OPENING))
    scene = Scene.begin(roles.own)
    scene.advance(OPENING)
    back_up(roles.own, settings, tmp_path, tmp_path / "a.backup", instant(OPENING))
    rows = snapshots.counts(roles.own)
    scene.file("mentor-recommendation", "nanjing")
    done = restore(roles.own, settings, tmp_path, tmp_path / "a.backup", stamp(OPENING), "试验")
    assert done.comparison.since is not None
    assert done.comparison.since.moves > 0
    found = snapshots.counts(roles.own)
    assert {table: found[table] - rows[table] for table in rows if found[table] != rows[table]} == {
        "restoration": 1, "audit": 1, "chain_link": 1,
    }  # fmt: skip
    assert contradictions(roles.own) == []
    with roles.own.read() as connection:
        assert owner.role_of(connection) == make_url(roles.own.url).username
        tables = connection.execute(text("SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'"))
        assert [row[0] for row in tables] == [make_url(roles.owner_url).username]
    with pytest.raises(DBAPIError, match=FORBIDDEN), roles.own.write() as connection:
        connection.execute(text("UPDATE transition SET reason = 'x'"))


def test_the_owner_too_sees_that_the_role_has_it_open(roles: TwoRoles, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another role's sessions the server says little to whoever is no superuser: not even what they are."""
    monkeypatch.setattr(snapshots, "LEAVING_SECONDS", 0.1)
    maker = Database(roles.owner_url, BOOK)
    snapshots.alone(maker)
    with roles.own.engine.connect(), pytest.raises(snapshots.InUse):
        snapshots.alone(maker)
    maker.dispose()


def test_the_role_purges_as_the_owner_and_may_not_itself(roles: TwoRoles, tmp_path: Path) -> None:
    upgrade(roles.own, roles.settings, tmp_path, instant(OPENING))
    Scene.begin(roles.own).advance(OPENING)
    with roles.own.write() as connection:
        connection.execute(text("UPDATE programme_year SET closed_as_of = '2022-12-31'"))
    found = purge(roles.own, roles.settings, tmp_path, stamp("2026-01-05T09:00"), "到期")
    assert "transition" in {one.table for one in found}
    with roles.own.read() as connection:
        assert set(connection.execute(text("SELECT by FROM transition")).scalars()) == {GONE}
        assert list(record_chain.misfits(connection)) == []
    with pytest.raises(DBAPIError, match=FORBIDDEN), roles.own.write() as connection:
        connection.execute(text("UPDATE transition SET reason = 'x'"))
