"""The inside of the sandbox: what `forms.sandbox` runs in a process of little memory, killed if it is slow.

Reads requests from standard input (a line of JSON, the form that is asked for, the bytes of a workbook), answers each
with a line of JSON. What reads rows is imported once a file is a workbook: a hostile one is refused before that.
What is parsed is what was checked: the members are inflated once, counted, found, and packed anew for calamine.
"""

from __future__ import annotations

import io
import json
import resource
import signal
import sys
import traceback
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import load_workbook

from forms import cell_marks
from forms.blank_cells import blank_texts, emptied
from forms.cell_marks import Marks, Place
from forms.cells import Broken
from forms.folding import drawn
from forms.parts import Package, RefusedError, elements, folded, local, package, parser, plain
from forms.unpacked import Hidden, Unpacked

MEMORY = 512 * 2**20  # bytes of address space
WALL = 30  # seconds a request may take, on a machine that has other work too
PROCESSOR = 10  # seconds of a processor
INFLATED = 50 * 2**20  # bytes, all members together
MEMBERS = 200
CELLS = 2_000_000  # in one sheet: a form of 20,000 rows has 340,000
TAGS = 3_000_000  # in all members together: that form has 1,700,000, and as many again take a second to parse
HEAVY = 8 * 2**20  # bytes inflated, after which the process is not used again: its memory is in pieces
PLAIN = frozenset({str, float, int, bool})
FORM_PROPERTY = "talent-form"  # custom property: the form's slug and version

Rows = list[list[Any]]


def unpack(data: bytes, wanted: Iterable[str]) -> Unpacked:
    """The names of all sheets, the tables of those wanted from cell A1 on, and the form's stamp ("" where none).

    A number in a cell that is formatted as a percentage is given as the text it shows, such as `7.1%`; a cell that
    holds no value, or one that could mean two, as `Broken`.
    """
    members = _members(data)
    found = package(members)
    marked = _marked(found, frozenset(wanted))
    sheets = (
        replace(sheet, part=cell_marks.readable(marked[sheet.name])) if sheet.name in marked else sheet
        for sheet in found.sheets
    )
    book = load_workbook(io.BytesIO(replace(found, sheets=tuple(sheets)).packed()))
    tables: dict[str, Rows] = {}
    hidden: dict[str, Hidden] = {}
    unseen = {sheet.name for sheet in found.sheets if sheet.hidden}
    for name, of in marked.items():
        if (shown := drawn(name)) not in tables:
            tables[shown] = _table(book.get_sheet_by_name(name), of)
            hidden[shown] = Hidden(name in unseen, [row for row in of.rows if row < of.height], of.columns)
    heavy = sum(map(len, members.values())) > HEAVY
    return Unpacked(tuple(book.sheet_names), tables, hidden, _stamp(members.get("docprops/custom.xml", b"")), heavy)


def _marked(found: Package, wanted: frozenset[str]) -> dict[str, Marks]:
    scales, computed = cell_marks.scales(found.beside.get("styles", b"")), cell_marks.computed(found.book)
    marked: dict[str, Marks] = {}
    for sheet in found.sheets:
        if drawn(sheet.name) in wanted and sheet.name not in marked:
            marks = Marks(sheet.part, scales, computed=computed)
            if marks.size > CELLS:
                part = emptied(sheet.part, blank_texts(found.beside.get("sharedStrings", b"")))
                marks = Marks(part, scales, computed=computed)
                if marks.size > CELLS:
                    raise RefusedError("file.too-large-sheet")
            marked[sheet.name] = marks
    return marked


def _members(data: bytes) -> dict[str, bytes]:
    """The XML parts of the workbook by folded names, inflated, once the directory has been checked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        listed = archive.infolist()
        _check(listed)
        parts: dict[str, bytes] = {}
        left = INFLATED
        for member in listed:
            name = folded(member.filename)
            if name in parts:  # two parts of one name: none is the right one
                raise RefusedError("file.damaged")
            if name.endswith((".xml", ".rels")):
                with archive.open(member) as stream:
                    parts[name] = stream.read(left + 1)
                left -= len(parts[name])
                if left < 0:
                    raise RefusedError("file.inflated")
    if sum(part.count(b"<") for part in parts.values()) > TAGS:
        raise RefusedError("file.too-large-sheet")
    members = {name: plain(part) for name, part in parts.items()}
    # A writer may list what types there are, macros among them, for a workbook that has none: a part's own type counts.
    types = elements(members.get("[content_types].xml", b""), frozenset({"Default", "Override"}))
    if any("macroEnabled" in given["ContentType"] for _, given in types if _typed(given).endswith("xml")):
        raise RefusedError("file.macros")
    return members


def _typed(given: Mapping[str, str]) -> str:
    """What a content type is given to: a part by its name, or all whose names end so."""
    return folded(given.get("PartName") or given.get("Extension", ""))


def _check(listed: list[zipfile.ZipInfo]) -> None:
    if len(listed) > MEMBERS:
        raise RefusedError("file.members")
    if sum(member.file_size for member in listed) > INFLATED:
        raise RefusedError("file.inflated")
    if any(member.flag_bits & 1 for member in listed):
        raise RefusedError("file.encrypted")
    if any(folded(member.filename).endswith("vbaproject.bin") for member in listed):
        raise RefusedError("file.macros")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in listed):
        raise RefusedError("file.damaged")


def _table(sheet: Any, of: Marks) -> Rows:  # noqa: ANN401 - calamine ships its class unnamed
    table: Rows = [[cell if type(cell) in PLAIN else _plain(cell) for cell in row] for row in _rows(sheet)]
    for (row, column), scale in of.scaled.items():
        if row < len(table) and column < len(table[row]) and type(table[row][column]) is float:
            table[row][column] = (
                _shown(table[row][column]) if scale == cell_marks.PERCENT else Broken(cell_marks.FORMAT)
            )
    for (row, column), (code, shown) in of.broken.items():
        table += [[] for _ in range(row + 1 - len(table))]
        table[row] += [""] * (column + 1 - len(table[row]))
        table[row][column] = Broken(code, shown)
    for shown, first, last in of.merged:
        _cover(table, shown, first, last)
    return table


def _rows(sheet: Any) -> Rows:  # noqa: ANN401 - as above
    rows: Rows = sheet.to_python(skip_empty_area=False)
    return rows


def _plain(cell: object) -> str | date:
    """A day, or as what it is written: a time, a span of time."""
    if isinstance(cell, datetime):
        return cell.date()
    return cell if isinstance(cell, date) else str(cell)


def _cover(table: Rows, shown: str, first: Place, last: Place) -> None:
    """Mark the cells of a merged range that are not its first, in rows where something is written."""
    for at in range(first[0], min(last[0] + 1, len(table))):
        row = table[at]
        if any(cell not in ("", None) for cell in row):
            for column in range(first[1], min(last[1] + 1, len(row))):
                if (at, column) != first:
                    row[column] = Broken(cell_marks.MERGED, shown)


def _shown(number: float) -> str:
    return f"{(Decimal(format(number, '.15g')) * 100).normalize():f}%"


def _stamp(part: bytes) -> str:
    """The value of the property that the template writer left: the form's slug and version."""
    text: list[str] = []
    ours = False

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal ours
        if local(tag) == "property":
            ours = given.get("name") == FORM_PROPERTY

    reader = parser(start)
    reader.CharacterDataHandler = lambda data: text.append(data) if ours else None
    if part:
        reader.Parse(part, True)
    return "".join(text).strip()[:80]


def _answer(data: bytes, wanted: Iterable[str], task: bytes, *, typed: bool) -> dict[str, Any]:
    try:
        opened = unpack(data, wanted)
    except RefusedError as refused:
        return {"refused": refused.code, "part": refused.part}
    except MemoryError:
        return {"refused": "file.too-costly", "heavy": True}
    except Exception:  # noqa: BLE001 - whatever a hostile file made of the parsers, it is a file nobody can read
        return {"refused": "file.damaged"}
    try:
        return (_typed_rows if typed else _read)(opened, task) | {"heavy": opened.heavy}
    except MemoryError:
        return {"refused": "file.too-costly", "heavy": True}
    except Exception as error:  # noqa: BLE001 - a defect of ours: it is raised where it was asked
        return {"defect": _place(error)}


def _place(error: Exception) -> str:
    """What was raised, and where in the program; nothing of what the file holds, which its words might repeat."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}, {Path(frame.filename).name}:{frame.lineno}"


def _as_json(value: object) -> object:
    from forms.carried import marked

    return marked(value)


def _read(opened: Unpacked, task: bytes) -> dict[str, Any]:
    from forms.carried import Task, answer
    from forms.reading import judged

    return answer(judged(opened, *Task.of(task)))


def _typed_rows(opened: Unpacked, task: bytes) -> dict[str, Any]:
    from forms.carried import Task
    from forms.reading import as_typed

    return {"typed": as_typed(opened, Task.of(task).form)}


def main() -> None:
    """Answer until standard input ends; a request that takes too long, or outlives its parent, is ended by a timer."""
    if sys.platform == "linux":  # elsewhere the address space cannot be limited
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := asked.readline():
        request = json.loads(line)
        signal.alarm(WALL + 5)
        signal.setitimer(signal.ITIMER_PROF, PROCESSOR)
        task, data = asked.read(request["task"]), asked.read(request["size"])
        answer = _answer(data, request["wanted"], task, typed=request["typed"])
        answers.write(json.dumps(answer, ensure_ascii=False, default=_as_json).encode("utf-8", "replace") + b"\n")
        answers.flush()
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
