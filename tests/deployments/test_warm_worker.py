"""The worker's beginning: what nobody came to is dropped before anything is taken up."""

from __future__ import annotations

import asyncio

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.workers.process import ProcessWorker

from deployments import warm_worker
from deployments.warm_worker import WarmWorker


def test_beats_that_nobody_came_to_are_dropped_before_any_run_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    away = [True]

    async def drop(client: object, flow: str) -> None:
        assert client is here
        if away:
            raise ConnectionError(away.pop())
        done.append(f"drop {flow}")

    async def take_up(_: ProcessWorker) -> list[FlowRun]:
        done.append("take up")
        return []

    here = object()
    monkeypatch.setattr(warm_worker, "drop_missed", drop)
    monkeypatch.setattr(ProcessWorker, "get_and_submit_flow_runs", take_up)
    monkeypatch.setattr(WarmWorker, "client", here)
    worker = WarmWorker()
    with pytest.raises(ConnectionError):  # the loop asks again
        asyncio.run(worker.get_and_submit_flow_runs())
    for _ in range(2):
        asyncio.run(worker.get_and_submit_flow_runs())
    assert done == ["drop watch", "drop post", "take up", "take up"]
