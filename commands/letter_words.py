"""`talent letters preview`, `check`, `words`: what letters say, before any is sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from commands.options import COMMON, Common, OneCity, UsageError, environment
from commands.output import answer, line, say
from letters.words import AUDIENCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from calendars.year import City, Year
    from letters.brief import Brief
    from letters.overrides import Wording
    from letters.render import Rendered
    from phases.letter_kinds import Kind
    from phases.parties import Audience

Occurrences = Mapping[tuple["Kind", str | None], tuple["Audience", ...]]

ALL = "all"
NOBODY = "preview@recipient.example"
Named = Annotated[str, Parameter(name="种类", help="种类，如 reminder、overdue、returned、digest；all 为全部")]


def preview(
    kind: Named,
    /,
    *,
    city: OneCity,
    phase: Annotated[str | None, Parameter(metavar="阶段", help="阶段；整个年度的函件不写")] = None,
    html: Annotated[bool, Parameter(negative="", help="打印 HTML 正文，不打印文字正文")] = False,
    output: Annotated[
        Path | None, Parameter(name=["--output", "-o"], metavar="目录", help="每封写成一个邮件文件（.eml）")
    ] = None,
    year: Annotated[int | None, Parameter(metavar="年度", help="按哪一年度的日历；不写时为附带的最早年度")] = None,
    common: Common = COMMON,
) -> None:
    """Print a specimen of one kind for every audience that it is written to, or write each as a message."""
    from calendars.files import load, shipped
    from letters.occurrences import occurrences
    from letters.overrides import wording
    from letters.render import render
    from letters.specimens import specimen
    from phases.book import BOOK

    read = load(year or shipped()[0])
    place, slug = read.city(city), read.phase(phase).slug if phase else None
    own = wording(environment().letters, BOOK)
    _complain(own)
    found = []
    for letter in _letters(kind, slug, occurrences(BOOK, read)):
        brief = specimen(BOOK, read, *letter, place)
        rendered = render(brief, own.words)
        file = {"file": str(_write(output, read, place, brief, rendered))} if output else {}
        said = {"subject": rendered.subject, "text": rendered.text, "html": rendered.html}
        found.append({"kind": brief.kind, "phase": brief.phase, "audience": brief.audience, **said, **file})
    answer(common.json, found, lambda console: _show(console, found, html=html))


def _letters(kind: str, phase: str | None, occurring: Occurrences) -> list[tuple[Kind, str | None, Audience]]:
    """Kind, phase and audience of every letter that is meant; raises UsageError where there is none."""
    from letters.occurrences import KINDS

    found = [
        (each, slug, audience)
        for (each, slug), audiences in occurring.items()
        if kind in {ALL, each} and (slug == phase or (kind == ALL and phase is None))
        for audience in audiences
    ]
    if found:
        return found
    if kind not in {ALL, *KINDS}:
        raise UsageError(f"没有“{kind}”这类函件；可用的有 {'、'.join(KINDS)}。")
    phases = [slug or "（不写 --phase）" for each, slug in occurring if each == kind]
    raise UsageError(f"“{kind}”类函件不出现在 {phase or '整个年度'}；可用的阶段有 {'、'.join(phases)}。")


def _write(folder: Path, year: Year, city: City, brief: Brief, rendered: Rendered) -> Path:
    """Write the message as it would be sent, to nobody."""
    from letters.envelope import invitations
    from letters.specimens import calendar_file
    from phases.book import BOOK
    from post.message import Outgoing, build, digest

    file = folder / f"{'-'.join(filter(None, (brief.kind, brief.phase, brief.audience)))}.eml"
    letter = Outgoing(
        key=file.stem,
        message_id=f"<{digest(file.stem)}@preview.example>",
        thread=None,
        sender=environment().mail_from,
        recipient=NOBODY,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        queued_at=brief.as_of,
        attachments=invitations([calendar_file(BOOK, year, brief, city)], environment().mail_from),
    )
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(build(letter).as_bytes())
    return file


def _show(console: Console, found: Sequence[Mapping[str, Any]], *, html: bool) -> None:
    for each in found:
        if "file" in each:
            line(console, f"已写入 {each['file']}")
            continue
        line(console, f"—— 收件人类别：{AUDIENCES[each['audience']]}", "dim")
        line(console, f"主题：{each['subject']}", "bold")
        line(console, each["html"] if html else each["text"])


def check(
    folder: Annotated[
        Path | None, Parameter(name="目录", help="自定文字的目录；不写时取 TALENT_LETTERS（var/letters）")
    ] = None,
    /,
    *,
    common: Common = COMMON,
) -> int:
    """Try every template of the office's own on every letter of its kind; 1 where one cannot be used."""
    from letters.overrides import wording
    from phases.book import BOOK

    place = folder or environment().letters
    found = wording(place, BOOK)
    faults = [{"file": fault.file, "where": fault.where, "wrong": fault.wrong} for fault in found.faults]
    data = {"folder": str(place), "used": sorted(found.words), "faults": faults}
    answer(common.json, data, lambda console: _checked(console, place, found))
    return 1 if faults else 0


def _checked(console: Console, place: Path, found: Wording) -> None:
    for fault in found.faults:
        line(console, fault.sentence)
    refused = len({fault.file for fault in found.faults})
    line(
        console,
        f"{place}：采用 {len(found.words)} 类（{'、'.join(sorted(found.words)) or '无'}），不能用 {refused} 份。",
    )


def _complain(own: Wording) -> None:
    say(*(f"提示：{fault.sentence}；这里仍用系统所附的文字。" for fault in own.faults))


def words(kind: Annotated[str, Parameter(name="种类", help="种类，如 overdue")], /, *, common: Common = COMMON) -> int:
    """Copy the shipped template of a kind to the office's folder, to be changed there; 1 where there is one already."""
    from letters.occurrences import KINDS
    from letters.overrides import SUFFIX, shipped

    known = next((each for each in KINDS if each == kind), None)
    if known is None:
        raise UsageError(f"没有“{kind}”这类函件；可用的有 {'、'.join(KINDS)}。")
    file = environment().letters / f"{known}{SUFFIX}"
    if file.exists():
        say(f"{file} 已经有了，没有改动。")
        return 1
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(shipped(known), encoding="utf-8")
    said = f"已写入 {file}；改好后用 talent letters check 检查，通过后即采用。"
    answer(common.json, {"kind": known, "file": str(file)}, lambda console: line(console, said))
    return 0
