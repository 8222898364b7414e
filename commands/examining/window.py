"""What `talent doctor` finds of how people reach the window and sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.examining.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings


def of_the_window(settings: Settings, *, real: bool) -> Iterator[CheckFinding]:
    """Whether a gateway is named where there is one, and a second factor asked for.

    `real` where the database holds a year that is no rehearsal.
    """
    if settings.base_url.startswith("https://") and not settings.dashboard.gateways:
        yield CheckFinding(
            "网页",
            "finding",
            "页面在 https 网关之后，却没有写明网关的地址：十次输错密码会让所有人暂停登录",
            "把网关的 IP 地址写进 TALENT_DASHBOARD__PROXIES",
        )
    if real and not settings.dashboard.totp:
        says = "登录不要验证码（TALENT_DASHBOARD__TOTP=false），只许用于演示"
        yield CheckFinding("网页", "finding", says, "去掉这一项设置")
