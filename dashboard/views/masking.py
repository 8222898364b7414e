"""Names and ways to reach somebody, covered: enough to recognise them by for who knows them, no more. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from acts import masking
from dashboard.signing_in.reader import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dashboard.signing_in.reader import Reader
    from forms.definitions import Column
    from forms.kinds import Personal

COVER, email, covered = masking.COVER, masking.email, masking.covered
ADDRESS = re.compile(r"""[^\s<>()\[\]"',;:（）《》“”，。；：、]+@[^\s<>()\[\]"',;:（）《》“”，。；：、]+""")


def name(value: str) -> str:
    """Show the first character of a name: 王＊＊."""
    return value[:1] + COVER * min(max(len(value) - 1, 1), 2) if value else ""


def for_reader(words: str, reader: Reader) -> str:
    """Show an address, or words that may hold some, to a reader: covered to who only looks.

    The province's hands need them whole, and a city is given none but its own office's.
    """
    return without_addresses(words) if reader.role is Role.VIEWER else words


def without_addresses(words: str) -> str:
    """Cover every address in words."""
    return ADDRESS.sub(lambda found: email(found[0]), words)


def phone(value: str) -> str:
    """Show the last two digits of a number."""
    return COVER * 4 + value[-2:] if value else ""


COVERS: Mapping[Personal, Callable[[str], str] | None] = {
    "no": None,
    "name": name,
    "email": email,
    "phone": phone,
    "yes": covered,
    "unsaid": covered,
}
"""How a column of a form is covered, by what it says of a person."""


def mask(column: Column) -> Callable[[str], str] | None:
    """Give how a column is covered; None where it says nothing of a person."""
    return COVERS[column.personal]
