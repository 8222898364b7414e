"""`talent year`: opening a year, archiving it, carrying pool and priorities over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from commands.options import COMMON, Common, calendar_of
from commands.output import answer

app = App(name="year")

Number = Annotated[int, Parameter(help="年度，如 2022")]
