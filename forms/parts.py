"""The parts of a workbook, found as its package says: by relationships, whatever the names of the parts look like.

Names of parts differ in more than case, and a target is relative to the part that names it (ECMA-376 part 2, 6.2 and
6.5). What is found is packed anew under the usual names, so that who reads on can neither miss a part nor find another.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote
from xml.parsers import expat  # hostile XML is what the limits of the process are for; a DTD is refused
from xml.sax.saxutils import quoteattr  # nosec B406 # it writes, and reads nothing

_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_CELLS = "worksheet"
_BESIDE = frozenset({"styles", "sharedStrings"})
_BOOK = "officeDocument"
_ONE = _BESIDE | {_BOOK}  # the kinds of which there is one, or none is the right one
_TOKEN = re.compile(
    rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[(.*?)(?:\]\]>|\Z)|<\?(?!xml\s).*?(?:\?>|\Z)|&#(?:(\d{1,9})|x([0-9A-Fa-f]{1,9}));",
    re.DOTALL,
)
_NUMERIC = frozenset(b"0123456789+-.eE")
_LINKS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'

Members = Mapping[str, bytes]
"""The XML parts of a package by their folded names."""


class RefusedError(Exception):
    """The file is not one that a form can be read from: the stable code of the reason, and the part that it names."""

    def __init__(self, code: str, part: str = "") -> None:
        super().__init__(code)
        self.code, self.part = code, part


class _Link(NamedTuple):
    """A relationship: its id, the last word of its type, its target as written, and whether that is another file."""

    key: str
    kind: str
    target: str
    outside: bool = False


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of the book: its name, the id and kind of its relationship, its XML (b"" where it has no cells)."""

    name: str
    key: str
    kind: str
    part: bytes
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Package:
    """The parts that cells are read from; `beside` has styles and texts, where the book has them, by kind."""

    book: bytes
    sheets: tuple[SheetPart, ...]
    beside: Mapping[str, bytes]

    def packed(self) -> bytes:
        """A workbook of these parts and no other, each under its usual name."""
        links = [_Link(f"of{kind}", kind, f"{kind}.xml") for kind in self.beside]
        for number, sheet in enumerate(self.sheets):
            links.append(_Link(sheet.key, sheet.kind, f"{sheet.kind}s/sheet{number}.xml"))
        parts = (*self.beside.values(), *(sheet.part for sheet in self.sheets))
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("_rels/.rels", _written([_Link("book", _BOOK, "xl/workbook.xml")]))
            archive.writestr("xl/workbook.xml", self.book)
            archive.writestr("xl/_rels/workbook.xml.rels", _written(links))
            for link, part in zip(links, parts, strict=True):
                archive.writestr(f"xl/{link.target}", part)
        return target.getvalue()


def folded(name: str) -> str:
    """What tells one part's name from another: neither case, nor which slash, nor one at the start does."""
    return name.replace("\\", "/").lstrip("/").lower()


def plain(part: bytes) -> bytes:
    """The part without comments and instructions, with CDATA as text and a numeral's characters as themselves.

    Of a cell that is written otherwise calamine reads nothing, or the half.
    """
    if b"<!" in part or b"&#" in part or part.find(b"<?", 5) > 0:
        return _TOKEN.sub(_plainly, part)
    return part


def _plainly(token: re.Match[bytes]) -> bytes:
    text, decimal, hexadecimal = token.groups()
    if text is not None:
        return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        return bytes([code]) if code in _NUMERIC else token[0]
    return b""


def package(members: Members) -> Package:
    """Follow the relationships from the package to its book and on; `RefusedError` where one leads nowhere."""
    starts = [_path(members, "", link.target) for link in _links(members, "") if link.kind == _BOOK]
    path = next((start for start in starts if start), "xl/workbook.xml")
    if path not in members or not elements(members[path], frozenset({"workbook"})):
        raise RefusedError("file.not-workbook")
    links = {link.key: link for link in _links(members, path)}
    if any(link.kind == "vbaProject" for link in links.values()):
        raise RefusedError("file.macros")
    beside = {link.kind: _part(members, path, link) for link in links.values() if link.kind in _BESIDE}
    sheets = (_sheet(members, path, given, links) for _, given in elements(members[path], frozenset({"sheet"})))
    return Package(members[path], tuple(sheets), beside)


def _sheet(members: Members, book: str, given: Mapping[str, str], links: Mapping[str, _Link]) -> SheetPart:
    link = links.get(given["id"])
    if link is None:
        raise RefusedError("file.part", given["name"])
    part = _part(members, book, link) if link.kind == _CELLS else b""
    return SheetPart(given["name"], link.key, link.kind, part, given.get("state", "visible") != "visible")


def _links(members: Members, source: str) -> list[_Link]:
    """The relationships of a part, or of the package itself (""); refuses two of which one would go unread."""
    folder, name = posixpath.split(source)
    part = members.get(posixpath.join(folder, "_rels", f"{name}.rels"), b"")
    links = [_link(given) for _, given in elements(part, frozenset({"Relationship"}))]
    alone = [link.kind for link in links if link.kind in _ONE]
    if len({link.key for link in links}) < len(links) or len({*alone}) < len(alone):
        raise RefusedError("file.damaged")
    if any(link.outside and link.kind in _ONE | {_CELLS} for link in links):
        raise RefusedError("file.damaged")
    return links


def _link(given: Mapping[str, str]) -> _Link:
    outside = given.get("TargetMode", "").lower() == "external"
    return _Link(given["Id"], given["Type"].rpartition("/")[2], given["Target"], outside)


def _part(members: Members, source: str, link: _Link) -> bytes:
    path = _path(members, source, link.target)
    if path is None:
        raise RefusedError("file.part", link.target)
    return members[path]


def _path(members: Members, source: str, target: str) -> str | None:
    """The member that a target means: seen from the part that names it, else from the root, as some writers mean it.

    As it is written, else with what is percent-encoded in it decoded.
    """
    for told in (target.replace("\\", "/"), unquote(target).replace("\\", "/")):
        for folder in (posixpath.dirname(source), ""):
            path = folded(posixpath.normpath(posixpath.join("/", folder, told)))
            if path in members:
                return path
    return None


def _written(links: Iterable[_Link]) -> str:
    told = (
        f"<Relationship Id={quoteattr(link.key)} Type={quoteattr(_TYPE + link.kind)} Target={quoteattr(link.target)}/>"
        for link in links
    )
    return f"{_LINKS}{''.join(told)}</Relationships>"


def elements(part: bytes, tags: frozenset[str]) -> list[tuple[str, dict[str, str]]]:
    """The elements named so, with their attributes by local name."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(tag: str, given: dict[str, str]) -> None:
        if (name := local(tag)) in tags:
            found.append((name, {local(key): text for key, text in given.items()}))

    if part:
        parser(start).Parse(part, True)
    return found


def parser(start: Callable[[str, dict[str, str]], None]) -> expat.XMLParserType:
    """A parser that calls `start` for each element, whose names carry their namespace, and refuses a DTD."""

    def refuse(*_: object) -> None:
        raise RefusedError("file.damaged")

    reader = expat.ParserCreate(namespace_separator=" ")
    reader.StartElementHandler = start
    reader.StartDoctypeDeclHandler = refuse
    reader.buffer_text = True
    return reader


@lru_cache(maxsize=1000)
def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]
