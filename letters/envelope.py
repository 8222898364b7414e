"""Several obligations of one recipient in one message: what was rendered for each, most urgent first. Pure.

It works on what is stored alone, so that changing a template never changes what is queued: a letter's own part is what
stands between the marks of its html, and where `Framed` says in its text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from calendars.ics import objects
from letters import phrases
from letters.addressee import in_html, in_text
from letters.genres import READERS, TOGETHER
from letters.headers import mailbox
from letters.render import fill
from letters.words import GATHERED, SIGNED, SUBJECT_MARK
from phases.letter_kinds import LETTER_KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from letters.framed import Framed
    from phases.parties import Audience

MORE = "{subject}等{count}项"
NEVER = date.max
HTML = re.compile(r"(?s)<!--body-->\n(.*)<!--/body-->")
AS_TEXT = Markup('<p style="margin:0 0 12px;white-space:pre-wrap">{}</p>')
INVITATION = "text/calendar; charset=utf-8; method={method}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter: `name` as the recipient saves it, `type` a MIME type with its parameters."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One obligation as it was queued; `ics` are its iCalendar objects one after another, where it carries any.

    `replies`: it names a mailbox that answers go to. `framed` says where its own words stand in the text; where there
    is an `addressee`, both bodies have a place for it. `papers` are the files that go with it besides.
    """

    kind: Kind
    subject: str
    text: str
    html: str
    ics: str | None = None
    replies: bool = False
    framed: Framed | None = None
    addressee: str | None = None
    papers: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """What one message says, and what is attached to it."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class _Own:
    """What a part says besides the frame that all letters share."""

    title: str
    addressee: str
    audience: Audience
    day: date
    text: str
    html: Markup


def compose(parts: Sequence[Part], sender: str) -> Composed:
    """Give the message that answers these obligations, at least one, all of one recipient; a single one stays as it is.

    Nothing of a part is left out, and the same parts in any order give the same message.
    """
    ordered = urgent_first(parts)
    papers = dict.fromkeys(paper for part in ordered for paper in part.papers)
    attachments = (*invitations((part.ics for part in ordered), sender), *papers)
    if len(ordered) == 1:
        one = ordered[0]
        return Composed(one.subject, in_text(one.text, one.addressee), in_html(one.html, one.addressee), attachments)
    own = [_own(part) for part in ordered]
    readers = {READERS[each.audience] for each in own}
    title, close = TOGETHER[next(iter(readers)) if len(readers) == 1 else "party"]
    view = {
        "title": title.format(count=len(own)),
        "close": close,
        "signed": GATHERED if readers == {"province"} else SIGNED,
        "addressee": "、".join(dict.fromkeys(each.addressee for each in own if each.addressee)),
        "date": phrases.day(max(each.day for each in own)),
        "ask": "",  # each part says whom
        "replies": any(part.replies for part in ordered),
    }
    return Composed(
        subject=MORE.format(subject=ordered[0].subject, count=len(own)),
        text=fill("envelope.txt", view | {"parts": [(each.title, each.text) for each in own]}),
        html=fill("envelope.html", view | {"parts": [(each.title, each.html) for each in own]}),
        attachments=attachments,
    )


def urgent_first(parts: Iterable[Part]) -> list[Part]:
    """Order obligations as an envelope lists them: by their kind, of equally urgent ones what is due the earliest."""
    return sorted(parts, key=_urgency)


def _urgency(part: Part) -> tuple[int, date, str, str]:
    due = part.framed and part.framed.due
    return LETTER_KINDS[part.kind].urgency, due or NEVER, part.subject, part.text


def invitations(calendars: Iterable[str | None], sender: str) -> tuple[Attachment, ...]:
    """Attach each iCalendar object once, under a name of its own; its organizer is the sender, as in the From header.

    That address stays the same where an office's own address on file changes: what another organizer asks of an event
    calendars ignore.
    """
    return _attached(tuple(calendar for calendar in calendars if calendar), sender)


@lru_cache(maxsize=64)
def _attached(calendars: tuple[str, ...], sender: str) -> tuple[Attachment, ...]:
    organizer = mailbox(sender).addr_spec
    found = dict.fromkeys(chain.from_iterable(objects(content, organizer) for content in calendars))
    return tuple(
        Attachment(
            name="deadline.ics" if number == 1 else f"deadline-{number}.ics",
            type=INVITATION.format(method="CANCEL" if "METHOD:CANCEL" in calendar else "PUBLISH"),
            content=calendar.encode(),
        )
        for number, calendar in enumerate(found, 1)
    )


def _own(part: Part) -> _Own:
    """Take a letter out of its frame; one that an earlier release framed is taken whole."""
    framed, html = part.framed, HTML.search(part.html)
    text = part.text[framed.begin : framed.end] if framed else part.text
    body = in_text(text, part.addressee).strip("\n")
    marked = in_html(html[1], part.addressee) if html else ""
    return _Own(
        title=framed.title if framed else part.subject.removeprefix(SUBJECT_MARK),
        addressee=_spoken_to(framed, part.addressee) if framed and framed.audience != "province" else "",
        audience=framed.audience if framed else "city",
        day=framed.day if framed else date.min,
        text=body,
        html=Markup(marked) if html else AS_TEXT.format(escape(body)),  # nosec B704 # noqa: S704 - escaped when it was rendered
    )


def _spoken_to(framed: Framed, addressee: str | None) -> str:
    return phrases.salutation(framed.audience, in_text(framed.addressee, addressee))
