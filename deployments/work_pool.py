"""The names under which this programme stands on a Prefect server."""

from __future__ import annotations

POOL = "talent"
"""The work pool of the process worker."""

TAG = "talent-calendar"
"""On every deployment of ours: what carries it and is not in the plan is removed."""

CALENDAR = "calendar"
"""On the deployments of the phases: filter the upcoming runs by it, and they are the year's calendar."""
