"""What became of the addresses that a city filed, in words: for the log by kind and number, for the answer counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from season.recipients import named

if TYPE_CHECKING:
    from calendars.year import Year
    from models.party_addresses import AddressesFiled

DIFFERS = "；{} 个邮箱与现用的不同，函件仍发往现用的邮箱，由省级管理办公室决定用哪一个"
LEFT = "；{} 个在试运行之前已有邮箱，试运行期间不改"


def in_log(year: Year, filed: AddressesFiled) -> list[str]:
    """Say which addresses were replaced, and which wait for the province."""
    groups = (("更新邮箱", filed.replaced), ("邮箱与现用的不同，待省级管理办公室决定", filed.awaiting))
    return [f"{what}：{'、'.join(named(year, key) for key in keys)}" for what, keys in groups if keys]


def in_answer(filed: AddressesFiled) -> str:
    """Say, to end a sentence with, how many wait for the province, and how many a trial left; "" for none."""
    return "".join(said.format(len(keys)) for said, keys in ((DIFFERS, filed.awaiting), (LEFT, filed.left)) if keys)
