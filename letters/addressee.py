"""The one thing in which letters of a campaign differ: their words are kept once, with a place for the addressee."""

from __future__ import annotations

from markupsafe import escape

PLACE = "addressee-7f1d3c5e90b84a62a4d6f0385b2c9e17"
"""Stands in a letter's words where the addressee goes; words that say it of themselves are kept whole."""


def in_text(text: str, addressee: str | None) -> str:
    """Give the plain text as this addressee reads it; None: it stands as it is."""
    return text if addressee is None else text.replace(PLACE, addressee)


def in_html(html: str, addressee: str | None) -> str:
    """Give the html as this addressee reads it; None: it stands as it is."""
    return html if addressee is None else html.replace(PLACE, str(escape(addressee)))
