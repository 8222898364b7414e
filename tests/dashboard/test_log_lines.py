"""The log of the window: what is said past `logging` stands in it as a line too, without what anybody typed."""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from typing import Any

import pytest

from dashboard.serving import log_lines

NAME = "王小明"


class Spoilt:
    """What fails as it is thrown away, where nobody can hear."""

    def __del__(self) -> None:
        raise ValueError(NAME)


def fail() -> None:
    raise KeyError(NAME)


def test_warnings_and_errors_that_nobody_hears_are_lines_without_a_word_of_theirs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun: list[logging.Handler] = []
    monkeypatch.setattr(logging, "basicConfig", lambda **given: begun.extend(given["handlers"]))
    for where, name in ((logging, "raiseExceptions"), (sys, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(where, name, getattr(where, name))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        log_lines.begin()
        (handler,) = begun
        logging.getLogger().addHandler(handler)
        try:
            warnings.warn(NAME, UserWarning, stacklevel=1)
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
            del (one := [Spoilt()])[0]
            sys.excepthook(OSError, OSError(NAME), None)
        finally:
            logging.getLogger().removeHandler(handler)
    said = capsys.readouterr().err
    lines: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
    assert (one, NAME in said) == ([], False)
    kinds = [str(line.get("error", line["event"])).partition(" ")[0] for line in lines]
    assert kinds == ["UserWarning", "KeyError", "ValueError", "OSError"]
