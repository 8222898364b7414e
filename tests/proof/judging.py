"""What judges a filing on paper: the reading of its workbook, the record that it is held against, the gate's rules."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from calendars.year import SummaryKind
from forms.definitions import SheetRow
from forms.folding import fold
from forms.reading import judged
from forms.unpacked import Unpacked
from forms.workbook_rows import Reading, RowError
from gates.judge import judge
from gates.verdict import Finding
from phases.application import ApplicationFacts, ApplicationProfile, breached, rank_within
from phases.book import BOOK
from phases.interview import Crowded, Interview, InterviewFacts
from phases.made_of import CityRows
from phases.shortlist import Score, ShortlistFacts
from phases.year_end import DIMENSIONS, LEFT_OVER, Evaluation, EvaluationFacts, Materials, YearEndFacts
from tests.proof.papers import ADMITTED, CITY, DUE, EARLIEST, SOUND, TODAY, TRAINED, Filing, World
from tests.support import sheets
from tests.support.books import FORMS, YEAR


def read(filing: Filing) -> Reading:
    """Read the workbook as it stands."""
    tables = {page.name: [page.header, *(line.cells for line in page.lines)] for page in filing.pages}
    opened = Unpacked(tuple(page.name for page in filing.pages), tables, {}, "")  # type: ignore[arg-type] # any cell
    return judged(opened, FORMS[filing.slug], BOOK.whose)


def faults(filing: Filing) -> tuple[Reading, list[RowError]]:
    """Give what a load says of it: its own faults, and what disagrees with the record."""
    reading = read(filing)
    return reading, [*reading.errors, *BOOK.owner(filing.slug).check(filing.world, reading)]


def refusals(filing: Filing, reading: Reading) -> tuple[Finding, ...]:
    """Give what the gate refuses in rows without a fault."""
    phase = BOOK.owner(filing.slug)
    gate = phase.province_gate if BOOK.provincial(filing.slug) else phase.at_filing(dated=False)
    assert gate is not None
    facts = _FACTS[filing.slug](filing.world, reading) if filing.slug in _FACTS else _made(filing.slug, reading)
    return judge(gate, facts, YEAR.figures).refusals


def _made(slug: str, reading: Reading) -> Any:  # noqa: ANN401 - the facts of any phase
    made = BOOK[slug].made_of
    assert made is not None
    given: Mapping[str, Sequence[SheetRow]] = {"interviews": SOUND["interview"]["interviews"], **reading.rows}
    rows = {key: [_as_queried(one, columns) for one in given[key]] for key, columns in made.columns.items()}
    numbers = tuple(one.number for one in ADMITTED)
    return made.make(CityRows(rows, earliest=EARLIEST, filed_on=TODAY, due_day=DUE, students=numbers))


def _as_queried(row: SheetRow, columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - a row of these columns and its city
    return _shape(columns)(CITY.slug, *(getattr(row, one) for one in columns))


@cache
def _shape(columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - as above
    return namedtuple("_Queried", ("city", *columns))  # noqa: PYI024 - its fields are the query's


def _application(world: World, reading: Reading) -> ApplicationFacts:
    rows: list[Any] = [row for row in reading.rows["students"] if row.taken]  # type: ignore[attr-defined]
    profiles: dict[ApplicationProfile, int] = {}
    offenders: dict[str, list[str]] = {}
    persons = [(fold(row.name), row.born, fold(row.school)) for row in rows]
    for row, person in zip(rows, persons, strict=True):
        born: date = row.born
        of_age = born.replace(year=born.year + YEAR.figures.consent_age) <= world.day
        profile = ApplicationProfile(
            grade=row.grade,
            subject=row.subject,
            rank_within=rank_within(row.subject_rank, row.overall_rank, YEAR.figures),
            mentor_on_roll=(row.mentor, row.institution) in world.roll,
            other_subject=False,
            recommended=row.recommended,
            consent_missing=not of_age and not row.guardian_consent,
            repeated=persons.count(person) > 1,
        )
        profiles[profile] = profiles.get(profile, 0) + 1
        for rule in breached(profile, YEAR.figures):
            offenders.setdefault(rule, []).append(row.number)
    return ApplicationFacts(profiles, offenders={rule: tuple(numbers) for rule, numbers in offenders.items()})


def _shortlist(world: World, reading: Reading) -> ShortlistFacts:
    rows: Sequence[Any] = reading.rows["scores"]
    lines: Sequence[Any] = reading.rows["cut_lines"]
    scores = [Score(row.number, row.subject, row.score, row.shortlisted, row.number in world.subjects) for row in rows]
    return ShortlistFacts(tuple(scores), {row.subject: row.line_score for row in lines}, world.subjects)


def _interview(world: World, reading: Reading) -> InterviewFacts:
    rows: Sequence[Any] = reading.rows["interviews"]
    admitted = tuple(row.number for row in rows if row.admitted)
    interviews = [
        Interview(
            row.number, row.subject, row.came, row.admitted, row.funding == sheets.FUNDED, True, row.held_on,
            row.score is not None,
        )
        for row in rows
    ]  # fmt: skip
    on_sheet = {row.number for row in rows}
    return InterviewFacts(
        tuple(interviews),
        world.funded_elsewhere,
        EARLIEST,
        world.day,
        (Crowded("导师1", world.places, admitted),) if len(admitted) > world.places else (),
        left_off=tuple(number for number in world.students if number not in on_sheet),
        unsettled=tuple(number for number in admitted if number in world.unsettled),
    )


def _year_end(world: World, reading: Reading) -> YearEndFacts:
    materials: Sequence[Any] = reading.rows["materials"]
    account: Sequence[Any] = reading.rows["funds"]
    left = [row.amount for row in account if fold(row.item) == LEFT_OVER]
    spent = sum((row.amount for row in account if fold(row.item) != LEFT_OVER), Decimal(0))
    every = frozenset(range(1, len(YEAR.figures.stages) + 1))
    return YearEndFacts(
        tuple(one.number for one in TRAINED),
        tuple(
            Materials(row.number, row.project_report, row.training_report, row.growth_log, row.mentor_evaluation)
            for row in materials
        ),
        {one.number: every - world.unlogged.get(one.number, frozenset()) for one in TRAINED},
        {one.number: every for one in TRAINED},
        _owing(reading.rows["summaries"]),
        spent if account else None,
        sum(left, Decimal(0)) if left else None,
        len(reading.rows["targets"]),
    )


def _owing(summaries: Sequence[Any]) -> Mapping[SummaryKind, tuple[str, ...]]:
    owed: dict[SummaryKind, Mapping[tuple[str, str], str]] = {
        "市级": {("", ""): ""},
        "导师": {(fold(one.mentor), fold(one.institution)): f"{one.mentor}（{one.institution}）" for one in TRAINED},
        "中学": {("", fold(one.school)): one.school for one in TRAINED},
        "高校": {("", fold(one.institution)): one.institution for one in TRAINED},
    }
    filed = {
        (row.type, fold(row.mentor or "") if row.type == "导师" else "", "" if row.type == "市级" else fold(row.unit))
        for row in summaries
    }
    return {
        kind: tuple(called for whose, called in one.items() if (kind, *whose) not in filed)
        for kind, one in owed.items()
    }


def _evaluation(world: World, reading: Reading) -> EvaluationFacts:
    rows: Sequence[Any] = reading.rows["evaluations"]
    scores = DIMENSIONS.fields(YEAR)
    return EvaluationFacts(
        tuple(one.number for one in TRAINED),
        tuple(
            Evaluation(row.number, tuple(getattr(row, one) for one in scores), row.grade, bool(row.reason.strip()))
            for row in rows
        ),
        {one.number: world.visits.get(one.number, YEAR.figures.visits) for one in TRAINED},
    )


_FACTS: Mapping[str, Any] = {
    "application": _application,
    "shortlist": _shortlist,
    "interview": _interview,
    "year-end": _year_end,
    "evaluation": _evaluation,
}
