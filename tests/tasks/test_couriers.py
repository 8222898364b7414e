from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from post.gateways import Gateway
from post.maildir import MaildirCourier
from post.smtp import Relay, SmtpCourier
from settings import GatewaySettings, Settings, SmsSettings, SmtpSettings
from tasks.couriers import courier, gateways


def test_the_embedded_default_is_a_folder() -> None:
    chosen = courier(Settings(courier="maildir", maildir=Path("somewhere")))
    assert isinstance(chosen, MaildirCourier)
    assert chosen.path == Path("somewhere")


def test_the_relay_is_the_one_that_the_settings_name() -> None:
    smtp = SmtpSettings(host="relay.example", port=587, security="starttls", username="u", password=SecretStr("p"))
    chosen = courier(Settings(courier="smtp", smtp=smtp))
    assert isinstance(chosen, SmtpCourier)
    assert chosen.relay == Relay("relay.example", 587, "starttls", "u", "p", connections=4)


def test_a_gateway_is_one_of_those_that_are_set() -> None:
    assert gateways(Settings()) == {}
    sms = SmsSettings(url="http://127.0.0.1:9/send", token=SecretStr("geheim"), template="T1")
    found = gateways(Settings(sms=sms, dingtalk=GatewaySettings(url="https://oapi.dingtalk.com/robot/send")))
    assert found == {
        "sms": Gateway("http://127.0.0.1:9/send", "geheim", "T1", outside=False),
        "dingtalk": Gateway("https://oapi.dingtalk.com/robot/send"),
    }
    assert "geheim" not in repr(found)
