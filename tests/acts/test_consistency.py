"""What can never be is found, each kind of it, and nothing in a season that was played as it should be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text, update

from acts.consistency import MOMENTS, TOTALS, TRAINED, contradictions
from models.columns import table_of
from models.invariants import INVARIANTS
from models.tables.season import ProgrammeYear
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import Scene, instant
from tests.support.shelf import BEFORE_YANCHENG, BEGUN, END, MARKS

Played = Callable[[str], Scene]
(
    LOG, STANDS, WHEN, FILINGS, LETTERS, BELONGS, WHOLE, CHAIN, PURGED, AWARDS, NUMBERS, CONSENTS
) = (name for name, _ in INVARIANTS)  # fmt: skip
YANCHENG = "phase = 'shortlist' AND city = 'yancheng'"
NANJING = "phase = 'shortlist' AND city = 'nanjing'"
LAST = f"(SELECT max(id) FROM transition WHERE {NANJING})"
FIRST = f"(SELECT min(id) FROM transition WHERE {NANJING})"
ONE = "(SELECT min(id) FROM letter WHERE recipient = 'city:nanjing')"

AWARD = (
    '(year, city, kind, name, place, subject, grade, "by", at, as_of, whose, number, edition, token) '
    "VALUES (2022, 'nanjing', 'appointment', '', '', '', '', '', '2022-01-20', '2022-01-20', 'mentor:1',"
)

WAY = "(whose, way, address, \"by\", at) VALUES ('lead', 'sms', '13800000001', '', '2022-01-20')"
SHORT = (
    "(letter, whose, way, address, says, state, tries, due_at) "
    f"VALUES ({ONE}, 'lead', 'sms', '13800000001', '', 'sent', 1, '2022-01-20')"
)

CONSENT = (
    '(token, year, city, number, born, given, day, relation, way, wording, reason, "by", at, as_of) '
    "VALUES ('x', 2022, 'nanjing', '3201-2022-0001', '2010-05-06', 1, '2022-01-20', 'mother', 'paper', 'own', '', '', "
    "'2022-01-20', '2022-01-20')"
)
VOID = (
    '(record, year, city, reason, "by", at, as_of) '
    "SELECT min(id), 2022, 'nanjing', '登错', '', '2022-01-20', '2022-01-20' FROM guardian_consent"
)

IMPOSSIBLE = [
    (STANDS, f"UPDATE city_phase SET state = 'passed' WHERE {YANCHENG}"),
    (WHEN, f"UPDATE city_phase SET state = 'passed' WHERE {YANCHENG}"),
    (WHEN, f"UPDATE city_phase SET state = 'submitted' WHERE {YANCHENG}"),
    (STANDS, f"UPDATE city_phase SET attempt = 9 WHERE {YANCHENG}"),
    (STANDS, f"UPDATE city_phase SET moves = moves + 1 WHERE {YANCHENG}"),
    (STANDS, f"UPDATE city_phase SET passed_at = '2022-01-01 00:00:00.000000' WHERE {NANJING}"),
    (STANDS, f"UPDATE city_phase SET tally = '{{\"funded\": 65}}' WHERE {NANJING}"),
    (STANDS, f"DELETE FROM transition WHERE id = {LAST}"),
    (STANDS, "UPDATE transition SET city = 'atlantis' WHERE city = 'nanjing' AND phase = 'interview'"),
    (LOG, f"DELETE FROM transition WHERE id = {FIRST}"),
    (LOG, f"UPDATE transition SET to_state = 'overdue' WHERE id = {FIRST}"),
    (FILINGS, f"UPDATE city_phase SET filings = filings + 1 WHERE {NANJING}"),
    (FILINGS, f"DELETE FROM filing WHERE {NANJING}"),
    (LETTERS, f"UPDATE letter SET state = 'sent', sent_at = NULL WHERE id = {ONE}"),
    (LETTERS, f"UPDATE letter SET state = 'sending', claim = NULL WHERE id = {ONE}"),
    (LETTERS, f"UPDATE letter SET state = 'posted' WHERE id = {ONE}"),
    (LETTERS, f"UPDATE letter SET envelope = {ONE} WHERE recipient = 'city:wuxi'"),
    (LETTERS, f"UPDATE letter SET envelope = 999999 WHERE id = {ONE}"),
    (LETTERS, f"UPDATE letter SET concerns = 'atlantis' WHERE id = {ONE}"),
    (BELONGS, "UPDATE student SET city = 'atlantis' WHERE city = 'nanjing'"),
    (BELONGS, "DELETE FROM city_year WHERE city = 'nanjing'"),
    (WHOLE, f"DELETE FROM city_phase WHERE {NANJING}"),
    (CHAIN, f"UPDATE transition SET reason = '别的' WHERE id = {FIRST}"),
    (AWARDS, f"INSERT INTO award {AWARD} 2, 1, 'x')"),
    (AWARDS, f"INSERT INTO award {AWARD} 1, 2, 'x')"),
    (NUMBERS, f"INSERT INTO second_way {WAY}"),
    (NUMBERS, f"INSERT INTO short_message {SHORT}"),
    (CONSENTS, f"INSERT INTO guardian_consent {CONSENT}"),
    (CONSENTS, f"INSERT INTO consent_void {VOID}"),
    (PURGED, f"UPDATE transition SET purged = '{{}}' WHERE id = {FIRST}"),
]
GUARDS = [f"{table}_no_{verb}" for table in ("transition", "filing") for verb in ("update", "delete")]


def spoilt(scene: Scene, statement: str) -> list[tuple[str, str]]:
    """What is found once a database was spoilt past all that guards it."""
    with scene.database.write() as connection:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for guard in GUARDS:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {guard}"))
        changed = connection.execute(text(statement)).rowcount
        assert changed > 0
    return [(one.invariant, one.where) for one in contradictions(scene.database)]


@pytest.mark.parametrize("mark", [BEGUN, *MARKS])
def test_a_season_contradicts_itself_at_no_moment(played: Played, mark: str) -> None:
    scene = played(mark)
    with scene.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(clock=instant(mark)))
    assert contradictions(scene.database) == []


@ON_SQLITE
@pytest.mark.parametrize(("invariant", "statement"), IMPOSSIBLE)
def test_what_can_never_be_is_found(played: Played, invariant: str, statement: str) -> None:
    assert invariant in {name for name, _ in spoilt(played(BEFORE_YANCHENG), statement)}


@ON_SQLITE
def test_a_total_that_the_rows_do_not_add_up_to_is_found(played: Played) -> None:
    statement = "UPDATE interview SET funding = 'self' WHERE city = 'nanjing' AND funding <> 'self'"
    assert spoilt(played(END), statement) == [(TOTALS, "interview/nanjing")]


@ON_SQLITE
def test_who_is_in_training_and_no_student_is_found(played: Played) -> None:
    statement = "DELETE FROM student WHERE city = 'nanjing'"
    assert (TRAINED, "nanjing") in spoilt(played(END), statement)


@ON_SQLITE
def test_a_letter_that_was_owed_and_is_not_there_is_found(played: Played) -> None:
    scene = played(BEFORE_YANCHENG)
    with scene.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(clock=instant(BEFORE_YANCHENG)))
    owed = f"kind = 'overdue' AND {YANCHENG.replace('city =', 'concerns =')}"
    assert spoilt(scene, f"DELETE FROM letter WHERE {owed}") == [(MOMENTS, "shortlist/yancheng")]
