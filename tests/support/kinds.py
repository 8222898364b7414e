"""The kinds of database that a test is run on, where it is not both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from zlib import crc32

import pytest

ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"])
"""For what takes long and asks nothing that the other kind would answer otherwise."""

MANY_CITIES = {"sqlite": 130, "postgresql": 39}
"""How many cities show that nothing is asked once a city."""

KINDS = ("sqlite", "postgresql")
FEW = 3
"""Up to so many cases of a test are run on both kinds each."""


def spared(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """What is not run of tests with more than a few cases: half of the cases on one kind, the others on the other.

    So every case is run, and every test on both kinds. Which is where looks random, so that it follows no parameter.
    """
    tests: defaultdict[str, defaultdict[str, list[pytest.Item]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        said = getattr(item, "callspec", None)
        if said is not None and said.params.get("kind") in KINDS:
            test, _, case = item.nodeid.partition("[")
            tests[test][case.replace(said.params["kind"], "", 1)].append(item)
    return [
        cases[case][number % len(KINDS)]
        for cases in tests.values()
        if len(cases) > FEW
        for number, case in enumerate(sorted(cases, key=lambda case: crc32(case.encode())))
        if len(cases[case]) == len(KINDS)
    ]
