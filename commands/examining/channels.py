"""What `talent doctor` finds of the office's chat channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.examining.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

MEND = "按 apprise 的写法改正，如 wecombot://KEY"


def unfit(settings: Settings) -> str:
    """Say which addresses name no channel, by their places; "" where each does."""
    if not settings.channels:
        return ""
    from acts.channels import unusable

    places = "、".join(f"第 {place} 个" for place in unusable(settings.channels))
    return f"TALENT_NOTIFY 的{places}地址不能用" if places else ""


def of_the_channels(settings: Settings) -> Iterator[CheckFinding]:
    """Whether each address names a channel; never the address, which is a secret."""
    if wrong := unfit(settings):
        yield CheckFinding("群通知", "finding", wrong, MEND)
    elif settings.channels:
        from acts.channels import services

        yield CheckFinding("群通知", "ok", f"每日待办与督办另发到：{'、'.join(services(settings.channels))}")
