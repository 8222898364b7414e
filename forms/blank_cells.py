"""A sheet that somebody's stray space makes enormous: what holds nothing but spaces is emptied before it is read."""

from __future__ import annotations

from forms.folding import drawn
from forms.parts import local, parser

_TEXTS = frozenset({"inlineStr", "str"})


def blank_texts(part: bytes) -> frozenset[str]:
    """The numbers of the workbook's shared texts in which nothing is drawn, as cells write them."""
    texts: list[str] = []

    def start(tag: str, _: dict[str, str]) -> None:
        if local(tag) == "si":
            texts.append("")

    def data(text: str) -> None:
        if texts:
            texts[-1] += text

    reader = parser(start)
    reader.CharacterDataHandler = data
    if part:
        reader.Parse(part, True)
    return frozenset(str(number) for number, text in enumerate(texts) if not drawn(text))


class _Cells:
    """Where in a sheet's XML the content of each blank cell begins and ends."""

    def __init__(self, part: bytes, blank: frozenset[str]) -> None:
        self.found: list[tuple[int, int]] = []
        self._blank, self._kind, self._text = blank, "", ""
        self._begun: int | None = None
        self._inside = self._formula = False
        self._reader = parser(self._start)
        self._reader.EndElementHandler = self._end
        self._reader.CharacterDataHandler = self._data
        self._reader.Parse(part, True)

    def _start(self, tag: str, given: dict[str, str]) -> None:
        name = local(tag)
        if name == "c":
            self._inside, self._formula, self._begun = True, False, None
            self._kind, self._text = given.get("t", ""), ""
        elif self._inside:
            self._formula |= name == "f"
            self._begun = self._reader.CurrentByteIndex if self._begun is None else self._begun

    def _data(self, text: str) -> None:
        if self._inside:
            self._text += text

    def _end(self, tag: str) -> None:
        if local(tag) != "c":
            return
        self._inside = False
        if self._begun is not None and not self._formula and self._holds_nothing():
            self.found.append((self._begun, self._reader.CurrentByteIndex))

    def _holds_nothing(self) -> bool:
        text = self._text.strip()
        return text in self._blank if self._kind == "s" else self._kind in _TEXTS and not drawn(text)


def emptied(part: bytes, blank: frozenset[str]) -> bytes:
    """The sheet with each cell that holds nothing but spaces as one that holds nothing."""
    kept, at = [], 0
    for begin, end in _Cells(part, blank).found:
        kept.append(part[at:begin])
        at = end
    return b"".join((*kept, part[at:]))
