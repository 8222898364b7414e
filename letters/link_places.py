"""What stands in a letter where a link goes that is kept nowhere: it is put in when the letter leaves."""

from __future__ import annotations

from phases.letter_kinds import LETTER_KINDS

FIRST_LINK = "（链接只写在发出的函件里）"
"""Stands in an invitation where the one-time link goes, and is what whoever reads the letter here sees of it."""

INVITING = frozenset(kind for kind, row in LETTER_KINDS.items() if row.invites)
"""The kinds that have such a place."""

LINK_DAYS = 7
"""For how many days a link holds that goes by letter: a mailbox of an office is read within a week."""
