"""The fields that words of an office's own may have, `{设区市}`: what each says in one letter. Pure."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from letters import phrases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letters.brief import Brief

DUE = "截止时间"
ADDRESSEE = "称呼"

FIELDS: Mapping[str, Callable[[Brief], str]] = MappingProxyType(
    {
        ADDRESSEE: lambda brief: brief.addressee,
        "年度": lambda brief: f"{brief.year}年度",
        "设区市": lambda brief: phrases.city(brief.city_name),
        "阶段": lambda brief: brief.phase_name,
        DUE: phrases.by_when,
        "联系人": lambda brief: brief.ask.name if brief.ask else "",
        "电话": lambda brief: brief.ask.phone if brief.ask else "",
    }
)
"""What may stand in braces, and what it says; "" where a letter has nothing to say there. No field names a student."""

OF_CITY = frozenset({"设区市", DUE})
"""The fields that say another thing of another city."""

OF_OFFICE = frozenset({"联系人", "电话"})
"""The fields that say whom to ask in the office that writes: the same in every letter."""

FIELD = re.compile(r"\{([^{}]*)\}")


def named(text: str) -> frozenset[str]:
    """Give the fields that a text names, those that there are not among them."""
    return frozenset(one.strip() for one in FIELD.findall(text))


def faults(text: str) -> list[str]:
    """Say what is wrong with the fields of a text; nothing where they can be filled in."""
    known = "、".join(f"{{{one}}}" for one in FIELDS)
    found = [f"没有“{{{one}}}”这个字段，可以用的有：{known}" for one in sorted(named(text) - FIELDS.keys())]
    bare = FIELD.sub("", text)
    at = next((place for place, mark in enumerate(bare) if mark in "{}"), None)
    if at is not None:
        found.append(f"“{bare[at : at + 12].splitlines()[0]}”处的花括号不成对：字段写作 {{称呼}}，其他地方不要用花括号")
    return found


def filled(text: str, brief: Brief) -> str:
    """Give a text with its fields filled in as one letter says them; what is no field stays as it is."""

    def said(found: re.Match[str]) -> str:
        field = FIELDS.get(found[1].strip())
        return found[0] if field is None else field(brief)

    return FIELD.sub(said, text)


def lacking(text: str, brief: Brief) -> list[str]:
    """Give the fields of a text for which one letter has nothing to say, in the order of the table."""
    wanted = named(text)
    return [one for one, says in FIELDS.items() if one in wanted and not says(brief)]
