"""A disk that takes no more is named on the page: whoever looks after the machine can do something about it."""

from __future__ import annotations

import errno

import pytest
from fastapi import Request
from sqlalchemy.exc import OperationalError

from dashboard.serving.failures import DISK, away, broken

REQUEST = Request({"type": "http", "method": "POST", "path": "/api/v1/x", "headers": [], "query_string": b""})


def test_a_full_disk_is_no_defect() -> None:
    """The database says it, or a file that was being taken in; what is wrong with a statement stays one."""
    said = [
        away(REQUEST, OperationalError("", {}, Exception("database or disk is full"))),
        broken(REQUEST, OSError(errno.ENOSPC, "No space left on device")),
    ]
    assert [(one.status_code, DISK in bytes(one.body).decode(), one.headers["retry-after"]) for one in said] == [
        (503, True, "10")
    ] * 2
    assert broken(REQUEST, OSError(errno.EIO, "x")).status_code == 500
    with pytest.raises(OperationalError):
        away(REQUEST, OperationalError("", {}, Exception("near SELECT: syntax error")))
