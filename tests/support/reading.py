"""A page as its reader sees it: tables, headings and lists as text, and how many elements of a kind it has.

What is hidden until something happens is not read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

KEPT = frozenset({"h1", "h2", "h3", "td", "th", "li", "dt", "dd", "p", "title", "text", "summary", "pre"})
VOID = frozenset({"meta", "link", "input", "img", "br", "hr"})


@dataclass
class Element:
    tag: str
    text: str = ""


@dataclass
class Read(HTMLParser):
    """The elements in the order in which they begin; `tables` are rows of cells."""

    elements: list[Element] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    @classmethod
    def page(cls, text: str) -> Read:
        read = cls()
        HTMLParser.__init__(read)
        read.feed(text)
        for element in read.elements:
            element.text = " ".join(element.text.split())
        read.tables = [[[" ".join(cell.split()) for cell in row] for row in table] for table in read.tables]
        return read

    def texts(self, tag: str) -> list[str]:
        return [element.text for element in self.elements if element.tag == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.links += [value or "" for name, value in attrs if name == "href" and tag == "a"]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self._open.append(Element(tag))
            if "hidden" not in dict(attrs):
                self.elements.append(self._open[-1])

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data
        if any(element.tag in {"td", "th"} for element in self._open):
            self.tables[-1][-1][-1] += data
