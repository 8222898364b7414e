from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from post.evidence.log_times import instant

Zone = Callable[[str], None]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    def set_to(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_to
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("when", "at", "found"),
    [
        ("2022-11-22T23:59:48.123456+00:00", "2022-11-23T00:10+00:00", "2022-11-22T23:59:48.123456+00:00"),
        ("2022-11-23T07:59:48.123456+08:00", "2022-11-23T00:10+00:00", "2022-11-22T23:59:48.123456+00:00"),
        ("2022-11-23T07:59:48", "2022-11-23T00:10+00:00", "2022-11-22T23:59:48+00:00"),
        ("2022-11-22T23:59:48Z", "2022-11-23T00:10+00:00", "2022-11-22T23:59:48+00:00"),
        ("Nov 23 07:59:48", "2022-11-23T00:10+00:00", "2022-11-22T23:59:48+00:00"),
        ("Nov  3 07:59:48", "2022-11-23T00:10+00:00", "2022-11-02T23:59:48+00:00"),
        ("Dec 31 23:59:59", "2023-01-01T00:00:01+08:00", "2022-12-31T23:59:59+08:00"),
        ("Jan  1 00:00:01", "2022-12-31T23:59:59+08:00", "2023-01-01T00:00:01+08:00"),
        ("Jan  1 00:00:01", "2022-12-31T16:00:05+00:00", "2023-01-01T00:00:01+08:00"),
        ("Feb 29 08:00:00", "2024-03-01T00:00+08:00", "2024-02-29T08:00:00+08:00"),
        ("Feb 29 08:00:00", "2026-03-01T00:00+08:00", "2024-02-29T08:00:00+08:00"),
    ],
)
def test_a_line_s_time_is_read_in_both_formats(zone: Zone, when: str, at: str, found: str) -> None:
    zone("Asia/Shanghai")
    assert instant(when, datetime.fromisoformat(at)) == datetime.fromisoformat(found)


@pytest.mark.parametrize("when", ["1669161588.123", "Nov 31 00:00:00", "Nov 22 25:00:00", "Nov 22", "yesterday"])
def test_what_is_no_time_is_said_to_be_none(when: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        instant(when, datetime.fromisoformat("2022-11-23T00:10+00:00"))
