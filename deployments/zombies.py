"""The automation that declares a run dead once its process and its worker both are: else it stays Running for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

from deployments.environment import HEARTBEAT_SECONDS

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

NAME = "talent：失联的运行记为崩溃"
MISSED = 3


async def crash_zombies(client: PrefectClient) -> None:
    """Make the automation where the server has none of its name, and mend one that says something else."""
    found, wanted = await client.read_automations_by_name(NAME), automation()
    if not found:
        await client.create_automation(wanted)
    elif found[0].model_dump(exclude={"id"}) != wanted.model_dump():
        await client.update_automation(found[0].id, wanted)


def automation() -> AutomationCore:
    """Give the automation: after a heartbeat, either another one or an end is expected within three beats."""
    return AutomationCore(
        name=NAME,
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.*"},  # an end is named after its state, and ours have Chinese names
            match={"prefect.resource.id": "prefect.flow-run.*"},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=HEARTBEAT_SECONDS * MISSED),
        ),
        actions=[
            ChangeFlowRunState(
                name=None, state=StateType.CRASHED, force=False, message="运行进程失联；下一次 watch 会补办"
            )
        ],
    )
