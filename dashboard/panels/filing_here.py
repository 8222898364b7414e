"""What a city has to do now in a phase, with the means to do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dashboard.acts.filing_state import filing_of, work
from dashboard.acts.once import form_token
from dashboard.serving.rendering import fragment
from dashboard.signing_in.reader import Role
from dashboard.views.next_step import STEPS
from gates.states import State

if TYPE_CHECKING:
    from dashboard.acts.filing_state import PhaseForm, Work
    from dashboard.panels.place import Place
    from dashboard.signing_in.reader import Reader


def filing_panel(place: Place) -> Markup | None:
    """Say on the page of a city phase what to do now, with the means to do it; for the province, the upload alone."""
    if place.phase is None or place.city is None or place.looking.past or place.looking.opened.closed_as_of:
        return None
    reader = place.reader
    if reader.role is Role.VIEWER or place.phase.slug not in place.looking.opened.book.forms:
        return None  # a phase of an earlier release has no form here
    here = filing_of(place.looking.opened, place.phase.slug, place.city.slug, reader)
    done = work(place.site, reader, here)
    if reader.province and not (done.may_load or done.barred or done.now.state is State.SUBMITTED):
        return None
    may_recall = not reader.province and done.now.state is State.SUBMITTED and done.now.due.met_by(place.looking.as_of)
    facts: dict[str, Any] = {"here": here, "work": done, "steps": STEPS, "look": place.looking}
    facts |= {"token": form_token(), "recalling": may_recall, "ways": _ways(here, done, reader)}
    return fragment("panels/filing_here.html", place.request, **facts)


def _ways(here: PhaseForm, done: Work, reader: Reader) -> tuple[str, ...]:
    """Give the address of each step's page, in their order; "" for what cannot be done now, or is the city's own."""
    mine, begun = not reader.province, here.lists_students or done.pooled
    kind = "?filled=1" if done.supplements else "?begun=1" if begun else ""
    template = f"{here.address}/template.xlsx{kind if mine else ''}"
    trial = f"{here.address}/trial" if done.newest and not done.now.passed_on_paper and not done.supplements else ""
    return (
        template if done.may_load else "",
        f"{here.address}/rows" if done.may_load and mine else "",
        f"{here.address}/workbook" if done.may_load else "",
        trial if done.may_load else "",
        f"{here.address}/file" if done.may_file and mine else "",
    )
