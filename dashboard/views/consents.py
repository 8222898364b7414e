"""A guardian's consent as it is read: who, by which way, on which wording. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.signatures import signed
from models.guardian_consents import OWN, RELATIONS, SHOWN, WAYS

if TYPE_CHECKING:
    from models.guardian_consents import KeptConsent, KeptVoid


def in_words(one: KeptConsent) -> str:
    """Say it in one line, but for its day and who recorded it."""
    relation = RELATIONS.get(one.relation, "与学生的关系没有登记")
    said = [relation, WAYS[one.way]]
    if one.given:
        said.append(wording_of(one))
    if one.filing is not None:
        said.append(f"据第{one.filing}次报送的报名表")
    return "，".join(said)


def in_error(void: KeptVoid | None) -> str:
    """Say of one that it was recorded in error, and by whom; "" where it was not."""
    return f"登记有误（{signed(void.by)}，{void.as_of:%Y-%m-%d}）" if void else ""


def wording_of(one: KeptConsent) -> str:
    """Name the wording that it was given on."""
    if not one.wording:
        return "所依据的文本没有登记"
    return "其他文本" if one.wording == OWN else f"告知书 {one.wording[:SHOWN]}"
