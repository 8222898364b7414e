"""Ways to reach somebody, covered, for what is said and kept: enough for who knows them already, no more. Pure."""

from __future__ import annotations

COVER = "＊"


def email(value: str) -> str:
    """Show the first letter of an address and where it is: w＊＊@city.example."""
    local, at, domain = value.partition("@")
    return f"{local[:1]}{COVER * 2}{at}{domain}" if at else covered(value)


def covered(value: str) -> str:
    """Show that there is something, and nothing of it."""
    return COVER * 3 if value else ""


def one_covered(name: str) -> str:
    """Show a name with one character covered, as lists made public do: 王＊明; its second letter, if it can."""
    letters = [place for place, one in enumerate(name) if one.isalnum()]
    place = next(iter(letters[1:2] or letters), 0)
    return f"{name[:place]}{COVER}{name[place + 1 :]}" if name else ""
