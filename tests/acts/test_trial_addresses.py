"""A trial states addresses of parties of its own alone: those that another year knows are not its to change."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from acts.go_live import go_live
from acts.know_addresses import know_addresses
from acts.open_year import open_year
from calendars import files
from models import party_addresses
from models.columns import table_of
from models.database import Database
from models.loading import register
from models.tables.pool import StatedAddress
from models.tables.season import Letter
from tests.support.scenes import NANJING, OPENING, WUXI, YEAR, Scene, calendar, stamp
from tests.support.shared_addresses import AT, LATER, NEW, OLD, address, again, file, waiting

BESIDE, MENTOR = 2026, ("mentor", "共用导师", "共用大学")
INVENTED = "invented@unit.example"


@pytest.fixture
def both(database: Database) -> Scene:
    """One year is live, another is tried."""
    scene = Scene(database, calendar(2))
    assert open_year(database, files.load(BESIDE), stamp(OPENING)).done
    assert open_year(database, scene.year, stamp(OPENING), trial="trial@kepu.example").done
    return scene


def said_beside(scene: Scene, email: str, city: str = NANJING) -> int:
    """The live year names the mentor; give its party."""
    with scene.database.write(BESIDE) as connection:
        party = register(connection, [MENTOR])[MENTOR]
        said = party_addresses.hold_known(connection, BESIDE, city, "mentor", {party: email}, stamp(OPENING))
        assert (said.replaced, said.awaiting, said.left) == ((), (), ())
    return party


def written_beside(scene: Scene, party: int, email: str, state: str) -> None:
    """A letter of the live year to the mentor, as one of the trial is."""
    letter = table_of(Letter)
    with scene.database.write(BESIDE) as connection:
        row = dict(connection.execute(select(letter).limit(1)).mappings().one())
        mine = {"year": BESIDE, "recipient": f"mentor:{party}", "address": email, "state": state}
        row = {name: value for name, value in row.items() if name != "id"} | mine | {"message_id": "<beside@a.example>"}
        connection.execute(insert(letter).values(row))


def beside(scene: Scene) -> list[tuple[str, str]]:
    letter = table_of(Letter)
    with scene.database.read() as connection:
        query = select(letter.c.address, letter.c.state).where(letter.c.year == BESIDE)
        return [tuple(row) for row in connection.execute(query.where(letter.c.recipient.like("mentor:%")))]


def stated(scene: Scene) -> list[tuple[int, str, str]]:
    table = table_of(StatedAddress)
    with scene.database.read() as connection:
        query = select(table.c.year, table.c.office, table.c.email).order_by(table.c.id)
        return [tuple(row) for row in connection.execute(query)]


@pytest.mark.parametrize("typed", [INVENTED, OLD])
def test_a_trial_leaves_a_live_years_address_and_letters_alone_and_so_does_its_end(both: Scene, typed: str) -> None:
    party = said_beside(both, OLD)
    both.advance("2021-12-31T10:00")
    written_beside(both, party, OLD, "queued")
    said = [file(both, city, typed) for city in (NANJING, WUXI)]
    assert [("试运行期间不改" in one.message, one.done) for one in said] == [(True, True)] * 2
    assert waiting(both) == ()
    line = f"{MENTOR[1]}，{MENTOR[2]}，{INVENTED}"
    refused = know_addresses(both.database, YEAR, NANJING, stamp(AT), kind="mentor", lines=line)
    assert "试运行期间不改" in refused.message
    assert (address(both), beside(both)) == (OLD, [(OLD, "queued")])
    assert go_live(both.database, YEAR, stamp(LATER)).done
    assert (address(both), beside(both), stated(both)) == (OLD, [(OLD, "queued")], [(BESIDE, NANJING, OLD)])


def test_a_letter_of_a_live_year_that_waits_for_an_address_does_not_go_where_a_trial_says(both: Scene) -> None:
    with both.database.write(BESIDE) as connection:
        party = register(connection, [MENTOR])[MENTOR]
    both.advance("2021-12-31T10:00")
    written_beside(both, party, "", "held")
    assert file(both, NANJING, INVENTED).done
    assert (address(both), beside(both)) == ("", [("", "held")])


def test_what_a_trial_said_of_its_own_may_change_in_it_and_goes_with_it(both: Scene) -> None:
    assert file(both, NANJING, INVENTED).done
    assert again(both, NANJING, NEW, LATER).done
    assert (address(both), address(both, "institution", MENTOR[2])) == (NEW, "kyc@unit.example")
    assert go_live(both.database, YEAR, stamp(LATER)).done
    assert (address(both), address(both, "institution", MENTOR[2]), stated(both)) == ("", "", [])


@pytest.mark.parametrize("city", [NANJING, WUXI])
def test_what_a_trial_said_ends_where_a_live_year_names_its_party(both: Scene, city: str) -> None:
    assert file(both, NANJING, INVENTED).done
    said_beside(both, OLD, city)
    assert (address(both), waiting(both)) == (OLD, ())
    assert again(both, NANJING, INVENTED, LATER).done
    assert address(both) == OLD
    assert go_live(both.database, YEAR, stamp(LATER)).done
    assert (address(both), stated(both)) == (OLD, [(BESIDE, city, OLD)])
