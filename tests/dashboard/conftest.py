"""A window on the season of 2022 as it stood on the morning of 7 February, with everybody signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboard.serving.arrival import Arrival
from dashboard.serving.forgery import SAFE
from tests.support.twins import sends

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

LOOKS = pytest.param("sqlite", id="sqlite alone")


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Leave what only looks at the season on SQLite: who sends a form through the window does so on both databases."""
    fixtures = [vars(metafunc.module)[name] for name in metafunc.fixturenames if name in vars(metafunc.module)]
    if {"season_url", "planted_url"} & {*metafunc.fixturenames} and not sends(metafunc.function, fixtures):
        metafunc.definition.add_marker(pytest.mark.parametrize("kind", [LOOKS], indirect=True))


@pytest.fixture(autouse=True)
def nothing_is_sent(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold to that: where a test has no twin on PostgreSQL, a site on SQLite takes no form, whoever sends it."""
    where = request.node.callspec.id if hasattr(request.node, "callspec") else ""
    if "kind" in request.fixturenames and str(LOOKS.id) not in where:
        return
    arrive = Arrival.__call__

    async def take(self: Arrival, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method", "GET") not in SAFE:
            embedded = scope["app"].state.site.database.embedded
            assert not embedded, "这项测试提交了表单，却只在 SQLite 上运行；见 tests/support/twins.py"
        await arrive(self, scope, receive, send)

    monkeypatch.setattr(Arrival, "__call__", take)
