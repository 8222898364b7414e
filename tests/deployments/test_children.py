from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deployments import children
from deployments.children import Child

SLEEPS = "import time; print('ready', flush=True); time.sleep(60)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPS


def child(folder: Path, code: str) -> Child:
    return Child("c", [sys.executable, "-c", code], os.environ, folder / "log" / "c.log")


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_is_started_once_and_writes_to_a_log_of_its_owners(tmp_path: Path) -> None:
    one = child(tmp_path, SLEEPS)
    assert [one.keep(), one.keep()] == [True, False]
    until(lambda: one.log.read_text() == "ready\n")
    assert stat.S_IMODE(one.log.stat().st_mode) == 0o600
    one.stop()
    assert one.process is not None
    assert one.process.returncode == -15


def test_one_that_dies_says_why_in_its_last_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LONGEST_PAUSE", 0.0)
    one = child(tmp_path, "import sys; print('密钥不能用。\\n', file=sys.stderr); sys.exit(1)")
    one.log.parent.mkdir()
    one.log.write_text("of an earlier one\n")
    until(one.keep)
    until(lambda: one.deaths > 0 or (not one.keep() and one.deaths > 0))
    assert one.said == "密钥不能用。"
    one.stop()


def test_one_that_was_killed_says_by_which_signal(tmp_path: Path) -> None:
    one = child(tmp_path, SLEEPS)
    one.keep()
    until(lambda: one.log.exists() and one.log.read_text() == "ready\n")
    one.stop()
    assert one.why() == "被信号 SIGTERM 结束"


@pytest.mark.slow
def test_one_that_dies_is_started_again_after_a_growing_pause(tmp_path: Path) -> None:
    one = child(tmp_path, "raise SystemExit(3)")
    one.keep()
    starts = []
    while one.deaths < 2:
        if one.keep():
            starts.append(one.started)
        time.sleep(0.02)
    one.stop()
    assert one.process is not None
    one.process.wait(20)
    assert starts[1] - starts[0] >= 2.0


def test_one_that_does_not_hear_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "PATIENCE", 0.3)
    one = child(tmp_path, DEAF)
    one.keep()
    until(lambda: one.log.exists() and one.log.read_text() == "ready\n")
    one.stop()
    assert one.process is not None
    assert one.process.returncode == -9


def test_stopping_what_does_not_run_is_nothing(tmp_path: Path) -> None:
    never, ended = child(tmp_path, SLEEPS), child(tmp_path, "")
    ended.keep()
    assert ended.process is not None
    ended.process.wait(20)
    never.stop()
    ended.stop()
    assert ended.process.returncode == 0
