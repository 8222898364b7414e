"""Words of the office's own: a template a kind in a folder, taken only where it holds for every letter of that kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from letters.occurrences import KINDS
from letters.proofreading import proofread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phases.book import Book
    from phases.letter_kinds import Kind

SUFFIX = ".jinja"


@dataclass(frozen=True, slots=True)
class Misworded:
    """Why a template is not taken: its file, the letter it fails for, and what is wrong (Chinese)."""

    file: str
    where: str
    wrong: str

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        return f"{self.file}（{self.where}）：{self.wrong}"


@dataclass(frozen=True, slots=True)
class Wording:
    """The templates that hold, by kind; and what is wrong with the others, of which the shipped words stand."""

    words: Mapping[str, str]
    faults: tuple[Misworded, ...] = ()


def wording(folder: Path, book: Book) -> Wording:
    """Read the templates of a folder; where there is no such folder there are none. Read again when a file changed."""
    files = sorted(file for file in folder.glob(f"*{SUFFIX}") if file.is_file())
    return _read(tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files), book)


def shipped(kind: Kind) -> str:
    """Give the template that is shipped, to begin from."""
    return (resources.files("letters") / "templates" / f"{kind}{SUFFIX}").read_text(encoding="utf-8")


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int, int], ...], book: Book) -> Wording:
    words: dict[str, str] = {}
    faults: list[Misworded] = []
    for file, _, _ in files:
        found = _one(file, book)
        if isinstance(found, str):
            words[file.stem] = found
        else:
            faults.extend(found)
    return Wording(words, tuple(faults))


def _one(file: Path, book: Book) -> str | list[Misworded]:
    from calendars import files

    if file.stem not in KINDS:
        return [Misworded(file.name, "文件名", f"没有“{file.stem}”这类函件；可用的有 {'、'.join(KINDS)}")]
    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "不是 UTF-8 文本"
        return [Misworded(file.name, "文件", f"读不出来：{reason}")]
    years = [files.load(year) for year in {min(files.shipped()), max(files.shipped())}]  # dates settled, and 暂定
    found = [Misworded(file.name, *fault) for fault in proofread(file.stem, source, years, book)]
    return found or source
