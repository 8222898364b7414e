"""A guardian's consent: what is on record of a student, where an office records more, whose withdrawal is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from acts.guardian_consents import LONGEST, may_void, wording
from calendars.deadlines import day_of
from dashboard.acts.once import form_token
from dashboard.serving.policy import HANDS
from dashboard.serving.rendering import fragment
from dashboard.views.consents import in_words
from models import guardian_consents
from models.case_notes import PROVINCE
from models.facts.scope import Scope
from models.guardian_consents import RELATIONS, SHOWN, WAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request

    from dashboard.panels.place import Place
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader


def consents_panel(place: Place) -> Markup | None:
    """Say on a city's page whose guardian withdrew and who is still in; nothing in the past or of a closed year."""
    opened, city = place.looking.opened, place.city
    if city is None or place.phase is not None or place.looking.past or opened.closed_as_of is not None:
        return None
    with place.site.database.read() as connection:
        found = guardian_consents.open_withdrawals(Scope.undated(connection, opened.year, [city.slug]))
    if not found:
        return None
    facts = {"found": found, "year": opened.year}
    return fragment("panels/consents_here/open.html", place.request, **facts)


def consents_of(
    request: Request, reader: Reader, look: Looking, applied: Mapping[str, object], *, full: bool
) -> Markup:
    """Give what is on record of a student, newest first, with the forms for more where the reader may write.

    What was recorded in error stands there struck out. Why is left out where the page is not in `full`, and of what
    another city wrote before he moved, who wrote it too.
    """
    site: Site = request.app.state.site
    year, number = look.opened.year, str(applied["number"])
    with site.database.read() as connection:
        found = guardian_consents.consents(connection, year.year, number=number)[::-1]
        errors = guardian_consents.voids(connection, year.year)
    in_force = [one for one in found if one.id not in errors]
    may = reader.role in HANDS and look.opened.closed_as_of is None
    facts = {
        "found": [(one, in_words(one), reader.sees(one.city), errors.get(one.id)) for one in found], "full": full,
        "by_office": any(one.filing is None for one in in_force), "withdrawn": bool(in_force) and not in_force[0].given,
        "to_void": [one.id for one in found if may and may_void(one, reader.city or PROVINCE)],
        "number": number, "filed": applied["guardian_consent"], "may": may, "year": year, "token": form_token,
        "relations": RELATIONS, "ways": WAYS,
        "paper": wording(look.opened.book, year).digest[:SHOWN], "longest": LONGEST,
        "in_charge": site.settings.children_contact, "today": day_of(look.as_of),
    }  # fmt: skip
    return fragment("panels/consents_here.html", request, **facts)
