"""The kinds of database that a test is run on, where it is not both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from zlib import crc32

import pytest

ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"])
"""For what takes long and asks nothing that the other kind would answer otherwise."""

EACH_ON_BOTH = pytest.mark.each_on_both
"""For a module in a room of `SPEAKING` that is about what the kinds do otherwise: locks, and what happens at once."""

SPEAKING = ("tests/acts/", "tests/commands/", "tests/phases/", "tests/season/")
"""Rooms whose tests ask what is done, owed and said: the statements are those of `models/` and the same all over."""

MANY_CITIES = {"sqlite": 130, "postgresql": 39}
"""How many cities show that nothing is asked once a city."""

KINDS = ("sqlite", "postgresql")
FEW = 3
"""Up to so many cases of a group are run on both kinds each."""


def spared(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """What is not run of groups with more than a few cases: half of the cases on one kind, the others on the other.

    So every case is run, and every group on both kinds. Which is where looks random, so that it follows no parameter.
    """
    groups: defaultdict[str, defaultdict[str, list[pytest.Item]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        said = getattr(item, "callspec", None)
        if said is not None and said.params.get("kind") in KINDS:
            groups[_group(item)][item.nodeid.replace(said.params["kind"], "", 1)].append(item)
    return [
        cases[case][number % len(KINDS)]
        for cases in groups.values()
        if len(cases) > FEW
        for number, case in enumerate(sorted(cases, key=lambda case: crc32(case.encode())))
        if len(cases[case]) == len(KINDS)
    ]


def _group(item: pytest.Item) -> str:
    """A test with its cases; of the rooms that say no statement of their own, a module with its tests."""
    test = item.nodeid.partition("[")[0]
    module = test.partition("::")[0]
    spoken = module.startswith(SPEAKING) and item.get_closest_marker(EACH_ON_BOTH.name) is None
    return module if spoken else test
