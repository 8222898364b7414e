"""What goes wrong in filings: slips of who types, programs that spoil a cell, and records that do not meet a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from random import Random

from phases.book import BOOK
from tests.proof.papers import TRAINED, Filing, Line, Page, broken, elsewhere, sound, typed_from
from tests.support.sheets import FUNDED, OWN

Mistake = Callable[[Random, Filing], None]
GARBAGE = (
    "？",
    "见附件",
    "２０２２年",
    "九十",
    "13800000000/13900000000",
    "a@b",
    "2022-02-30",
    "-1",
    "101%",
    "同上",
    "x" * 120,
)
WRONG_DAYS = (date(2021, 3, 1), date(2022, 9, 20), "2023.1.5", "1900-1-1")


def _page(chance: Random, filing: Filing) -> Page:
    return chance.choice([page for page in filing.pages if page.lines])


def _cell(chance: Random, filing: Filing) -> tuple[Line, int]:
    page = _page(chance, filing)
    return chance.choice(page.lines), chance.randrange(len(page.header))


def garbage(chance: Random, filing: Filing) -> None:
    line, at = _cell(chance, filing)
    line.cells[at] = chance.choice(GARBAGE)


def blank(chance: Random, filing: Filing) -> None:
    line, at = _cell(chance, filing)
    line.cells[at] = chance.choice(("", "\u3000", "\u200b", None))


def spoilt_cell(chance: Random, filing: Filing) -> None:
    line, at = _cell(chance, filing)
    line.cells[at] = broken(chance.choice(("cell.error", "cell.formula", "cell.merged", "cell.format")))


def swapped_cells(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    line, one, other = chance.choice(page.lines), *chance.choices(range(len(page.header)), k=2)
    line.cells[one], line.cells[other] = line.cells[other], line.cells[one]


def another_row(chance: Random, filing: Filing) -> None:
    """A cell of the row above or below."""
    page = _page(chance, filing)
    at = chance.randrange(len(page.header))
    chance.choice(page.lines).cells[at] = chance.choice(page.lines).cells[at]


def left_out(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    page.lines.remove(chance.choice(page.lines))


def twice(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    line = chance.choice(page.lines)
    page.lines.insert(chance.randrange(len(page.lines) + 1), Line(list(line.cells), line.of))


def stray(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    said = chance.choice(("制表人：李某", "合计", "以上情况属实", "注：缺考的已注明"))
    page.lines.append(Line([said, *[""] * (len(page.header) - 1)]))


def empty_rows(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    page.lines.insert(chance.randrange(len(page.lines) + 1), Line([""] * len(page.header)))


def column_missing(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    at = chance.randrange(len(page.header))
    for cells in (page.header, *(line.cells for line in page.lines)) if at else ():
        del cells[at]


def column_renamed(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    at = chance.randrange(len(page.header))
    page.header[at] = chance.choice((f"{page.header[at]}情况", "备注", "", broken("cell.error")))


def column_twice(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    at = chance.randrange(len(page.header))
    page.header.append(page.header[at])
    for line in page.lines:
        line.cells.append(line.cells[at])


def sheet_missing(chance: Random, filing: Filing) -> None:
    filing.pages.remove(_page(chance, filing))


def sheet_twice(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    filing.pages.append(Page(page.sheet, page.name, list(page.header), [], page.paper))


def sheet_renamed(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    page.name = f"{page.name}(2)"


def strange_number(chance: Random, filing: Filing) -> None:
    """A number of another city, of nobody, or of another child."""
    page = _page(chance, filing)
    if "报名号" in page.header:
        at, other = page.header.index("报名号"), chance.choice(page.lines).cells[page.header.index("报名号")]
        chance.choice(page.lines).cells[at] = chance.choice(("3201-2022-0001", "3209-2022-9999", other))


def strange_day(chance: Random, filing: Filing) -> None:
    page = _page(chance, filing)
    days = [at for at, column in enumerate(page.sheet.columns) if column.kind.day and at < len(page.header)]
    if days:
        chance.choice(page.lines).cells[chance.choice(days)] = chance.choice(WRONG_DAYS)


def other_way_round(chance: Random, filing: Filing) -> None:
    """是 for 否, 通过 for 不通过, 到会 for 请假."""
    page = _page(chance, filing)
    pairs = [at for at, column in enumerate(page.sheet.columns) if len(column.kind.choices) == 2]
    if pairs and (at := chance.choice(pairs)) < len(page.header):
        chance.choice(page.lines).cells[at] = chance.choice(page.sheet.columns[at].kind.choices)


def _on_paper(chance: Random, page: Page, **changed: object) -> None:
    """Have it so on paper, and typed so."""
    if rows := list(typed_from(page)):
        line, record = chance.choice(rows)
        record |= changed
        page.retype(line)


def no_ground(chance: Random, filing: Filing) -> None:
    """A record that does not meet a rule of its phase, truly typed."""
    scored = filing.sheet("evaluations")
    ways: Mapping[str, Sequence[Mapping[str, object]]] = {
        "application": (
            {"学科排名百分比": "35", "综合排名百分比": "40"},
            {"年级": "高三"},
            {"年级": "初二"},
            {"中学推荐": "否"},
            {"监护人同意": "否", "出生日期": date(2010, 5, 6)},
        ),
        "meeting": ({"导师": "请假", "指导老师": "请假", "家长": "请假"},),
        "mentor-recommendation": ({"最高学位": "硕士", "职称": "中级"},),
        "year-end": ({"课题报告": "否"}, {"成长日志": "否", "导师评价": "否"}),
        "evaluation": (
            {"等级": "优秀", "综合能力": "84.99"},
            {"等级": "合格", **(dict.fromkeys(scored.labels[2:-2], "0") if scored else {})},
        ),
    }
    if filing.slug in ways:
        way = chance.choice(ways[filing.slug])
        for page in [page for page in filing.pages if way.keys() <= set(page.labels)][-1:]:
            _on_paper(chance, page, **way)


def no_standing(chance: Random, filing: Filing) -> None:
    if page := filing.sheet("mentors"):
        _on_paper(chance, page, 人才称号="", 拔尖计划导师="否")


def one_child_twice(chance: Random, filing: Filing) -> None:
    """Two numbers for one child, as the school sent them."""
    if page := filing.sheet("students"):
        one, other = chance.sample(page.paper, 2)
        other |= {label: one[label] for label in ("姓名", "出生日期", "中学")}
        for line, _ in typed_from(page):
            page.retype(line)


def many_admitted(chance: Random, filing: Filing) -> None:
    """More are admitted than a third of those who came, or more are funded than there are places."""
    if page := filing.sheet("interviews"):
        for line, record in list(typed_from(page))[: chance.randrange(3, 8)]:
            record |= {"是否入选": "是", "资助类型": chance.choice((FUNDED, FUNDED, OWN))}
            page.retype(line)


def never_written(chance: Random, filing: Filing) -> None:
    """A summary that nobody wrote, a student whom nobody evaluated: there is nothing on paper."""
    page = filing.sheet("summaries") or filing.sheet("evaluations")
    if page and page.paper:
        record = chance.choice(page.paper)
        page.paper.remove(record)
        page.lines[:] = [line for line in page.lines if line.of is not record]


def wrong_account(chance: Random, filing: Filing) -> None:
    """More was spent than there was, or what is left over was worked out wrong, truly typed; or an item is missing."""
    if page := filing.sheet("funds"):
        for line, record in list(typed_from(page))[chance.randrange(3) :][:1]:
            record["金额"] = chance.choice(("1500.01", "20000.01", "13000", "0"))
            page.retype(line)


def elsewhere_in_the_province(chance: Random, filing: Filing) -> None:
    """Others have taken the funded places; a child may be another city's too; a mentor has fewer places.

    Or, at the year's end, a log that is not there, and days on campus that are too few.
    """
    number = chance.choice(TRAINED).number
    if filing.slug == "year-end":
        elsewhere(filing, unlogged={number: frozenset({chance.choice((1, 2, 3))})})
    if page := filing.sheet("evaluations"):
        elsewhere(filing, visits={number: 9})
        best = [line for line, record in typed_from(page) if record["报名号"] == number]
        for line in best:
            assert line.of is not None
            line.of["等级"] = "优秀"
            page.retype(line)
    if page := filing.sheet("interviews"):
        number = str(chance.choice(page.paper)["报名号"])
        ways: Sequence[Mapping[str, object]] = (
            {"funded_elsewhere": 64},
            {"unsettled": frozenset({number})},
            {"places": chance.choice((1, 2))},
        )
        elsewhere(filing, **chance.choice(ways))


MISTAKES: Sequence[Mistake] = (
    garbage, blank, spoilt_cell, swapped_cells, another_row, left_out, twice, stray, empty_rows, column_missing,
    column_renamed, column_twice, sheet_missing, sheet_twice, sheet_renamed, strange_number, strange_day,
    other_way_round, no_ground, no_standing, one_child_twice, many_admitted,
    never_written, wrong_account, elsewhere_in_the_province,
)  # fmt: skip

FORMS = tuple(BOOK.forms)


def faulty(seed: int) -> Filing:
    """Give the filing of that seed: of one form by turns, with one to six mistakes."""
    chance = Random(seed)
    filing = sound(FORMS[seed % len(FORMS)])
    for _ in range(chance.randint(1, 6)):
        if any(page.lines for page in filing.pages):
            chance.choice(MISTAKES)(chance, filing)
    return filing
