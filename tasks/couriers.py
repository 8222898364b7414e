"""The courier that the settings choose, and who can tell what became of its letters."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from post.couriers import Courier
    from post.evidence.witnesses import Witness
    from post.gateways import Gateway
    from post.links import Links
    from post.relay import Relay
    from settings import Settings, SmtpSettings


def courier(settings: Settings) -> Courier:
    """Give the courier of `TALENT_COURIER`. Raises post.smtp.OpenRelay where letters would travel in the clear."""
    if settings.courier == "maildir":
        from post.maildir import MaildirCourier

        return MaildirCourier(settings.maildir)
    from post.smtp import SmtpCourier

    return SmtpCourier(relay(settings.smtp))


def outside(settings: Settings) -> bool:
    """Tell whether letters leave this machine."""
    from settings import is_loopback

    return settings.courier == "smtp" and not is_loopback(settings.smtp.host)


def gateways(settings: Settings) -> Mapping[str, Gateway]:
    """Give the gateways that are set, by the way that each serves."""
    from post.gateways import Gateway
    from settings import is_loopback

    token = settings.sms.token.get_secret_value() if settings.sms.token else ""
    more = {"sms": {"token": token, "template": settings.sms.template}}
    return {
        way: Gateway(one.url, outside=not is_loopback(urlsplit(one.url).hostname or ""), **more.get(way, {}))
        for way, one in settings.served.items()
    }


def links(settings: Settings) -> Links | None:
    """Give what makes the links that are put into letters; None where the window has no such secret.

    With a blank one anybody could sign in an office's place, and the window starts with none.
    """
    from post.links import Links

    secret = settings.secret_key.get_secret_value().strip() if settings.secret_key else ""
    return Links(secret.encode(), settings.base_url) if secret else None


def witness(settings: Settings) -> Witness:
    """Give who can tell what became of letters whose worker died: the maildir itself, the relay's log, or nobody."""
    from post.evidence.witnesses import MaildirWitness, Nobody

    if settings.courier == "maildir":
        return MaildirWitness(settings.maildir)
    if settings.smtp.log is None:
        return Nobody()
    from post.evidence.relay_log import RelayLog

    return RelayLog(settings.smtp.log, relay=relay(settings.smtp))


def relay(smtp: SmtpSettings) -> Relay:
    """Give the relay of `TALENT_SMTP__…`."""
    from post.relay import Relay

    return Relay(
        smtp.host,
        smtp.port,
        smtp.security,
        smtp.username,
        None if smtp.password is None else smtp.password.get_secret_value(),
        connections=smtp.connections,
        per_minute=smtp.per_minute,
    )
