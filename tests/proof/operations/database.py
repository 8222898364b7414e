"""What may befall the database of an office, of either kind, short enough for every day."""

from __future__ import annotations

from pathlib import Path

from tests import postgres
from tests.proof import hands
from tests.proof.operations import interrupted, storage
from tests.proof.operations.interrupted import ACTS, TICKS, Away, Full, done_again, looked_at, posted
from tests.proof.operations.rows import Findings
from tests.proof.templates import Template

AWAY, FULL = "PostgreSQL shut down at once", "disk full"
LOCKED = ("year locked by another (PostgreSQL)", "database locked by another (SQLite)")
RESTORED = "yesterday's backup restored"
HELD_SECONDS, AWAY_SECONDS = 1.0, 0.5


def on_a_server(cluster: postgres.Cluster, times: int) -> tuple[Findings, Findings]:
    """A server that is shut down at once, each time at another statement of whoever uses it."""
    empty = Template.on(cluster.address, "empty")
    season = empty.filled("season", interrupted.prepare)
    return _on_a_server(Away(cluster), season, empty, times), _on_a_server_unguarded(Away(cluster), season, empty)


def _on_a_server(away: Away, season: Template, empty: Template, times: int) -> Findings:
    yield f"{AWAY}, during acts", done_again(season, ACTS, away, times)
    yield f"{AWAY}, during a tick of watch", done_again(season, TICKS, away, times)
    yield f"{AWAY}, during the post", posted(empty, away, times, lasts=AWAY_SECONDS)
    yield f"{AWAY}, during page loads", looked_at(season, away, times)
    yield LOCKED[0], storage.locked(season, HELD_SECONDS, 1)


def _on_a_server_unguarded(away: Away, season: Template, empty: Template) -> Findings:
    with interrupted.each_statement_by_itself():
        yield f"{AWAY}, during acts", done_again(season, ACTS, away, 1)
    yield f"{AWAY}, during a tick of watch", done_again(season, TICKS, away, 1, again=False)
    yield f"{AWAY}, during the post", posted(empty, away, 1, interrupted.without_trying_again, lasts=AWAY_SECONDS)
    with interrupted.every_error_a_defect():
        yield f"{AWAY}, during page loads", looked_at(season, away, 1)
    with storage.without_patience():
        yield LOCKED[0], storage.locked(season, HELD_SECONDS, 1)


def in_a_file(folder: Path, times: int) -> tuple[Findings, Findings]:
    """A file of SQLite on a disk that is full, locked by another, put back from a backup."""
    empty = Template.at(folder / "empty.db")
    season = empty.filled("season", interrupted.prepare)
    return _in_a_file(season, empty, times), _in_a_file_unguarded(season, empty)


def _in_a_file(season: Template, empty: Template, times: int) -> Findings:
    yield f"{FULL}, during acts", done_again(season, ACTS, Full(), times)
    yield f"{FULL}, during a tick of watch", done_again(season, TICKS, Full(), times)
    yield f"{FULL}, during the post", posted(empty, Full(), times)
    yield LOCKED[1], storage.locked(season, HELD_SECONDS, 1)
    yield RESTORED, storage.restored(empty)


def _in_a_file_unguarded(season: Template, empty: Template) -> Findings:
    with interrupted.each_statement_by_itself():
        yield f"{FULL}, during acts", done_again(season, ACTS, Full(), 1)
    yield f"{FULL}, during a tick of watch", done_again(season, TICKS, Full(), 1, again=False)
    yield f"{FULL}, during the post", posted(empty, Full(), 1, hands.without_a_look_at_the_log)
    with storage.without_patience():
        yield LOCKED[1], storage.locked(season, HELD_SECONDS, 1)
    with storage.knowing_nothing_of_it():
        yield RESTORED, storage.restored(empty)
