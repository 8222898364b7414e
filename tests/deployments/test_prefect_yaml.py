from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from calendars.files import load
from deployments.plan import NAME, Deployment, Every, plan
from deployments.sync import ANCHOR, ZONE
from deployments.work_pool import CALENDAR, POOL, TAG
from tests.support.site import Site

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deployments" / "prefect.yaml"


def written(deployment: Deployment) -> dict[str, object]:
    """What the file should say of a deployment: all but the calendar's schedules."""
    said: dict[str, object] = {
        "name": NAME,
        "entrypoint": deployment.entrypoint,
        "tags": [TAG, CALENDAR] if deployment.calendar else [TAG],
        "work_pool": {"name": POOL, "job_variables": {"command": "python -P -m deployments.engine"}},
    }
    if deployment.beats:
        (every,) = deployment.schedules
        assert isinstance(every, Every)
        said["schedules"] = [
            {
                "slug": every.slug,
                "interval": every.period.total_seconds(),
                "anchor_date": (ANCHOR + every.offset).isoformat(),
                "timezone": ZONE,
            }
        ]
    return said


def test_the_file_says_what_the_plan_says() -> None:
    said = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert said["deployments"] == [written(deployment) for deployment in plan([load(2022)])]


@pytest.mark.prefect
@pytest.mark.slow
def test_prefects_own_tool_takes_it_and_sync_adds_the_calendar(site: Site) -> None:
    planned = plan([load(2022)])
    site.sync([])  # the pool, and nothing else
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(FILE)],
        cwd=ROOT, env=site.server.environment, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    synced = site.sync(planned)
    assert synced.removed == ()
    assert synced.schedules_removed == ()
    assert set(synced.schedules_made) == {
        f"{one.flow}/{each.slug}" for one in planned if not one.beats for each in one.schedules
    }
