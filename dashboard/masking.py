"""Names and ways to reach somebody, covered: enough to recognise them by for who knows them, no more. Pure."""

from __future__ import annotations

COVER = "＊"


def name(value: str) -> str:
    """Show the first character of a name: 王＊＊."""
    return value[:1] + COVER * min(max(len(value) - 1, 1), 2) if value else ""


def email(value: str) -> str:
    """Show the first letter of an address and where it is: w＊＊@city.example."""
    local, at, domain = value.partition("@")
    return f"{local[:1]}{COVER * 2}{at}{domain}" if at else covered(value)


def phone(value: str) -> str:
    """Show the last two digits of a number."""
    return COVER * 4 + value[-2:] if value else ""


def covered(value: str) -> str:
    """Show that there is something, and nothing of it."""
    return COVER * 3 if value else ""
