"""Names and ways to reach somebody, covered: enough to recognise them by for who knows them, no more. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from acts import masking
from dashboard.signing_in.reader import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dashboard.signing_in.reader import Reader

COVER, email, covered = masking.COVER, masking.email, masking.covered
ADDRESS = re.compile(r"""[^\s<>()\[\]"',;:（）《》“”，。；：、]+@[^\s<>()\[\]"',;:（）《》“”，。；：、]+""")


def name(value: str) -> str:
    """Show the first character of a name: 王＊＊."""
    return value[:1] + COVER * min(max(len(value) - 1, 1), 2) if value else ""


def for_reader(words: str, reader: Reader) -> str:
    """Show an address, or words that may hold some, to a reader: covered to who only looks.

    The province's hands need them whole, and a city is given none but its own office's.
    """
    return ADDRESS.sub(lambda found: email(found[0]), words) if reader.role is Role.VIEWER else words


def phone(value: str) -> str:
    """Show the last two digits of a number."""
    return COVER * 4 + value[-2:] if value else ""


PERSONAL: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    "institutions": {"email": email},
    "mentors": {"email": email, "mobile": phone},
    "team": {"name": name},
    "schools": {"head": name, "contact": name, "email": email},
    "students": {"name": name, "born": covered, "email": email, "guardian_phone": phone},
    "attendance": {"name": name, "contact": covered},
    **{
        sheet: {"name": name}
        for sheet in (
            "scores",
            "interviews",
            "plans",
            "visits",
            "logs",
            "talks",
            "results",
            "materials",
            "evaluations",
        )
    },
}
"""By sheet of a form, the fields that say who somebody is or how to reach them, and how each is covered.

A mentor's name is not among them: who may be a mentor is what the province decides about.
"""


def mask(sheet: str, field: str) -> Callable[[str], str] | None:
    """Give how a field of a sheet is covered; None where it says nothing of a person."""
    return PERSONAL.get(sheet, {}).get(field)
