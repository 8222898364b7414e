"""`talent letters`: the post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from commands.options import COMMON, Common, OneCity, UsageError
from commands.output import answer, line

if TYPE_CHECKING:
    from rich.console import Console

app = App(name="letters")

Kind = Annotated[str, Parameter(help="种类，如 reminder、overdue、returned、digest")]


@app.command(help="预览某类函件的样稿（内容为虚构），不发送")
def preview(
    kind: Kind,
    /,
    *,
    city: OneCity,
    phase: Annotated[str | None, Parameter(metavar="阶段", help="阶段；整个年度的函件不写")] = None,
    html: Annotated[bool, Parameter(negative="", help="打印 HTML 正文，不打印文字正文")] = False,
    year: Annotated[int | None, Parameter(metavar="年度", help="按哪一年度的日历；不写时为附带的最早年度")] = None,
    common: Common = COMMON,
) -> None:
    """Print a specimen of one kind for every audience that it is written to."""
    found = specimens(kind, phase, city, year)
    answer(common.json, found, lambda console: _letters(console, found, html=html))


def specimens(kind: str, phase: str | None, city: str, number: int | None) -> list[dict[str, str]]:
    """The rendered specimens, one an audience; raises UsageError where there is no such letter."""
    from calendars.files import load, shipped
    from letters.occurrences import KINDS, OCCURS
    from letters.render import render
    from letters.specimens import specimen

    year = load(number or shipped()[0])
    slug = year.phase(phase).slug if phase else None
    kinds = [each for each in KINDS if each == kind]
    audiences = [(each, audience) for each in kinds for audience in OCCURS.get((each, slug), ())]
    if not audiences:
        raise UsageError(_no_such(kind, slug))
    rendered = [
        (audience, render(specimen(year, each, slug, audience, year.city(city)))) for each, audience in audiences
    ]
    return [{"audience": audience, "subject": r.subject, "text": r.text, "html": r.html} for audience, r in rendered]


def _no_such(kind: str, phase: str | None) -> str:
    from letters.occurrences import KINDS, OCCURS

    if kind not in KINDS:
        return f"没有“{kind}”这类函件；可用的有 {'、'.join(KINDS)}。"
    phases = [slug or "（不写 --phase）" for each, slug in OCCURS if each == kind]
    return f"“{kind}”类函件不出现在 {phase or '整个年度'}；可用的阶段有 {'、'.join(phases)}。"


def _letters(console: Console, found: list[dict[str, str]], *, html: bool) -> None:
    for each in found:
        line(console, f"—— 收件人类别：{each['audience']}", "dim")
        line(console, f"主题：{each['subject']}", "bold")
        line(console, each["html"] if html else each["text"])
