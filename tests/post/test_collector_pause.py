"""What was alive is left out of collections while much is done, and for good where a process began so."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from threading import Event

import pytest

from post import collector_pause
from post.collector_pause import leave_out_for_good, undisturbed


@pytest.fixture(autouse=True)
def nothing_left_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(collector_pause, "_for_good", Event())
    gc.unfreeze()
    yield
    gc.freeze()


def test_what_is_alive_is_left_out_for_the_time_being() -> None:
    with undisturbed():
        within = gc.get_freeze_count()
    assert (within > 0, gc.get_freeze_count()) == (True, 0)


def test_what_a_process_left_out_at_its_start_stays_so_and_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_out_for_good()
    before, count = gc.get_freeze_count(), gc.get_freeze_count
    monkeypatch.setattr(gc, "get_freeze_count", lambda: pytest.fail("counted, one by one"))
    with undisturbed():
        assert count() == before
    assert count() == before
