"""What whoever looks did here a moment ago, with the way to take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from dashboard.acts.just_done import newest
from dashboard.acts.once import form_token
from dashboard.serving.rendering import fragment

if TYPE_CHECKING:
    from fastapi import Request

    from dashboard.panels.place import Place
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader


def undo_panel(place: Place) -> Markup | None:
    """Show it on the page that the act led back to."""
    return None if place.looking.past else just_done(place.request, place.reader)


def just_done(request: Request, reader: Reader) -> Markup | None:
    """Give what stands on top of a page that acts lead back to; None where nothing can be taken back."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        offer = newest(connection, site, reader, request.url.path)
    if offer is None:
        return None
    facts = {"offer": offer, "token": form_token()}
    return fragment("panels/undo_here.html", request, **facts)
