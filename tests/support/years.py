"""Year files as the book of phases has them read."""

from __future__ import annotations

from functools import partial

from calendars import files
from phases.book import BOOK

PHASES = tuple(BOOK.phases)
parse = partial(files.parse, terms=BOOK.terms)
read = partial(files.read, terms=BOOK.terms)
revision = partial(files.revision, terms=BOOK.terms)
