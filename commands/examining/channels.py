"""What `talent doctor` finds of the office's chat channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.examining.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings


def of_the_channels(settings: Settings) -> Iterator[CheckFinding]:
    """Whether each address names a channel; never the address, which is a secret."""
    if not settings.channels:
        return
    from acts.channels import services, unusable

    wrong = unusable(settings.channels)
    if wrong:
        places = "、".join(f"第 {place} 个" for place in wrong)
        says = f"TALENT_NOTIFY 的{places}地址不能用"
        yield CheckFinding("群通知", "finding", says, "按 apprise 的写法改正，如 wecombot://KEY")
    else:
        yield CheckFinding("群通知", "ok", f"待办日报与催办升级另发到：{'、'.join(services(settings.channels))}")
