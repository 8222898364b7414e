"""From a brief to a subject and two bodies that say the same. Pure: no clock, no address, no database."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from calendars.deadlines import day_of
from letters import phrases, sentences
from letters.case_fields import filled
from letters.framed import BEGIN, END, Framed, cut
from letters.link_places import LINK_DAYS
from letters.occurrences import OFFICES, in_calendar, is_declined
from letters.refusals import principled, told
from letters.titles import closing, publishes, subject, title
from letters.words import (
    GATHERED,
    GROUPS,
    NEW,
    OFFICE,
    PROGRAMME,
    PUT_RIGHT,
    SIGNED,
    STANDS,
    SYSTEM,
    TRAINED_BY,
    WAYS,
    YOU,
)
from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template

    from gates.verdict import Finding
    from letters.brief import Brief, Item, RequestBrief, SecondDay

PIECES = re.compile("(?=[0-9]{4}年度|材料|工作(?:的|逾期)|逾期未|予以|有关情况|到校培养)")
"""Where a title may be broken into lines: never within a year, a phase or a city."""

BLANKS = re.compile(rf"(?m)^((?:{BEGIN})?　　.*\n)\n+(?=(?:{END})?　　|{END})")
"""Between the paragraphs of a letter there are none."""
FORMS = ("txt", "html")
SHIPPED: Mapping[str, str] = MappingProxyType({})
"""No words of the office's own."""

ASKED = (
    "number", "by", "reason", "granted", "late", "kept", "grace", "held", "needless", "corrected", "moved", "about",
    "done",
)  # fmt: skip
"""What a template may name of a request, besides its days."""

FAILED = phrases.GRADES[-1]

SHARED = ("paragraph", "facts", "duties", "findings", "items", "link_to")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words: a one-line subject, plain text, and the same as html without any remote resource.

    `framed` says where its own words stand in the text; None where they are in no frame.
    """

    subject: str
    text: str
    html: str
    framed: Framed | None = None


def render(brief: Brief, words: Mapping[str, str] = SHIPPED) -> Rendered:
    """Write the letter.

    `words` are templates of the office's own by kind, in the place of those shipped. One that fails over this brief all
    the same is passed by: no act is held up over words. An answer that neither grants a day nor declines one
    is the shipped one, and so is what says besides its own matter that the second part's day has moved.
    """
    beside = brief.also is not None and not LETTER_KINDS[brief.kind].moves
    if brief.kind in words and not beside and not (brief.asked and (brief.asked.overtaken or brief.asked.about)):
        with suppress(Exception):
            return render_own(brief, words[brief.kind])
    view = _view(brief)
    return _rendered(brief, *(_filled(_template(brief.kind, form), form, view) for form in FORMS))


def render_own(brief: Brief, source: str) -> Rendered:
    """Write the letter in a template of the office's own, in a sandbox; raises whatever that template breaks over."""
    view = _view(brief)
    return _rendered(brief, *(_filled(_own(source, form), form, view) for form in FORMS))


def _rendered(brief: Brief, marked: str, html: str) -> Rendered:
    text, own = cut(marked)
    due = brief.due.day if brief.due else None
    framed = own and Framed(title(brief), brief.addressee, brief.audience, *own, day_of(brief.as_of), due)
    return Rendered(subject(brief), text, html, framed)


def names(brief: Brief) -> list[str]:
    """Give what a template of its own may name, in the order of the alphabet."""
    return sorted(_view(brief))


def read_own(source: str) -> None:
    """Read a template of the office's own; raises TemplateSyntaxError where it is not written as one is."""
    for form in FORMS:
        _own(source, form)


def fill(name: str, view: Mapping[str, Any]) -> str:
    """Fill a shared template, `envelope.txt` or `envelope.html`, in the frame that every letter has."""
    form = name.rpartition(".")[2]
    return cut(_filled(_environment(form).get_template(name), form, view))[0]


def _filled(template: Template, form: str, view: Mapping[str, Any]) -> str:
    filled = template.render(view)
    return BLANKS.sub(r"\1", filled).strip() + "\n" if form == "txt" else filled


@cache
def _environment(form: str, kind: type[Environment] = Environment) -> Environment:
    environment = kind(
        loader=PackageLoader("letters"),
        undefined=StrictUndefined,
        autoescape=form == "html",  # plain text has no markup to escape
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(in_pieces=_in_pieces, numeral=phrases.numeral)
    environment.globals.update(layout=f"layout.{form}", programme=PROGRAMME, system=SYSTEM, begin=BEGIN, end=END)
    parts = environment.get_template(f"parts.{form}").module
    environment.globals.update({name: getattr(parts, name) for name in SHARED})
    return environment


def _in_pieces(title: str) -> Markup:
    return Markup("<wbr>").join(piece for piece in PIECES.split(title) if piece)


@cache
def _template(kind: str, form: str) -> Template:
    return _environment(form).get_template(f"{kind}.jinja")


@lru_cache(maxsize=64)
def _own(source: str, form: str) -> Template:
    return _environment(form, ImmutableSandboxedEnvironment).from_string(source)


def _view(brief: Brief) -> dict[str, Any]:
    """What the templates may name; StrictUndefined refuses anything else."""
    return _of_letter(brief) | _of_phase(brief) | _of_days(brief)


def _of_letter(brief: Brief) -> dict[str, Any]:
    """What holds of any letter: its frame, its lists, whom it goes to."""
    own, refusals = brief.own, [found for found in brief.findings if _concerns(found, brief)]
    sender = own.sender if own and own.sender != OFFICE else ""
    return {
        "title": title(brief),
        "addressee": "" if brief.audience == "province" else phrases.salutation(brief.audience, brief.addressee),
        "audience": brief.audience,
        "you": YOU[brief.audience],
        "students": "、".join(brief.students),
        "trained_by": TRAINED_BY.get(brief.audience, ""),
        "year": brief.year,
        "city": phrases.city(brief.city_name),
        "attempt": brief.attempt,
        "close": closing(brief),
        "signed": sender or (GATHERED if brief.audience == "province" else SIGNED),
        "reason": brief.reason or "",
        "because": (because := phrases.because(brief.reason)),
        "why": f"事由：{brief.reason}" if (brief.reason or "").strip() and not because else "",
        "own_words": [one for one in filled(own.text, brief).splitlines() if one.strip()] if own else [],
        "attached": own.papers if own else (),
        "sender": sender,
        "refusals": [told(found, brief) for found in refusals],
        "principled": principled(refusals, brief.audience),
        "rows": _rows(brief),
        "meeting": phrases.meets(brief.arranged) if brief.arranged else (),
        "lines": [_line(item) for item in brief.items],
        "bare": not any(item.detail for item in brief.items),
        "held": "、".join(item.label for item in brief.items),
        "tally": phrases.tally([item.detail for item in brief.items]),
        "failed": any(item.detail == FAILED for item in brief.items),
        "groups": _groups(brief),
        "heads": "、".join(brief.heads),
        "link": brief.link,
        "link_days": LINK_DAYS,
        "ask": _whom_to_ask(brief),
        "replies": bool(brief.ask and brief.ask.mailbox),
        "calendar": _has_calendar(brief),
        "entered": _entered(brief),
        "publishes": publishes(brief),
        "slip": publishes(brief) or any(item.detail.endswith(PUT_RIGHT) for item in brief.items),
        "meets": brief.arranged and 1 + brief.rearranged,
        "asked": brief.asked and _asked(brief.asked, brief),
    }


def _of_phase(brief: Brief) -> dict[str, Any]:
    """What the phase that it is about says, in its own words, and how far the city is in it."""
    settled, following = sentences.passed(brief)
    return {
        "phase": brief.phase_name,
        "what": sentences.work(brief),
        "task": sentences.task(brief),
        "filed": sentences.filed(brief),
        "files": sentences.called(brief).filed,
        "short": sentences.called(brief).short,
        "decision": sentences.decision(brief),
        "unfinished": sentences.unfinished(brief.awaits, brief.of.ending if brief.of else None),
        "begins": sentences.begins(brief),
        "todo": sentences.asked_of(brief, brief.audience),
        "hands_in": sentences.handed_in(brief),
        "lacking": sentences.lacking(brief),
        "listed": sentences.listed(brief),
        "settled": settled,
        "following": following,
        "kept": brief.kept,
        "filed_before": brief.filed,
        "stands": STANDS[brief.stands] if brief.stands else "",
        "follows": "、".join(brief.follows),
        "chased": phrases.chased(brief),
        "waits": phrases.waits(brief),
        "ways": _ways(brief),
    }


def _ways(brief: Brief) -> tuple[str, ...]:
    """What a late city can do; of what it has filed it can change nothing meanwhile."""
    ask = f"{phrases.waits(brief)}不必重复申请。" if brief.waits else WAYS[0]
    return (ask,) if brief.second else (ask, WAYS[1])


def _of_days(brief: Brief) -> dict[str, Any]:
    """The days that it names."""
    year = phrases.year_of(brief)
    phase = year.phase(brief.phase) if year and brief.phase else None
    return {
        "due": phrases.due(brief),
        "until": phrases.until_due(brief),
        "notes": phrases.notes(brief, bare=True),
        "rest": phrases.rest(brief),
        "left": phrases.left(brief),
        "was": phrases.until(brief.was, brief.audience, year) if brief.was else "",
        "also": _also(brief.also, brief) if brief.also else None,
        "decided": phrases.decided(brief),
        "reply_by": phrases.reply_by(brief),
        "files_from": phrases.day(phase.files_from) if phase and phase.files_from else "",
        "on": phrases.day(brief.done or day_of(brief.as_of)),
        "now": phrases.now(brief.as_of),
        "date": phrases.day(day_of(brief.as_of)),
    }


def _also(second: SecondDay, brief: Brief) -> dict[str, str]:
    """What the templates may name of the second part whose day has moved as well: as `also.until`."""
    year = phrases.year_of(brief)
    return {
        "files": second.of.called.filed if second.of.called else "",
        "hands_in": second.of.handed_in(brief.audience),
        "was": (was := phrases.until(second.was, brief.audience, year)),
        "until": (until := phrases.until(second.due.day, brief.audience, year)),
        "said": sentences.second_moved(brief, was, until),
    }


def _whom_to_ask(brief: Brief) -> str:
    """Give the sentence that names them, "" where nobody is to be asked."""
    if brief.ask is None:
        return ""
    is_province = brief.city_name is None or brief.audience in {"city", "head", "lead"}
    office = phrases.office("province" if is_province else "city", brief.city_name)
    return phrases.whom_to_ask(brief.ask, brief.own.sender if brief.own else office)


def _asked(asked: RequestBrief, brief: Brief) -> dict[str, Any]:
    """What the templates may name of a request: as `asked.by`, `asked.until`."""
    until = phrases.until(asked.until, "city", phrases.year_of(brief)) if asked.until else ""
    days = {"on": phrases.day(asked.on), "until": until}
    return {name: getattr(asked, name) for name in ASKED} | days


def _concerns(found: Finding, brief: Brief) -> bool:
    """Whether a refusal is told: the city all of them, a mentor those that he has to mend."""
    return found.refuses and brief.audience in {"city", found.actor}


def _has_calendar(brief: Brief) -> bool:
    """Whether a calendar file goes with it; with a withdrawal one does where one had put a deadline there."""
    calendar = LETTER_KINDS[brief.kind].calendar
    if calendar == "ends":
        return brief.ends
    if calendar and brief.arranged:
        return True
    return bool(brief.own is None and brief.entered) or (bool(calendar) and _is_entered(brief))


def _is_entered(brief: Brief) -> bool:
    """Whether a calendar file puts the phase's own day into the recipient's calendar."""
    is_dated = brief.due is not None and not brief.second and not is_declined(brief.asked)
    return is_dated and brief.of is not None and in_calendar(brief.of, brief.audience)


def _entered(brief: Brief) -> str:
    """What the calendar file that goes with it is of, where it names a day beside of which there is none."""
    return "" if brief.second or "" in brief.entered else "、".join(brief.entered)


def _rows(brief: Brief) -> list[tuple[str, str]]:
    """A table of the days that a letter names, for an office's own words: label and value of those known.

    The shipped words say them in sentences.
    """
    was = phrases.until(brief.was, brief.audience, phrases.year_of(brief)) if brief.was else ""
    days = [("原截止时间", was), ("截止时间", phrases.due(brief))]
    if brief.also:
        also = _also(brief.also, brief)
        what = also["files"] if brief.audience in OFFICES else also["hands_in"]
        days += [(f"{what}原截止时间", also["was"]), (f"{what}截止时间", f"{also['until']}前")]
    return [row for row in days if row[1]] + list(phrases.meets(brief.arranged) if brief.arranged else ())


def _line(item: Item) -> tuple[str, str]:
    listed = "、".join(item.numbers)
    return item.label, f"{item.detail}（{listed}）" if item.detail and listed else item.detail or listed


def _groups(brief: Brief) -> list[tuple[str, list[tuple[str, str]]]]:
    """The parts of a digest that have lines: first what is new, then each group with the longest waiting first."""
    parts = {NEW: [item for item in brief.items if item.new and item.group]}
    for group, (heading, *_) in GROUPS.items():
        found = [item for item in brief.items if item.group == group and not item.new]
        parts[heading] = sorted(found, key=lambda item: -(item.days or 0))
    return [
        (heading, [_dated(place, item) for place, item in enumerate(found, 1)])
        for heading, found in parts.items()
        if found
    ]


def _dated(place: int, item: Item) -> tuple[str, str]:
    """A line of a digest: numbered, with how long it has waited, said as its group says it."""
    label, detail = _line(item)
    label = f"{place}.{label}"
    word = GROUPS[item.group][2] if item.group else ""
    return label, detail + (f"，{word}{item.days}天" if item.days else "")
