"""Addresses that no page links to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from sqlalchemy import update

from calendars.deadlines import TZ
from dashboard.acts.once import form_token
from dashboard.serving.app import make_app
from dashboard.serving.instants import EARLIEST, sensible
from dashboard.serving.row_ids import LARGEST
from models.columns import table_of
from models.tables.season import ProgrammeYear
from tests.support import routes
from tests.support.window import ADMIN, Window

NOW = datetime(2022, 2, 7, 9, tzinfo=TZ)
HUGE = "9" * 20


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (datetime(2022, 1, 20, 9), datetime(2022, 1, 20, 9, tzinfo=TZ)),  # noqa: DTZ001 -- as it is typed
        (datetime(2022, 1, 20, 1, tzinfo=UTC), datetime(2022, 1, 20, 9, tzinfo=TZ)),
        (datetime(2022, 2, 8, 9, tzinfo=TZ), NOW),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), NOW),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), EARLIEST),
    ],
)
def test_whatever_instant_is_typed_is_one_that_can_be_shown(typed: datetime, shown: datetime) -> None:
    assert sensible(typed, NOW) == shown


@pytest.mark.parametrize("year", [HUGE, "1999", "3000"])
def test_a_year_that_cannot_be_is_not_there(window: Window, year: str) -> None:
    admin = window.as_(ADMIN)
    assert admin.get(f"/{year}").status_code == 404
    assert admin.get(f"/api/v1/years/{year}/status").status_code == 404
    assert admin.submit(f"/{year}/clock", once=form_token(), to="day").status_code == 404


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00%2B14:00", "0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_the_edges_of_time_are_shown_as_what_they_are_near(window: Window, as_of: str) -> None:
    admin = window.as_(ADMIN)
    for address in ("/2022", "/api/v1/years/2022/status", "/api/v1/years/2022/log"):
        assert admin.get(f"{address}?as_of={as_of}").status_code == 200, address


@pytest.mark.parametrize("number", [HUGE, str(LARGEST + 1), "0"])
def test_a_number_that_no_row_can_have_is_not_there(window: Window, number: str) -> None:
    admin = window.as_(ADMIN)
    pages = [f"/users/{number}", f"/2022/letters/{number}", f"/2022/letters/{number}/html"]
    forms = [f"/users/{number}/{act}" for act in ("reset", "disable", "enable")]
    forms += [f"/2022/letters/{number}/receipt", f"/2022/offices/contacts/{number}/end"]
    found = {address: admin.get(address).status_code for address in pages}
    found |= {address: admin.submit(address, once=form_token(), office="province").status_code for address in forms}
    assert found == dict.fromkeys([*pages, *forms], 404)
    assert admin.get(f"/2022/acts/settle?letter={number}").status_code < 500
    assert admin.submit("/2022/acts/settle/preview", letter=number, found="sent").status_code in {200, 422}
    assert admin.get(f"/audit?account={number}&before={number}").status_code < 500
    assert admin.get(f"/api/v1/years/2022/letters/{number}").status_code == 422


def test_every_whole_number_in_an_address_is_bounded(window: Window) -> None:
    numbers = {
        (route.path, one.alias): [getattr(bound, "le", None) for bound in one.field_info.metadata]
        for route in routes.routes(make_app(window.site))
        for one in parameters(route.dependant)
        if one.field_info.annotation is int and one.alias != "year"
    }
    assert [where for where, bounds in numbers.items() if LARGEST not in bounds] == []
    assert len(numbers) > 5


def parameters(dependant: Dependant) -> list[ModelField]:
    return [*dependant.path_params, *(one for inner in dependant.dependencies for one in parameters(inner))]


@pytest.mark.parametrize("address", ["/2022", "/api/v1/years/2022/status"])
def test_a_calendar_that_only_a_newer_program_reads_is_not_to_be_asked_for_again(window: Window, address: str) -> None:
    admin, table = window.as_(ADMIN), table_of(ProgrammeYear)
    with window.database.write() as connection:
        connection.execute(update(table).values(calendar="version = 99"))
    answer = admin.get(address)
    assert (answer.status_code, "请先升级程序" in answer.text, "retry-after" in answer.headers) == (503, True, False)
