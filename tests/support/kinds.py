"""The kinds of database that a test is run on, where it is not both."""

from __future__ import annotations

import pytest

ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"])
"""For what takes long and asks nothing that the other kind would answer otherwise."""

MANY_CITIES = {"sqlite": 130, "postgresql": 39}
"""How many cities show that nothing is asked once a city."""
