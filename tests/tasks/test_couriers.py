from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from post.maildir import MaildirCourier
from post.smtp import Relay, SmtpCourier
from settings import Settings, SmtpSettings
from tasks.couriers import courier


def test_the_embedded_default_is_a_folder() -> None:
    chosen = courier(Settings(courier="maildir", maildir=Path("somewhere")))
    assert isinstance(chosen, MaildirCourier)
    assert chosen.path == Path("somewhere")


def test_the_relay_is_the_one_that_the_settings_name() -> None:
    smtp = SmtpSettings(host="relay.example", port=587, security="starttls", username="u", password=SecretStr("p"))
    chosen = courier(Settings(courier="smtp", smtp=smtp))
    assert isinstance(chosen, SmtpCourier)
    assert chosen.relay == Relay("relay.example", 587, "starttls", "u", "p", connections=4)
