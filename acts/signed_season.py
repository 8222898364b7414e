"""A season as one signed file, which `deployments/verify` recomputes offline, without any code of ours."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from calendars.errors import TalentError
from models import purges_done, reports, standing
from models.season_record import of_season

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp


class Purged(TalentError):
    """{year} 年度的个人信息已到期清除，不能再签署；请用清除之前签署的文件。"""


class StillOpen(TalentError):
    """{year} 年度还没有归档；归档之后才能签署（talent year close {year}）。"""


def signed_season(database: Database, year: int, stamp: Stamp, secret: bytes) -> bytes:
    """Give the file of a year that was put away; raise `StillOpen`, `Purged`.

    The key that signs it is made from the secret.
    """
    with database.read() as connection:
        opened = standing.opened(connection, year)
        if opened.closed_as_of is None:
            raise StillOpen(year=year)
        if year in purges_done.purged_years(connection):
            raise Purged(year=year)
        totals = opened.book.totals
        matrix = reports.matrix(connection, year, opened.closed_as_of)
        season: dict[str, Any] = {
            "year": year,
            "closed": opened.closed_as_of.isoformat(),
            "signed": stamp.at.isoformat(),
            "withdrawn": sorted(standing.withdrawn(connection, year)),
            "totals": {total.name: matrix.totals[total.name] for total in totals},
            "counted": {total.name: of.slug for total, of in totals.items()},
            **of_season(connection, opened.year),
        }
    return _signed(season, secret)


def public_key(secret: bytes) -> str:
    """Give the key, in hex, that what is signed under this secret is checked with; anybody may have it."""
    return _own_key(secret).public_key().public_bytes_raw().hex()


def _own_key(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hmac.new(secret, b"signed season", sha256).digest())


def _signed(season: dict[str, Any], secret: bytes) -> bytes:
    own = _own_key(secret)
    file = {
        "season": season,
        "key": public_key(secret),
        "signature": own.sign(_packed(season).encode()).hex(),
    }
    return (_packed(file) + "\n").encode()


def _packed(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
