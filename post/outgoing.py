"""From letters in hand to the messages that carry them: what one recipient is owed goes out in one envelope."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from calendars.errors import TalentError
from letters.addressee import in_html, in_text
from letters.envelope import Attachment, Composed, Part, compose, invitations
from letters.framed import Framed
from letters.link_places import FIRST_LINK, INVITING
from letters.trial_marks import marked
from phases.letter_kinds import PROVING
from post.message import Outgoing
from post.receipt_links import acknowledged, with_receipt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phases.letter_kinds import Kind
    from post.claims import Claimed
    from post.links import Links


class NoLinks(TalentError):
    """投递的进程没有页面的密钥（TALENT_SECRET_KEY 或其文件），登录链接写不进函件。"""


def outgoing(members: Sequence[Claimed], sender: str, links: Links | None) -> Outgoing:
    """Give the message that answers these obligations of one recipient, at least one; raise `NoLinks`."""
    lead = members[0]
    said, addressee = _words(members, sender)
    if lead.kind in INVITING:
        said = _invited(said, lead, links)
    if links is not None and (acknowledged(lead.recipient) or lead.kind in PROVING):
        number = lead.envelope if lead.trial is None else -lead.envelope
        said, addressee = _receipted(said, addressee, links.receipt(number)), None
    if lead.trial is not None:
        said, addressee = _tried(said, addressee, lead.address), None
    alone = len(members) == 1
    replies = [one.reply_to for one in members] if lead.trial is None else [lead.trial]
    return Outgoing(
        key=lead.message_id,
        message_id=lead.message_id,
        thread=lead.thread if alone else next((one.thread for one in members if one.thread), None),
        sender=sender,
        recipient=lead.trial or lead.address,
        subject=said.subject,
        text=said.text,
        html=said.html,
        queued_at=lead.queued_at if alone else max(one.queued_at for one in members),
        attachments=said.attachments,
        addressee=addressee,
        reply_to=", ".join(dict.fromkeys(filter(None, replies))) or None,
    )


def _words(members: Sequence[Claimed], sender: str) -> tuple[Composed, str | None]:
    """What the message says, and the addressee where he still has to be put in his place."""
    if len(members) == 1:
        one = members[0]
        attachments = (*invitations([one.ics], sender), *_papers(one))
        return Composed(one.subject, one.text, one.html, attachments), one.addressee
    return compose([_part(one) for one in members], sender), None


def _invited(said: Composed, lead: Claimed, links: Links | None) -> Composed:
    """Put the link in its place; without one the letter says nothing, and is not sent."""
    if links is None:
        raise NoLinks
    url = links.first(lead.message_id)
    return replace(said, text=said.text.replace(FIRST_LINK, url), html=said.html.replace(FIRST_LINK, url))


def _receipted(said: Composed, addressee: str | None, url: str) -> Composed:
    """Give words that no other message shares: the addressee in his place, the message's own link at the end."""
    text, html = with_receipt(in_text(said.text, addressee), in_html(said.html, addressee), url)
    return replace(said, text=text, html=html)


def _tried(said: Composed, addressee: str | None, address: str) -> Composed:
    """Give the same as it goes out in a trial: marked, and without what would put a day into somebody's calendar."""
    bodies = in_text(said.text, addressee), in_html(said.html, addressee)
    subject, text, html = marked(said.subject, *bodies, address)
    harmless = tuple(one for one in said.attachments if not one.type.startswith("text/calendar"))
    return Composed(subject, text, html, harmless)


def _part(one: Claimed) -> Part:
    kind, replies, framed = cast("Kind", one.kind), one.reply_to is not None, Framed.read(one.framed)
    return Part(kind, one.subject, one.text, one.html, one.ics, replies, framed, one.addressee, papers=_papers(one))


def _papers(one: Claimed) -> tuple[Attachment, ...]:
    return tuple(Attachment(*paper) for paper in one.papers)
