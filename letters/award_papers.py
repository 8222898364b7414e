"""Letters of appointment and certificates as pages to be printed: PDF/A-2b, all of one file in one run.

Typst sets them in a folder of its own, in which there is nothing but the templates and the office's two images: a
template reads no other file. A character that the font lacks fails, by whose paper it is, and is never left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from calendars.errors import TalentError
from letters.phrases import day
from letters.words import PROGRAMME, SIGNED

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIX, SHARED = ".typ", "sheet.typ"
IMAGES = (".png", ".jpg", ".svg")
IMAGED = ("seal", "signature")
FONTS = (".ttf", ".otf", ".ttc", ".otc")
MASK = 4
LARGEST = 4_000_000
"""Bytes of an image of the office's own."""

LACKS = re.compile(r'the text `"(.+?)"` could not be displayed')
UNKNOWN = "unknown font family"
FROM_OUTSIDE = re.compile(r'"\s*@')
"""What a template would have fetched from the network."""

NEEDED = ("name", "number", "grade", "day", "code")
"""What a template of the office's own has to print of each paper: one that gets on without it does not."""


class NoGlyph(TalentError):
    """没有颁发，也没有生成：字体里没有 {whose}。请核对，或在 {folder} 放入有这些字的字体并在式样里写明。"""


class NoPaperFont(TalentError):
    """不能生成聘书、证书：服务器没有中文字体 Noto Serif CJK SC。Debian/Ubuntu 请安装 fonts-noto-cjk。"""


class UnfitTemplate(TalentError):
    """聘书、证书的式样 {file} 不能用：{wrong}。"""


@dataclass(frozen=True, slots=True)
class AwardPaper:
    """What one paper says: whose it is, its number (2022年第1号), the day it was issued, where it is confirmed.

    `whom` is how whoever prints it is told of a character that is missing.
    """

    whom: str
    name: str
    place: str
    subject: str
    grade: str
    number: str
    day: date
    url: str


SPECIMEN = AwardPaper(
    "示例", "示例", "示例中学", "数学", "优秀", "0年第0号", date(2022, 1, 1), "https://talent.example/verify/"
)
"""Whom a template is tried with."""


@dataclass(frozen=True, slots=True)
class Stationery:
    """An office's own templates by their file's name, its images, and where its fonts are; of none, ours."""

    folder: Path | None = None

    def files(self, kind: str) -> dict[str, bytes]:
        """Give all that a paper of that kind is made of: `main.typ`, what it shares, and the images.

        Raise `UnfitTemplate`.
        """
        found = {SHARED: shipped(SHARED), "main.typ": shipped(kind + SUFFIX)}
        for name, put in ((SHARED, SHARED), (kind + SUFFIX, "main.typ")):
            own = self.folder / name if self.folder else None
            if own and own.is_file():
                found[put] = _own(own)
        return found | {name: content for image in IMAGED for name, content in self._image(image)}

    def own(self) -> list[Path]:
        """Give all that the office put there for its papers: templates and images, and fonts in whatever subfolder."""
        read = (SUFFIX, *IMAGES, *FONTS)
        found = self.folder.rglob("*") if self.folder else ()
        return sorted(file for file in found if file.suffix.lower() in read and file.is_file())

    def _image(self, which: str) -> list[tuple[str, bytes]]:
        files = [self.folder / f"{which}{kind}" for kind in IMAGES] if self.folder else []
        there = next((file for file in files if file.is_file()), None)
        if there is None:
            return []
        if there.stat().st_size > LARGEST:
            raise UnfitTemplate(file=there, wrong=f"图片超过 {LARGEST // 1_000_000} MB")
        return [(there.name, there.read_bytes())]

    def owns(self, kind: str) -> bool:
        """Tell whether anything of the template is the office's own."""
        return self.folder is not None and any((self.folder / name).is_file() for name in (SHARED, kind + SUFFIX))


def shipped(name: str) -> bytes:
    """Give a template as it is shipped, to begin from."""
    return (resources.files("letters") / "papers" / name).read_bytes()


def _own(file: Path) -> bytes:
    content = file.read_bytes()
    if FROM_OUTSIDE.search(content.decode("utf-8", "replace")):
        raise UnfitTemplate(file=file, wrong="不能引用网上的组件（@…）")
    return content


def made(
    kind: str, title: str, year: int, papers: Sequence[AwardPaper], stationery: Stationery, *, sample: bool = False
) -> bytes:
    """Give the pages of these papers of one kind as PDF/A-2b, in their order, one each; a `sample` says so across it.

    Raise `NoGlyph`, `NoPaperFont`, `UnfitTemplate`.
    """
    files = stationery.files(kind)
    facts = {**_facts(title, year, papers, files), "sample": "样张" if sample else ""}
    if stationery.owns(kind):
        _check(kind, facts, files, stationery)
    return _set(facts, files, stationery, papers)


def _facts(title: str, year: int, papers: Sequence[AwardPaper], files: dict[str, bytes]) -> dict[str, Any]:
    images = {which: next((name for name in files if name.startswith(f"{which}.")), "") for which in IMAGED}
    printed = [_printed(one) for one in papers]
    return {"title": title, "year": year, "programme": PROGRAMME, "issuer": SIGNED, "papers": printed, **images}


def _printed(one: AwardPaper) -> dict[str, str]:
    """Give what a template is told of a paper."""
    facts = {name: value for name, value in asdict(one).items() if name != "whom"}
    return facts | {"day": day(one.day), "code": _code(one.url)}


def _code(url: str) -> str:
    """Draw the code of an address as SVG, under one mask: trying all takes longer than setting the paper."""
    import segno

    file = BytesIO()
    drawn = segno.make(url, micro=False, error="m", mask=MASK)
    drawn.save(file, kind="svg", border=4, light="#fff", svgclass=None, lineclass=None)
    return file.getvalue().decode()


def _set(facts: dict[str, Any], files: dict[str, bytes], stationery: Stationery, papers: Sequence[AwardPaper]) -> bytes:
    import typst

    own = stationery.folder
    with TemporaryDirectory(prefix="talent-papers-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            pdf, warnings = typst.compile_with_warnings(
                Path(folder) / "main.typ",
                root=Path(folder),
                font_paths=[own] if own and own.is_dir() else [],
                format="pdf",
                sys_inputs={"data": json.dumps(facts, ensure_ascii=False)},
                pdf_standards=["a-2b"],
                pdf_tags=False,  # which A-2b does not ask, and takes ten times as long
                package_path=folder,
                package_cache_path=folder,
            )
        except typst.TypstError as error:
            raise _refused(error.message, error.diagnostic, stationery, papers) from error
    if any(UNKNOWN in warning.message for warning in warnings):
        raise NoPaperFont
    return pdf


def _refused(message: str, diagnostic: str, stationery: Stationery, papers: Sequence[AwardPaper]) -> TalentError:
    missing = sorted({found for said in (message, diagnostic) for found in LACKS.findall(said)})
    if not missing:
        return UnfitTemplate(file=stationery.folder or "", wrong=message)
    marks = [f"{text}（{'、'.join(f'U+{ord(one):04X}' for one in text)}）" for text in missing]
    whose = [
        f"{one.whom}的“{mark}”"
        for text, mark in zip(missing, marks, strict=True)
        for one in papers
        if text in f"{one.name}\n{one.place}\n{one.subject}"
    ]
    return NoGlyph(
        whose="、".join(dict.fromkeys(whose)) or "、".join(marks), folder=stationery.folder or "TALENT_PAPERS"
    )


def _check(kind: str, facts: dict[str, Any], files: dict[str, bytes], stationery: Stationery) -> None:
    """Raise `UnfitTemplate` where a template of the office's own leaves out what a paper has to say.

    It is set without each in turn, for somebody invented: where it gets on, it does not print it.
    """
    one = _printed(SPECIMEN)
    for name in (name for name in NEEDED if name != "grade" or kind == "certificate"):
        without = {**facts, "papers": [{key: value for key, value in one.items() if key != name}]}
        if _gets_on(json.dumps(without, ensure_ascii=False), tuple(files.items()), stationery):
            raise UnfitTemplate(file=stationery.folder, wrong=f"没有印出 {name}")


@lru_cache(maxsize=16)
def _gets_on(said: str, files: tuple[tuple[str, bytes], ...], stationery: Stationery) -> bool:
    try:
        _set(json.loads(said), dict(files), stationery, ())
    except UnfitTemplate:
        return False
    except NoGlyph:  # which is found only where all else is there
        return True
    return True
