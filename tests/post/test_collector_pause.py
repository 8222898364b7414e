"""What was alive is left out of collections while much is done, and for good where a process began so."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from post.collector_pause import undisturbed


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    gc.freeze()


def test_what_is_alive_is_left_out_for_the_time_being() -> None:
    gc.unfreeze()
    with undisturbed():
        within = gc.get_freeze_count()
    assert (within > 0, gc.get_freeze_count()) == (True, 0)


def test_what_a_process_left_out_at_its_start_stays_so() -> None:
    gc.freeze()
    before = gc.get_freeze_count()
    with undisturbed():
        assert gc.get_freeze_count() == before
    assert gc.get_freeze_count() == before
