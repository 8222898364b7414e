from __future__ import annotations

import re
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from deployments.house import House
from deployments.up import PORT, links_lead
from settings import ANYWHERE, DashboardSettings, Settings

FILE = Path(__file__).parents[2] / "deployments" / "compose.yaml"
TALENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]["talent"]


def published() -> dict[int, int]:
    """The ports of this machine alone, by the container's."""
    found = [re.fullmatch(r"127\.0\.0\.1:(\d+):(\d+)", port) for port in TALENT["ports"]]
    return {int(one[2]): int(one[1]) for one in found if one is not None}


def test_whatever_listens_is_reached_from_this_machine_and_from_no_other() -> None:
    told = TALENT["environment"]
    assert len(published()) == len(TALENT["ports"])
    assert {told["PREFECT_SERVER_API_HOST"], told["TALENT_DASHBOARD__HOST"]} <= ANYWHERE.keys()
    assert published().keys() == {PORT, int(told["TALENT_DASHBOARD__PORT"])}


def test_links_lead_to_the_port_that_is_published() -> None:
    host, port = TALENT["environment"]["TALENT_DASHBOARD__HOST"], int(TALENT["environment"]["TALENT_DASHBOARD__PORT"])
    settings = Settings(dashboard=DashboardSettings(host=host, port=port))
    assert links_lead(settings, House(Path("/srv/talent"), PORT, host, port)) == f"http://127.0.0.1:{published()[port]}"
