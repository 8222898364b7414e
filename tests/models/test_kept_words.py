"""Words that stand in the rows of every database: a release may have more of them, never fewer, nor others for them.

Phases and rules are the notice's and may go: they are read by the year's own calendar, and shown by what is stored.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields

import pytest

from calendars.deadlines import CAUSES
from dashboard.signing_in.reader import Role
from dashboard.views.history import KINDS, PARTS
from gates.states import Event, State
from gates.verdict import ACTORS
from letters.words import STATES, TAGS
from models.contacts import PARTS as CONTACTS
from phases.midterm import MidtermFacts, MidtermResult

LETTERS = """
opened reminder overdue digest escalation passed returned approval-needed rerun withdrawn appointment result
visits-short
"""
KEPT: dict[str, tuple[Collection[str], str]] = {
    "states": ([one.value for one in State], "waiting open submitted passed returned overdue withdrawn"),
    "events": (
        [one.value for one in Event],
        "open load submit pass return lapse approve reject extend waive rerun withdraw hold resume",
    ),
    "causes of a later day": (CAUSES, "extension rerun grace"),
    "kinds of rules": (KINDS, "must in-principle"),
    "who mends": (ACTORS, "city province mentor school"),
    "parts of a filing": (PARTS, "city province"),
    "roles of accounts": ([one.value for one in Role], "admin viewer city"),
    "parts of an office": (CONTACTS, "main deputy"),
    "states of letters": (STATES, "queued sending sent failed unknown held cancelled"),
    "kinds of letters": (TAGS, LETTERS),
}


@pytest.mark.parametrize("what", KEPT)
def test_words_that_databases_hold_stay(what: str) -> None:
    known, kept = KEPT[what]
    assert [word for word in kept.split() if word not in known] == []


def test_facts_that_are_read_back_keep_their_names() -> None:
    """Who left training is read from the facts of the midterm that passed."""
    assert "results" in {field.name for field in fields(MidtermFacts)}
    assert {"number", "qualified"} <= {field.name for field in fields(MidtermResult)}
