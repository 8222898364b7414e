from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from post.gateways import Gateway
from post.maildir import MaildirCourier
from post.smtp import Relay, SmtpCourier
from settings import GatewaySettings, Settings, SmsSettings, SmtpSettings
from tasks.couriers import courier, gateways, links


def test_the_embedded_default_is_a_folder() -> None:
    chosen = courier(Settings(courier="maildir", maildir=Path("somewhere")))
    assert isinstance(chosen, MaildirCourier)
    assert chosen.path == Path("somewhere")


def test_the_relay_is_the_one_that_the_settings_name() -> None:
    smtp = SmtpSettings(host="relay.example", port=587, security="starttls", username="u", password=SecretStr("p"))
    chosen = courier(Settings(courier="smtp", smtp=smtp))
    assert isinstance(chosen, SmtpCourier)
    assert chosen.relay == Relay("relay.example", 587, "starttls", "u", "p", connections=4)


@pytest.mark.parametrize(("secret", "made"), [(None, False), ("", False), (" \n", False), ("f" * 40, True)])
def test_nobody_acknowledges_by_a_link_that_a_blank_secret_signed(secret: str | None, made: bool) -> None:
    given = SecretStr(secret) if secret is not None else None
    assert (links(Settings(secret_key=given)) is not None) == made


def test_a_gateway_is_one_of_those_that_are_set() -> None:
    assert gateways(Settings()) == {}
    sms = SmsSettings(url="http://127.0.0.1:9/send", token=SecretStr("geheim"), template="T1")
    found = gateways(Settings(sms=sms, dingtalk=GatewaySettings(url="https://oapi.dingtalk.com/robot/send")))
    assert found == {
        "sms": Gateway("http://127.0.0.1:9/send", "geheim", "T1", outside=False),
        "dingtalk": Gateway("https://oapi.dingtalk.com/robot/send"),
    }
    assert "geheim" not in repr(found)
