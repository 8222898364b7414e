"""What the confined process read is what would have been read here: every form, whole."""

from __future__ import annotations

import json

import pytest

from forms.carried import Task, answer, marked, reading_of, unmarked
from forms.confined import unpack
from forms.reading import judged
from forms.workbook_rows import MOST, Reading
from phases.book import BOOK
from tests.support.books import FORMS, book, sample


def here(data: bytes, slug: str) -> Reading:
    form = FORMS[slug]
    return judged(unpack(data, [sheet.name for sheet in (*form.sheets, *form.beside)]), form, BOOK.whose)


def carried(reading: Reading) -> Reading:
    line = json.dumps(answer(reading), ensure_ascii=False, default=marked)
    return reading_of(json.loads(line, object_hook=unmarked), reading.form)


@pytest.mark.parametrize("slug", FORMS)
def test_rows_faults_and_warnings_come_back_as_they_were(slug: str) -> None:
    tables = sample(slug)
    good = here(book(tables), slug)
    for rows in tables.values():
        rows.append([*rows[1][:-1], "\u3000？"])
    faulty = here(book({**tables, "说明": [["填表须知"]]}), slug)
    assert (good.errors, bool(faulty.errors), bool(faulty.warnings)) == ((), True, True)
    for reading in (good, faulty):
        back = carried(reading)
        assert back == reading
        types = [[type(value) for value in dict(row).values()] for row in sum(back.rows.values(), ())]
        assert types == [[type(value) for value in dict(row).values()] for row in sum(reading.rows.values(), ())]


@pytest.mark.parametrize("slug", FORMS)
def test_a_form_arrives_as_it_was_sent(slug: str) -> None:
    form, whose = Task.of(Task(FORMS[slug], BOOK.whose).packed())
    assert whose == dict(BOOK.whose)
    for was, now in ((FORMS[slug].sheets, form.sheets), (FORMS[slug].beside, form.beside)):
        assert [(one.name, one.key, one.row, one.unique) for one in now] == [
            (one.name, one.key, one.row, one.unique) for one in was
        ]


def test_rows_of_a_workbook_with_too_many_faults_are_not_carried() -> None:
    tables = sample("interview")
    tables["面试"] += [
        [f"3209-2022-{line}", *tables["面试"][1][1:5], "x", "是", ""] for line in range(1000, 1000 + MOST)
    ]
    reading = here(book(tables), "interview")
    assert (len(reading.errors), len(reading.rows["interviews"])) == (MOST + 1, 1)
    assert (carried(reading).rows["interviews"], carried(reading).errors) == ((), reading.errors)


def test_so_many_warnings_are_said_and_then_that_there_are_more() -> None:
    tables = sample("application")
    row = tables["学生"][1]
    tables["学生"] += [[f"3209-2022-{line}", *row[1:9], "0.05", *row[10:]] for line in range(1000, 1001 + MOST)]
    warnings = here(book(tables), "application").warnings
    assert (len(warnings), warnings[-1].wrong) == (MOST + 1, f"已有 {MOST} 处提醒，其余的不再列出")
