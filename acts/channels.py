"""The office's chat channels (WeCom, DingTalk, Feishu and whatever else apprise knows), by their secret addresses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from apprise import Apprise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TITLE = "省后备人才培养计划工作管理系统"


def unusable(addresses: Sequence[str]) -> list[int]:
    """Give the places, from one, of the addresses that name no channel; never the addresses, which are secrets."""
    return [place for place, address in enumerate(addresses, start=1) if Apprise.instantiate(address) is None]


def services(addresses: Sequence[str]) -> list[str]:
    """Give the names of the services that the addresses belong to."""
    found = (Apprise.instantiate(address) for address in addresses)
    return [str(one.service_name) for one in found if one is not None]


def speaker(addresses: Sequence[str]) -> Callable[[str], bool]:
    """Give what says a line in every channel, and whether all of them took it; it never raises."""
    channels = Apprise()
    for address in addresses:
        channels.add(address)

    def say(line: str) -> bool:
        try:
            return bool(channels.notify(body=line, title=TITLE))
        except Exception:  # noqa: BLE001 -- whatever a plugin does, the post goes on
            return False

    return say


logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines hold the addresses
