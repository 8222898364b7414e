"""The links that are in no record and go into a letter when it leaves: each is made of what the letter is. Pure."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from post import receipt_links


def first_token(secret: bytes, message_id: str) -> str:
    """Make the one-time link's token that a letter carries, from its Message-ID: 256 bits, the same each time."""
    made = hmac.new(secret, b"first link " + message_id.encode(), sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the links of messages, under the window's secret."""

    secret: bytes = field(repr=False)
    base_url: str

    def receipt(self, letter: int) -> str:
        """Give the link by which a message is acknowledged, from the number of the letter that leads it.

        It is below nought in a trial: SQLite gives the number once more, to a letter that is meant.
        """
        return f"{self.base_url}/receipts/{receipt_links.token(self.secret, letter)}"

    def first(self, message_id: str) -> str:
        """Give the one-time link by which an account's password is chosen."""
        return f"{self.base_url}/welcome/{first_token(self.secret, message_id)}"
