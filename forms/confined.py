"""The inside of the sandbox: a script that `forms.sandbox` runs in a process of little memory, killed if it is slow.

Reads requests from standard input (a line of JSON, then the bytes of a workbook), answers each with a line of JSON.
Imports the standard library and calamine only, so that a cold start is short.
What is parsed is what was checked: the members are inflated once, counted, and packed anew for calamine.
"""

from __future__ import annotations

import io
import json
import re
import resource
import signal
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from xml.parsers import expat  # hostile XML is what the limits of this process are for; a DTD is refused

from python_calamine import load_workbook

MEMORY = 512 * 2**20  # bytes of address space
WALL = 10  # seconds a request may take
INFLATED = 50 * 2**20  # bytes, all members together
MEMBERS = 200
CELLS = 2_000_000  # in one sheet: a form of 20,000 rows has 340,000
TAGS = 3_000_000  # in all members together: that form has 1,700,000, and as many again take a second to parse
HEAVY = 8 * 2**20  # bytes inflated, after which the process is not used again: its memory is in pieces
FORM_PROPERTY = "talent-form"  # custom property: the form's slug and version
_BUILT_IN_PERCENT = frozenset({"9", "10"})  # number formats 0% and 0.00%, ECMA-376 part 1, 18.8.30
_NOT_SCALING = re.compile(r'"[^"]*"|\\.|_.|\*.')  # a literal % in a number format does not multiply by a hundred

Table = list[list[Any]]


class RefusedError(Exception):
    """The file is not one that a form can be read from; the argument is the stable code of the reason."""


def unpack(data: bytes, wanted: Iterable[str]) -> dict[str, Any]:
    """The names of all sheets, the tables of those wanted from cell A1 on, and the form's stamp ("" where none).

    A number in a cell that is formatted as a percentage is given as the text it shows, such as `7.1%`.
    """
    members = _members(data)
    book = load_workbook(io.BytesIO(_packed(members)))
    percent = _Percent(members)
    tables: dict[str, Table] = {}
    for name in book.sheet_names:
        if name.strip() in wanted and name.strip() not in tables:
            tables[name.strip()] = _table(book.get_sheet_by_name(name), percent.cells(name))
    return {
        "names": book.sheet_names,
        "tables": tables,
        "stamp": _stamp(members.get("docProps/custom.xml", b"")),
        "heavy": sum(map(len, members.values())) > HEAVY,
    }


def _members(data: bytes) -> dict[str, bytes]:
    """The XML parts of the workbook, inflated, once the directory has been checked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        listed = archive.infolist()
        _check(listed)
        parts: dict[str, bytes] = {}
        left = INFLATED
        for member in listed:
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as stream:
                    parts[member.filename] = stream.read(left + 1)
                left -= len(parts[member.filename])
                if left < 0:
                    raise RefusedError("file.inflated")
    if sum(part.count(b"<") for part in parts.values()) > TAGS:
        raise RefusedError("file.too-large-sheet")
    if b"macroEnabled" in parts.get("[Content_Types].xml", b""):
        raise RefusedError("file.macros")
    return parts


def _check(listed: list[zipfile.ZipInfo]) -> None:
    names = {member.filename for member in listed}
    if len(listed) > MEMBERS:
        raise RefusedError("file.members")
    if sum(member.file_size for member in listed) > INFLATED:
        raise RefusedError("file.inflated")
    if any(member.flag_bits & 1 for member in listed):
        raise RefusedError("file.encrypted")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise RefusedError("file.macros")
    if "xl/workbook.xml" not in names:
        raise RefusedError("file.not-workbook")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in listed):
        raise RefusedError("file.damaged")


def _packed(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return target.getvalue()


def _table(sheet: Any, percent: Iterable[tuple[int, int]]) -> Table:  # noqa: ANN401 - calamine ships its class unnamed
    height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    if height * width > CELLS:
        raise RefusedError("file.too-large-sheet")
    table: Table = sheet.to_python(skip_empty_area=False)
    for row, column in percent:
        if row < len(table) and column < len(table[row]) and type(table[row][column]) is float:
            table[row][column] = _shown(table[row][column])
    return table


def _shown(number: float) -> str:
    return f"{(Decimal(format(number, '.15g')) * 100).normalize():f}%"


class _Percent:
    """Which cells are formatted as a percentage: calamine gives values only."""

    def __init__(self, members: dict[str, bytes]) -> None:
        self._members = members
        self._styles = frozenset(_percent_styles(members.get("xl/styles.xml", b"")))
        self._paths = dict(_sheet_paths(members)) if self._styles else {}

    def cells(self, sheet: str) -> list[tuple[int, int]]:
        """Rows and columns, counted from 0; one that does not say where it stands follows the one before."""
        found: list[tuple[int, int]] = []
        row, column, styles = -1, -1, self._styles

        def seen(tag: str, given: dict[str, str]) -> None:
            nonlocal row, column
            if tag == "c":
                column = _column(given["r"]) if "r" in given else column + 1
                if given.get("s") in styles:
                    found.append((row, column))
            else:
                row, column = int(given["r"]) - 1 if "r" in given else row + 1, -1

        _walk(self._members.get(self._paths.get(sheet, ""), b""), frozenset({"row", "c"}), seen)
        return found


def _column(reference: str) -> int:
    return _column_named(reference.rstrip("0123456789"))


@lru_cache(maxsize=1000)
def _column_named(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _percent_styles(part: bytes) -> Iterator[str]:
    """The indices of the cell formats that show a percentage."""
    formats = set(_BUILT_IN_PERCENT)
    inside, index = False, 0
    for tag, given in _elements(part, frozenset({"numFmt", "cellXfs", "cellStyles", "dxfs", "xf"})):
        if tag == "numFmt" and "%" in _NOT_SCALING.sub("", given["formatCode"]):
            formats.add(given["numFmtId"])
        elif tag != "xf":
            inside = tag == "cellXfs"
        elif inside:
            if given.get("numFmtId") in formats:
                yield str(index)
            index += 1


def _sheet_paths(members: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Each sheet's name and the member that holds it."""
    links = members.get("xl/_rels/workbook.xml.rels", b"")
    targets = {given["Id"]: given["Target"] for _, given in _elements(links, frozenset({"Relationship"}))}
    for _, given in _elements(members["xl/workbook.xml"], frozenset({"sheet"})):
        target = targets[given["id"]]
        yield given["name"], target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _stamp(part: bytes) -> str:
    """The value of the property that the template writer left: the form's slug and version."""
    text: list[str] = []
    ours = False

    def seen(_: str, given: dict[str, str]) -> None:
        nonlocal ours
        ours = given.get("name") == FORM_PROPERTY

    _walk(part, frozenset({"property"}), seen, lambda data: text.append(data) if ours else None)
    return "".join(text).strip()[:80]


def _elements(part: bytes, tags: frozenset[str]) -> list[tuple[str, dict[str, str]]]:
    """The elements named so, with their attributes by local name."""
    found: list[tuple[str, dict[str, str]]] = []
    _walk(part, tags, lambda tag, given: found.append((tag, {_local(key): text for key, text in given.items()})))
    return found


def _walk(
    part: bytes,
    tags: frozenset[str],
    seen: Callable[[str, dict[str, str]], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `seen` for each element named so, whatever its namespace; its attributes keep theirs."""

    def start(tag: str, given: dict[str, str]) -> None:
        if (name := _local(tag)) in tags:
            seen(name, given)

    def refuse(*_: object) -> None:
        raise RefusedError("file.damaged")

    reader = expat.ParserCreate(namespace_separator=" ")
    reader.StartElementHandler = start
    reader.StartDoctypeDeclHandler = refuse
    if text:
        reader.CharacterDataHandler = text
    if part:
        reader.Parse(part, True)


@lru_cache(maxsize=1000)
def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _answer(data: bytes, wanted: Iterable[str]) -> dict[str, Any]:
    try:
        return unpack(data, wanted)
    except RefusedError as refused:
        return {"refused": str(refused)}
    except MemoryError:
        return {"refused": "file.too-costly", "heavy": True}
    except Exception:  # noqa: BLE001 - whatever a hostile file made of the parsers, it is a file nobody can read
        return {"refused": "file.damaged"}


def _as_json(cell: object) -> object:
    if isinstance(cell, datetime):
        cell = cell.date()
    return {"day": cell.isoformat()} if isinstance(cell, date) else str(cell)


def main() -> None:
    """Answer until standard input ends; a request that outlives its parent is ended by the alarm."""
    if sys.platform == "linux":  # elsewhere the address space cannot be limited
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := asked.readline():
        request = json.loads(line)
        signal.alarm(WALL + 5)
        answer = _answer(asked.read(request["size"]), request["wanted"])
        answers.write(json.dumps(answer, ensure_ascii=False, default=_as_json).encode("utf-8", "replace") + b"\n")
        answers.flush()
        signal.alarm(0)


if __name__ == "__main__":
    main()
