"""A clerk who knows nothing of the programme: reads what it says, looks at the papers, and does that.

What is done is found in the words alone, by the places and numbers that they name; never by a code or a rule's id.
`make proof-filing` sets it at ten thousand filings, of every form.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from forms.workbook_rows import RowError
from tests.proof.card_mender import by_card
from tests.proof.judging import faults, refusals
from tests.proof.mistakes import faulty
from tests.proof.papers import Filing, Line, Page, sound

ROUNDS = 5
_SHEET = re.compile("补入“([^”]+)”表")


@dataclass
class Ending:
    """How it ended: after how many filings, or who else must act, or which sentence nobody could act on."""

    rounds: int
    person: str = ""
    stuck: str = ""


def mended(filing: Filing) -> Ending:
    """File, do what is said, and file again, until it passes or somebody else has to act."""
    for rounds in range(1, ROUNDS + 1):
        reading, found = faults(filing)
        told = found or refusals(filing, reading)
        if not told:
            return Ending(rounds)
        for one in told:
            done = by_fault(filing, one) if isinstance(one, RowError) else by_card(filing, one)
            sentence = one.sentence if isinstance(one, RowError) else one.mend
            if isinstance(done, str):
                return Ending(rounds, person=done)
            if not done and len(told) == 1:
                return Ending(rounds, stuck=sentence)
    return Ending(ROUNDS, stuck="；".join(one.sentence if isinstance(one, RowError) else one.mend for one in told))


def by_fault(filing: Filing, error: RowError) -> bool:
    """Do what a fault says; tell whether anything was done."""
    page = filing.page(error.sheet)
    for said, act in _OF_A_SHEET.items():
        if said in error.right:
            return act(filing, page, error)
    if page is None:
        return False
    line = page.line(error.row)
    if line is None:  # the header itself
        return _header_anew(page)
    for said, do in _OF_A_ROW.items():
        if said in error.right:
            return do(filing, page, line, error)
    if line.of is None:  # it is no record: the office wonders how it came there
        page.lines.remove(line)
        return True
    named = {*(error.column or "").split("、"), *(label for label in page.labels if label in error.wrong + error.right)}
    return page.retype(line, named)


def _sheet_anew(filing: Filing, page: Page | None, error: RowError) -> bool:
    fresh = next(one for one in sound(filing.slug).pages if one.name == error.sheet)
    kept = next((one for one in filing.pages if one.sheet.key == fresh.sheet.key), None)
    if page is None and kept is not None:
        kept.name = fresh.name
        return True
    filing.pages.append(fresh)
    return page is None


def _one_sheet(filing: Filing, page: Page | None, _: RowError) -> bool:
    assert page is not None
    twins = [one for one in filing.pages if one.name == page.name]
    for twin in sorted(twins, key=lambda one: len(one.lines))[:-1]:
        filing.pages[:] = [one for one in filing.pages if one is not twin]
    return True


def _copy_taken(filing: Filing, page: Page | None, error: RowError) -> bool:
    """The rows are on the copy: the empty sheet goes, and the copy takes its name."""
    named = re.search("把“(.+)”改名为", error.right)
    copy = filing.page(named[1]) if named else None
    assert page is not None
    assert copy is not None
    filing.pages[:] = [one for one in filing.pages if one is not page]
    copy.name = error.sheet
    return True


def _header_anew(page: Page) -> bool:
    """Take the header of the template, and everything below it from the papers."""
    page.header = list(page.labels)
    for line in page.lines:
        if line.of is not None:
            line.cells = list(line.of.values())
    return True


def _column_back(_: Filing, page: Page | None, error: RowError) -> bool:
    assert page is not None
    label = (error.column or "").split("、")[0]
    renamed = re.search("如果“(.+)”就是这一列", error.right)
    if renamed and renamed[1] in page.header:
        page.header[page.header.index(renamed[1])] = label
    elif label not in page.header:
        page.header.append(label)
    for line in page.lines:
        if line.of is not None:
            page.retype(line, {label})
    return True


def _other_column(_: Filing, page: Page | None, error: RowError) -> bool:
    """Add the column in which the office has what the row lacks, and look at the row's own cell again."""
    assert page is not None
    named = re.search("要填“(.+)”的", error.right)
    assert named
    if named[1] not in page.header:
        page.header.append(named[1])
    for line in page.lines:
        if line.of is not None:
            page.retype(line, {named[1], error.column or ""})
    return True


def _one_column(_: Filing, page: Page | None, error: RowError) -> bool:
    assert page is not None
    at = len(page.header) - 1 - page.header[::-1].index(error.column)
    del page.header[at]
    for line in page.lines:
        del line.cells[at : at + 1]
    for line in page.lines:
        if line.of is not None:
            page.retype(line, {str(error.column)})
    return True


_OF_A_SHEET: Mapping[str, Callable[[Filing, Page | None, RowError], bool]] = {
    "请补上，表名须一致": _sheet_anew,
    "请只留一张": _one_sheet,
    "请删去空的这一张": _copy_taken,
    "请保留模板的表头": lambda _, page, __: page is not None and _header_anew(page),
    "请把表头改成": _column_back,
    "请补上这一列": _column_back,
    "请至少补上其中一列": _column_back,
    "表中没有这一列，请先补上": _other_column,
    "请只保留一列": _one_column,
}


def _no_record(_: Filing, page: Page, line: Line, __: RowError) -> bool:
    if line.of is None:
        page.lines.remove(line)
        return True
    return page.retype(line)


def _one_of_two(_: Filing, page: Page, line: Line, error: RowError) -> bool:
    row = re.search(r"与第 (\d+) 行重复", error.wrong)
    assert row
    other = page.line(int(row[1]))
    assert other is not None
    if line.of is other.of or line.of is None:
        page.lines[:] = [one for one in page.lines if one is not line]
        return True
    columns = set((error.column or "").split("、"))
    both = [page.retype(one, columns) for one in (line, other) if one.of is not None]
    return any(both)


def _named_in_another_sheet(filing: Filing, page: Page, line: Line, error: RowError) -> bool:
    """A name that is not on another sheet: it is typed wrong here, or there, or was left off there."""
    if line.of is not None and page.retype(line, {error.column or ""}):
        return True
    named = _SHEET.search(error.right)
    other = filing.page(named[1]) if named else None
    return other is not None and other.compare()


_OF_A_ROW: Mapping[str, Callable[[Filing, Page, Line, RowError], bool]] = {
    "请把这一行删去": _no_record,
    "请删去或改正其中一行": _one_of_two,
    "补入“": _named_in_another_sheet,
}


def main(count: int) -> int:
    """Mend so many filings; print how they ended, and every sentence that nobody could act on with its seed."""
    ended = {seed: mended(faulty(seed)) for seed in range(count)}
    counts = Counter(one.person or f"{one.rounds} 轮" for one in ended.values() if not one.stuck)
    for how, times in sorted(counts.items()):
        sys.stdout.write(f"{how}：{times}\n")
    for seed, one in ended.items():
        if one.stuck:
            sys.stdout.write(f"{seed}：无从办起：{one.stuck}\n")
    return any(one.stuck for one in ended.values())


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
