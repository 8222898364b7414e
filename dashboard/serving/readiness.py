"""The steps until a year runs by itself, as they stand now, for the first page and for their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from dashboard.views.readiness import SetupStep, steps
from models.backup_files import kept, made_at
from models.readiness import readiness

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site


def steps_now(site: Site, connection: Connection, look: Looking) -> tuple[SetupStep, ...]:
    """Give all steps of a year, each with whether it is done."""
    opened, folder = look.opened, site.settings.backup.folder
    backups = [at for at in map(made_at, kept(folder)) if at <= site.wall()]
    there = readiness(connection, opened.year, opened.begun, day_of(look.now), opened.trial)
    return steps(opened.year, there, max(backups, default=None), smtp=site.settings.courier == "smtp")


def steps_left(site: Site, connection: Connection, look: Looking) -> tuple[SetupStep, ...]:
    """Give the steps that are not done of a year that is under way; of a rehearsal, and of the past, none are shown."""
    if look.opened.rehearsal or look.opened.closed_as_of is not None or look.past:
        return ()
    found = site.known_answers.answer(connection, look, "readiness", lambda: steps_now(site, connection, look))
    return tuple(step for step in found if not step.done)
