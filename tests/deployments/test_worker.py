"""The walk of a deadline, with a real server and a real worker: a schedule nudges, the acts advance, the post sends."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import AwaitingConcurrencySlot

from acts.extend import extend
from acts.offices import set_office
from calendars.deadlines import TZ
from calendars.files import load
from deployments.plan import NAME, Deployment, Every, Once, plan
from models.stamp import Stamp
from tests.support.site import Site

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

PHASE = "mentor-recommendation"
CITIES = [city.slug for city in load(2022).cities]
AWAY_SECONDS = float(os.environ.get("TALENT_TEST_AWAY_SECONDS", "2"))
"""How long the server stays away after the moment; two minutes where there is time for it."""


def soon(seconds: float) -> Once:
    """A moment of 2022 that, for this server, is about to come."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
    return Once(f"2022-deadline-{at:%Y%m%dT%H%M%S}", at, 2022)


def phase(*moments: Once) -> Deployment:
    return Deployment(PHASE, "flows.phase_flows.mentor_recommendation", moments)


def leave_a_run_without_its_deployment(site: Site) -> None:
    """Do on purpose what the server does where its scheduler writes the runs of a deployment that was just removed."""
    site.sync([Deployment("midterm", "flows.phase_flows.midterm")])

    async def leave() -> None:
        async with get_client() as client:
            found = await client.read_deployment_by_name(f"midterm/{NAME}")
            spared: State[None] = AwaitingConcurrencySlot(scheduled_time=datetime.now(UTC))  # a removal spares these
            await client.create_flow_run_from_deployment(found.id, state=spared)

    asyncio.run(leave())


def test_a_scheduled_run_fires_advances_and_posts(site: Site) -> None:
    site.open(2022)
    for city in CITIES:
        set_office(site.database, city, city, email=f"{city}@office.example")
    leave_a_run_without_its_deployment(site)
    site.sync([phase()])
    site.work()
    moment = soon(20)  # a moment that is past before the server has heard of it never comes
    site.sync([phase(moment)])
    site.until(lambda: any(run.state and run.state.is_final() for run in site.runs()))
    done = [run for run in site.runs() if run.state and run.state.is_final()]
    assert [(run.expected_start_time, run.state_name, run.parameters) for run in done] == [
        (moment.instant, "已按日程办理", {"year": 2022})
    ]
    assert site.states(2022, PHASE) == dict.fromkeys(CITIES, "open")
    assert len(site.mail()) == len(CITIES)
    seen = asyncio.run(site.artifacts(done[0].id))
    assert [row["城市"] for row in json.loads(seen[f"{PHASE}-2022"])] == CITIES
    assert "@" not in seen[f"{PHASE}-2022"]


def test_a_server_killed_across_a_moment_loses_nothing_once_it_is_back(site: Site) -> None:
    site.open(2022)
    watch = Deployment("watch", "flows.watch.watch", (Every("often", timedelta(seconds=15), timedelta()),))
    moment = soon(20)
    site.sync([watch, phase(moment)])
    site.server.kill()
    site.work()
    assert set(site.states(2022, PHASE).values()) == {"waiting"}
    time.sleep(max(0.0, (moment.instant - datetime.now(UTC)).total_seconds()) + AWAY_SECONDS)
    site.server.start()
    site.until(lambda: set(site.states(2022, PHASE).values()) == {"open"})


def run(flow: str, **parameters: object) -> str:
    """Nudge a flow by name, as the dashboard does; give the name of the state it ends in."""

    async def nudge() -> str:
        async with get_client() as client:
            deployment = await client.read_deployment_by_name(f"{flow}/{NAME}")
            found = await client.create_flow_run_from_deployment(deployment.id, parameters=parameters)
            while found.state is None or not found.state.is_final():
                await asyncio.sleep(0.3)
                found = await client.read_flow_run(found.id)
            return found.state.name or ""

    return asyncio.run(asyncio.wait_for(nudge(), 90))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def test_an_extension_moves_nothing_in_prefect_and_is_honoured(site: Site) -> None:
    site.open(2022, at("2021-12-31T00:00"), rehearsal=True)
    phases = [one for one in plan([load(2022)]) if one.flow in {PHASE, "shortlist"}]
    site.sync(phases)
    site.work()
    assert run(PHASE, year=2022, as_of="2022-01-10T09:00") == "已按日程办理"
    synced = site.sync(phases)
    stamp = Stamp("省办", at("2022-01-12T10:00"), at("2022-01-12T10:00"))
    extend(site.database, 2022, PHASE, ["yancheng"], stamp, until=date(2022, 1, 19), reason="系统迁移")
    assert site.sync(phases) == synced
    assert run(PHASE, year=2022, as_of="2022-01-16T00:00") == "已按日程办理"
    assert Counter(site.states(2022, PHASE).values()) == {"overdue": 12, "open": 1}
    assert site.states(2022, PHASE)["yancheng"] == "open"
    assert run(PHASE, year=2022, cities=["盐城"], as_of="2022-01-20T00:00") == "已按日程办理"
    assert site.states(2022, PHASE)["yancheng"] == "overdue"
    assert run("shortlist", year=2022, as_of="2022-01-20T00:00") == "等待上一阶段"
