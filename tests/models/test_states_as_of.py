"""One city's phases at an instant are those of the matrix, read with two statements."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models.reports import matrix
from models.standing import opened
from models.states_as_of import seen
from tests.support.window import UNTIL, YEAR, Window


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=1), timedelta(days=20), timedelta(days=330)])
def test_a_city_stands_as_the_matrix_says(window: Window, later: timedelta) -> None:
    as_of: datetime = UNTIL + later
    with window.database.read() as connection:
        whole = matrix(connection, YEAR, as_of)
        for city, phases in whole.cities.items():
            found = seen(connection, opened(connection, YEAR).year, city, as_of)
            assert [(one.phase, one.state, one.attempt, one.due) for one in found.values()] == [
                (one.phase, one.state, one.attempt, one.due) for one in phases
            ]
