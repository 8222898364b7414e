"""The recipes of `docs/carrying-on.md` for a rule and a column, followed: what stands here is all there is to write.

That for a phase is `test_ninth_phase.py`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import openpyxl
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, String

from acts.load import load
from calendars.year import Figures
from dashboard.serving.site import Site
from forms.kinds import PROSE, Ask
from forms.template import render
from gates.found import Found, each
from gates.rule import Rule
from models import migrate
from models.database import Database
from phases import shortlist
from phases.book import BOOK, Book
from phases.definition import PhaseDefinition
from phases.shortlist import SCORES, ScoreRow, ShortlistFacts
from settings import DashboardSettings, Settings
from tests.support.scenes import NANJING, YEAR, Scene, calendar, stamp
from tests.support.window import ADMIN, BASE, SECRET, Window, give_accounts

SHORTLIST, AT = "shortlist", "2022-01-26T10:00"
SECRETLY = "王小明的母亲来电"

Opened = Callable[[Book], Scene]


@pytest.fixture
def opened(database_url: str) -> Iterator[Opened]:
    """Open the year on a database of the release of today, by another book."""
    made = list[Database]()

    def begin(book: Book) -> Scene:
        made.append(Database(database_url, book))
        add_columns(made[-1])
        return Scene.begin(made[-1], calendar(cities=2)).through("application", NANJING)

    yield begin
    for database in made:
        database.dispose()


def add_columns(database: Database) -> None:
    """What the migration does that a column needs: what `models.migrate` finds missing."""
    for what, _, table, column in migrate.differences(database):
        assert what == "add_column"
        with database.write() as connection:
            there = Column(column.name, String, nullable=False, server_default="")
            Operations(MigrationContext.configure(connection)).add_column(table, there)
    assert migrate.differences(database) == []


def window(database: Database, folder: Path) -> Window:
    give_accounts(database)
    settings = Settings(base_url=BASE, maildir=folder / "mail", dashboard=DashboardSettings(totp=False))
    return Window(Site(database, settings, SECRET))


def book_with(more: PhaseDefinition) -> Book:
    return Book(more if phase is shortlist.PHASE else phase for phase in BOOK.phases.values())


# A rule: a function and its line in the gate's rules.


def high(facts: ShortlistFacts, _: Figures) -> Found:
    """Nobody is shortlisted below 95."""
    listed = [score for score in facts.scores if score.shortlisted]
    return each(
        len(listed), [one.number for one in listed if (one.score or 0) < 95], "{count} 名学生{who}不到 95 分；请去掉"
    )


HIGH = Rule("shortlist.high", "八(三)", "in-principle", "不低于 95 分", "city", high)


def test_a_rule_is_judged_explained_and_may_be_set_aside(opened: Opened, tmp_path: Path) -> None:
    gate = replace(shortlist.PHASE.gate, rules=(*shortlist.PHASE.gate.rules, HIGH))
    scene = opened(book_with(replace(shortlist.PHASE, gate=gate)))
    returned = scene.file(SHORTLIST, NANJING, at=AT)
    assert returned.verdict is not None
    assert [one.rule for one in returned.verdict.refusals] == [HIGH.id]
    shown = window(scene.database, tmp_path).as_(ADMIN).get(f"/{YEAR}/{SHORTLIST}/{NANJING}").text
    assert (HIGH.name in shown, "不到 95 分；请去掉" in shown) == (True, True)
    assert scene.waive(HIGH.id, SHORTLIST, NANJING, AT).done
    assert scene.submit(SHORTLIST, NANJING, AT).done


# A column: a field of the row model, and the migration that `models.migrate` asks for.


class RemarkedRow(ScoreRow):
    """成绩, with a remark, which says nothing of whether it is personal."""

    remark: Annotated[str, Ask("备注", PROSE)] = ""


def test_a_column_is_offered_read_kept_shown_and_covered(opened: Opened, tmp_path: Path) -> None:
    wider = replace(shortlist.FORM, sheets=(replace(SCORES, row=RemarkedRow), *shortlist.FORM.sheets[1:]))
    book = book_with(replace(shortlist.PHASE, form=wider))
    scene = opened(book)
    rows = {
        key: {line: one.model_dump() | {"remark": SECRETLY} for line, one in enumerate(filled, start=2)}
        for key, filled in scene.sheets(SHORTLIST, NANJING).items()
    }
    data = render(book.form(SHORTLIST, scene.year), scene.year, rows)
    assert load(scene.database, YEAR, SHORTLIST, NANJING, data, stamp(AT)).done
    assert scene.submit(SHORTLIST, NANJING, AT).done
    admin, here = window(scene.database, tmp_path).as_(ADMIN), f"/{YEAR}/{SHORTLIST}/{NANJING}"
    template = openpyxl.load_workbook(io.BytesIO(admin.get(f"{here}/template.xlsx").content))
    assert "备注" in [cell.value for cell in template["成绩"][1]]
    for address in (f"{here}/filed", f"/{YEAR}/exports/{SHORTLIST}-scores.csv"):
        text = admin.get(address).text
        assert ("备注" in text, SECRETLY in text) == (True, False), address
