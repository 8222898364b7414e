"""Choosing a password: long, not the account's own name, not one that everybody chooses."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from dashboard.signing_in.passwords import LONGEST
from dashboard.signing_in.usual_passwords import is_usual
from models import standing

if TYPE_CHECKING:
    from dashboard.serving.site import Site
    from models.accounts import KeptAccount

SHORTEST = 12
VARIED = 5
SHORTEST_NAME = 3
"""A shorter name in plain letters stands in many a good password by chance."""

ROWS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def names_of(site: Site, account: KeptAccount) -> tuple[str, ...]:
    """Give what an account's password may not contain."""
    if account.city is None:
        return account.name, account.shown
    with site.database.read() as connection:
        city = standing.newest_calendar(connection).city(account.city)
    return account.name, account.shown, city.slug, city.name


def fault(password: str, again: str, names: tuple[str, ...]) -> str | None:
    """Say why this password will not do for an account with these names; None where it will."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    if password != again:
        return "两次输入的密码不一样。"
    if not SHORTEST <= len(password) <= LONGEST:
        return f"密码要有 {SHORTEST} 到 {LONGEST} 个字符；可以用几个不相干的词连起来，中间加空格。"
    if any(name.casefold() in plain for name in names if len(name) >= SHORTEST_NAME or not name.isascii()):
        return "密码里不能有用户名、姓名或本市的名称。"
    if len(set(plain)) < VARIED:
        return "密码里重复的字符太多。"
    if _everybodys(plain):
        return "这个密码太常见，容易被猜到。"
    return None


def _everybodys(plain: str) -> bool:
    """Whether it is a walk along the keyboard, or a common word with nothing but figures and signs around it."""
    halves = {plain, plain[: len(plain) // 2]}
    if any(half in row for half in halves for row in ROWS):
        return True
    return is_usual(plain)
