"""Under which key a child is found again: who has not the key cannot tell from what is stored who it is of."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class MatchingKey:
    """A secret by which children are matched. Its `id` says which one it is and nothing of it."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Eight hexadecimal digits."""
        return sha256(b"talent matching key|" + self.secret).hexdigest()[:8]

    def match(self, *parts: str) -> str:
        """Give what the same parts always give under this key: its id, and 32 hexadecimal digits."""
        return f"{self.id}:{hmac.new(self.secret, '|'.join(parts).encode(), sha256).hexdigest()[:32]}"


REHEARSED = MatchingKey(b"known to all: rehearsals invent their people")
"""The key of every rehearsal, so that a play is the same wherever it is played."""
