"""The courier that the settings choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from letters.couriers import Courier
    from settings import Settings


def courier(settings: Settings) -> Courier:
    """Give the courier of `TALENT_COURIER`. Raises letters.smtp.OpenRelay where letters would travel in the clear."""
    if settings.courier == "maildir":
        from letters.maildir import MaildirCourier

        return MaildirCourier(settings.maildir)
    from letters.smtp import Relay, SmtpCourier

    smtp = settings.smtp
    password = None if smtp.password is None else smtp.password.get_secret_value()
    return SmtpCourier(Relay(smtp.host, smtp.port, smtp.security, smtp.username, password))
