"""A workbook's parts are found by relationships, and a number whose format is not told is not guessed at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest

from forms.cell_marks import PERCENT, PLAIN, UNCLEAR, scales
from forms.workbook_rows import Reading
from tests.support.books import Percent, changed, packed, parts, read

BOOK = changed("application", "学生", 学科排名百分比=Percent(0.8))
LINKS, STYLES, SHEET = "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/worksheets/sheet2.xml"
Members = dict[str, bytes]


def told(**targets: str) -> Callable[[Members], Members]:
    """Another target for a relationship that ends so."""

    def change(members: Members) -> Members:
        links = members[LINKS].decode()
        for name, target in targets.items():
            assert f'"{name}' in links or f'/{name}.xml"' in links
            links = links.replace(f'Target="worksheets/{name}.xml"', f'Target="{target}"')
            links = links.replace(f'Target="{name}.xml"', f'Target="{target}"')
        return {**members, LINKS: links.encode()}

    return change


def named(old: str, new: str) -> Callable[[Members], Members]:
    return lambda members: {name.replace(old, new): part for name, part in members.items()}


def elsewhere(members: Members) -> Members:
    """The book and all of its parts in another folder, under another name."""
    moved = {name.replace("xl/", "book/").replace("workbook.", "workbook22."): part for name, part in members.items()}
    moved["_rels/.rels"] = moved["_rels/.rels"].replace(b"xl/workbook.xml", b"/Book/Workbook22.xml")
    return moved


def both(*changes: Callable[[Members], Members]) -> Callable[[Members], Members]:
    def change(members: Members) -> Members:
        for one in changes:
            members = one(members)
        return members

    return change


WRITTEN: Mapping[str, Callable[[Members], Members]] = {
    "as usual": lambda members: members,
    "sheets in capitals": named("worksheets/sheet", "worksheets/Sheet"),
    "all in capitals": lambda members: {name.upper(): part for name, part in members.items()},
    "names with backslashes": lambda members: {name.replace("/", "\\"): part for name, part in members.items()},
    "absolute": told(sheet2="/xl/worksheets/sheet2.xml", styles="/XL/styles.xml"),
    "from the root": told(sheet2="xl/worksheets/sheet2.xml", styles="xl/styles.xml"),
    "from here": told(sheet2="./worksheets/sheet2.xml", styles="./styles.xml"),
    "from above": told(sheet2="../xl/worksheets/sheet2.xml", styles="../xl/styles.xml"),
    "with backslashes": told(sheet2="worksheets\\sheet2.xml", styles=".\\styles.xml"),
    "styles of another name": both(named("xl/styles.xml", "xl/styles1.xml"), told(styles="styles1.xml")),
    "sheets of another folder": both(
        named(SHEET, "xl/pages/二.xml"), told(sheet2="pages/二.xml"), named("xl/styles.xml", "look.xml"),
        told(styles="../look.xml"),
    ),
    "a book of another name": elsewhere,
    "percent-encoded": both(
        named(SHEET, "xl/worksheets/表 1.xml"), told(sheet2="worksheets/%E8%A1%A8%201.xml"),
    ),
    "with a percent sign": both(named(SHEET, "xl/worksheets/a%20b.xml"), told(sheet2="worksheets/a%20b.xml")),
}  # fmt: skip


def rank(reading: Reading) -> object:
    assert reading.errors == ()
    (row,) = reading.rows["students"]
    return getattr(row, "subject_rank", None)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_percentage_is_one_however_the_parts_are_named(name: str) -> None:
    assert rank(read(packed(WRITTEN[name](parts(BOOK))), "application")) == Decimal(80)


@pytest.mark.parametrize(("part", "target"), [("styles", "gone.xml"), ("sheet2", "worksheets/gone.xml")])
def test_a_part_that_is_not_there_is_named(part: str, target: str) -> None:
    reading = read(packed(told(**{part: target})(parts(BOOK))), "application")
    assert [error.sentence for error in reading.errors] == [
        f"文件内缺少“{target}”这一部件；请在 Excel 或 WPS 中重新打开、另存后上传。"
    ]


def linked(link: str, *, links: str = LINKS) -> bytes:
    members = parts(BOOK)
    members[links] = members[links].replace(b"</Relationships>", f"{link}</Relationships>".encode())
    return packed({**members, "xl/plain.xml": b"<styleSheet/>"})


TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.mark.parametrize(
    ("link", "links"),
    [
        (f'<Relationship Id="rId99" Type="{TYPE}/styles" Target="plain.xml"/>', LINKS),
        (f'<Relationship Id="rId99" Type="{TYPE}/sharedStrings" Target="plain.xml"/>', LINKS),
        (f'<Relationship Id="rId1" Type="{TYPE}/worksheet" Target="plain.xml"/>', LINKS),
        (f'<Relationship Id="rId99" Type="{TYPE}/officeDocument" Target="xl/plain.xml"/>', "_rels/.rels"),
    ],
)
def test_two_parts_of_which_one_is_meant_are_refused(link: str, links: str) -> None:
    assert [error.code for error in read(linked(link, links=links), "application").errors] == ["file.damaged"]


@pytest.mark.parametrize("name", ["worksheets/sheet2.xml", "styles.xml"])
def test_a_part_in_another_file_is_refused(name: str) -> None:
    members = parts(BOOK)
    target = f'Target="{name}"'.encode()
    assert target in members[LINKS]
    members[LINKS] = members[LINKS].replace(target, target + b' TargetMode="External"')
    assert [error.code for error in read(packed(members), "application").errors] == ["file.damaged"]


def test_what_else_lies_in_another_file_is_nobodys_concern() -> None:
    link = '<Relationship Id="rId99" Type="urn:of/hyperlink" Target="https://a.example" TargetMode="External"/>'
    assert rank(read(linked(link), "application")) == Decimal(80)


def without_styles(members: Members) -> Members:
    links = members[LINKS].replace(b"relationships/styles", b"relationships/other")
    return {**members, LINKS: links}


def test_a_number_whose_format_is_nowhere_is_a_fault_where_it_stands() -> None:
    reading = read(packed(without_styles(parts(BOOK))), "application")
    found = [(error.code, error.row, error.column) for error in reading.errors]
    assert found == [("cell.format", 2, "出生日期"), ("cell.format", 2, "学科排名百分比")]
    assert "看不出这个数是不是百分比" in reading.errors[1].sentence


def test_a_number_without_a_format_needs_no_styles() -> None:
    plain = changed("application", "学生", 学科排名百分比=8.5, 出生日期="2006-02-03")
    assert rank(read(packed(without_styles(parts(plain))), "application")) == Decimal("8.5")


def test_a_cell_that_names_no_format_has_the_first_one() -> None:
    members = parts(changed("application", "学生", 学科排名百分比=0.8))
    cells = members[STYLES].index(b"<cellXfs")
    styles = members[STYLES][:cells] + members[STYLES][cells:].replace(b'numFmtId="0"', b'numFmtId="9"', 1)
    assert rank(read(packed({**members, STYLES: styles}), "application")) == Decimal(80)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        *(("0%", PERCENT), ("0.00%", PERCENT), ("0.0%;-0.0%", PERCENT), ("0%;(0%);@", PERCENT), ("0%;-0%;0", PERCENT)),
        *(("[Red]0%", PERCENT), ("[<1]0%;[<2]0.0%", PERCENT), ("[<1]0%;0%;0", UNCLEAR)),
        *(("0.0", PLAIN), ('0"%"', PLAIN), ("0\\%", PLAIN), ("[$%-804]0", PLAIN), ("0_%", PLAIN), ("@", PLAIN)),
        *(("[<1]0%;0", UNCLEAR), ("0;0%", UNCLEAR), ("0%;0", UNCLEAR)),
    ],
)
def test_what_a_format_shows(code: str, shown: str) -> None:
    quoted = code.replace('"', "&quot;").replace("<", "&lt;")
    styles = f'<a><numFmts><numFmt numFmtId="176" formatCode="{quoted}"/></numFmts>'
    styles += '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf/><xf numFmtId="176"/><xf numFmtId="177"/>'
    styles += '<xf numFmtId="10"/></cellXfs></a>'
    assert scales(styles.encode()) == {"0": PLAIN, "1": shown, "2": UNCLEAR, "3": PERCENT}


def test_a_number_shown_now_as_a_percentage_and_now_not_is_a_fault() -> None:
    members = parts(BOOK)
    assert b"&quot;\xe6\x8e\x92\xe5\x90\x8d&quot;0.0%" in members[STYLES]
    members[STYLES] = members[STYLES].replace(b"0.0%", b"0.0%;0.0")
    reading = read(packed(members), "application")
    assert [(error.code, error.column) for error in reading.errors] == [("cell.format", "学科排名百分比")]
