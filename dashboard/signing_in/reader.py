"""Who is looking, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account may do: act for the province, look for the province, or act for its one city."""

    ADMIN = "admin"
    VIEWER = "viewer"
    CITY = "city"

    @property
    def chinese(self) -> str:
        """The role's word on pages."""
        return {"admin": "省办（办理）", "viewer": "省办（查看）", "city": "市办"}[self]


@dataclass(frozen=True, slots=True)
class Reader:
    """A signed-in person. `city` is the one city they see, None for the province's; `session` its sign-in's digest.

    `csrf` is what each form of theirs carries back; `tried` is the year that the page of a form was shown of, where it
    was tried then.
    """

    account: int
    name: str
    shown: str
    role: Role
    city: str | None
    session: str
    csrf: str
    tried: int | None = None

    @property
    def province(self) -> bool:
        """Whether they see every city."""
        return self.city is None

    @property
    def admin(self) -> bool:
        """Whether they may act for the province."""
        return self.role is Role.ADMIN

    def sees(self, city: str) -> bool:
        """Whether what belongs to this city is theirs to see."""
        return self.city in {None, city}
