"""The addresses that the office keeps: setting one lets go the letters that waited for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import addresses
from season.outcome import Outcome

if TYPE_CHECKING:
    from datetime import date

    from models.database import Database

PROVINCE = "province"


def set_office(
    database: Database,
    office: str,
    name: str,
    *,
    email: str | None = None,
    head: str | None = None,
    day: date | None = None,
) -> Outcome:
    """Put a city's (its slug) or the province's address on file, its head's beside it; None leaves one as it is.

    What waits goes to whoever is in charge on that `day`; None asks for nobody.

    Raises `UnfitHeader` for what is no address.
    """
    from letters.headers import fit_address

    given = {column: fit_address(value) for column, value in (("email", email), ("head", head)) if value is not None}
    with database.write() as connection:
        addresses.put(connection, office, given)
        freed = addresses.release(connection, office, day)
    said = f"；{freed} 封待发函件已放行" if freed else ""
    return Outcome("done", f"{name}的邮箱已登记{said}。")
