"""What stands on the page of a city phase, a city or a phase beside its history, panel by panel."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from dashboard.panels.acts_here import acts_panel
from dashboard.panels.arranged_here import arranged_panel
from dashboard.panels.changes_here import changes_panel
from dashboard.panels.children_here import children_panel
from dashboard.panels.consents_here import consents_panel
from dashboard.panels.differing_here import differing_panel
from dashboard.panels.filing_here import filing_panel
from dashboard.panels.known_here import known_panel
from dashboard.panels.notes_here import notes_panel
from dashboard.panels.place import Place
from dashboard.panels.requests_here import asked_panel
from dashboard.panels.undo_here import undo_panel

Panel = Callable[[Place], Markup | None]
"""Gives its part of the page, None where it has nothing to say there."""

PANELS: tuple[Panel, ...] = (
    undo_panel, asked_panel, acts_panel, filing_panel, known_panel, differing_panel, children_panel, arranged_panel,
    changes_panel, notes_panel, consents_panel,
)  # fmt: skip
"""In the order in which they stand."""


def panels(place: Place) -> tuple[Markup, ...]:
    """Give what stands at a place."""
    return tuple(found for found in (panel(place) for panel in PANELS) if found)
