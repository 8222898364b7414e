"""Letters that differ in the addressee alone are rendered once: an opening goes to thousands in the same words."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import escape

from letters.brief import Brief
from letters.render import SHIPPED, Rendered, render

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = secrets.token_hex(16)
"""Stands for the addressee; in no letter, made anew in every process."""

SHARED = tuple(each.name for each in fields(Brief) if each.name not in {"addressee", "counts"})


@dataclass(frozen=True, slots=True)
class _Campaign:
    """What its letters share, to be told apart by `key`."""

    key: tuple[object, ...]
    brief: Brief = field(compare=False)


def render_one(brief: Brief, words: Mapping[str, str] = SHIPPED) -> Rendered:
    """Give what `render(brief, words)` gives. The office's own words may do anything with an addressee: not spliced."""
    if brief.kind in words or MARK in brief.addressee:
        return render(brief, words)
    key = (*(getattr(brief, name) for name in SHARED), *brief.counts.items())
    shared = _framed(_Campaign(key, brief))
    return Rendered(
        subject=shared.subject,
        text=shared.text.replace(MARK, brief.addressee),
        html=shared.html.replace(MARK, str(escape(brief.addressee))),
    )


@lru_cache(maxsize=256)
def _framed(campaign: _Campaign) -> Rendered:
    return render(replace(campaign.brief, addressee=MARK))
