"""Letters that differ in the addressee alone are rendered once: an opening goes to thousands in the same words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from letters.addressee import PLACE
from letters.render import SHIPPED, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letters.brief import Brief


@dataclass(frozen=True, slots=True)
class Campaign:
    """A letter in words; where `open`, its two bodies have a place for the addressee, else they say it already.

    `reply_to` is the mailbox of whoever it names to be asked; `framed` says where its own words stand, as it is kept.
    """

    subject: str
    text: str
    html: str
    open: bool
    reply_to: str | None = None
    framed: str | None = None

    def to(self, addressee: str) -> str | None:
        """Give what to keep with the words as the addressee of one letter."""
        return addressee if self.open else None


def is_shared(brief: Brief, words: Mapping[str, str] = SHIPPED) -> bool:
    """Tell whether letters like this one may share their words.

    The office's own words may do anything with an addressee, and a brief may say of itself what marks the place.
    """
    return brief.kind not in words and PLACE not in repr(replace(brief, addressee="", of=None))


def campaign(brief: Brief, words: Mapping[str, str] = SHIPPED) -> Campaign:
    """Render it for whoever is its addressee, or for its own alone; filled in, it says what `render` gives."""
    shared = is_shared(brief, words)
    rendered = render(replace(brief, addressee=PLACE) if shared else brief, words)
    reply_to, framed = (brief.ask and brief.ask.mailbox) or None, rendered.framed.kept() if rendered.framed else None
    return Campaign(rendered.subject, rendered.text, rendered.html, shared, reply_to, framed)
