from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from settings import Settings, given_variables, known_variables


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment and a directory that say nothing."""
    for name in [name for name in os.environ if name.startswith("TALENT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def flat(settings: Settings) -> dict[str, Any]:
    return settings.model_dump(mode="json") | {
        "password": settings.smtp.password and settings.smtp.password.get_secret_value()
    }


def test_an_empty_environment_gives_the_defaults_of_the_contract() -> None:
    assert flat(Settings()) == {
        "database": {"url": "sqlite:///var/talent.db", "owner_url": ""},
        "courier": "maildir",
        "maildir": "var/mail",
        "letters": "var/letters",
        "papers": "var/papers",
        "smtp": {
            "host": "127.0.0.1",
            "port": 465,
            "security": "tls",
            "username": None,
            "password": None,
            "connections": 4,
            "per_minute": None,
            "log": None,
        },
        "dashboard": {
            "host": "127.0.0.1",
            "port": 8000,
            "totp": True,
            "proxies": "",
            "hosts": "",
            "metrics_token": None,
        },
        "backup": {"passphrase": None, "folder": "var/backups", "days": 14},
        "mail_from": "省级管理办公室 <office@talent.example>",
        "base_url": "http://127.0.0.1:8000",
        "secret_key": None,
        "matching_key": None,
        "contact_key": None,
        "notify": None,
        "sms": {"url": "", "token": None, "template": ""},
        "wecom": {"url": ""},
        "dingtalk": {"url": ""},
        "beat_seconds": 1800,
        "countersigned": "",
        "children_contact": "",
        "server_place": "",
        "operator": None,
        "password": None,
    }


def test_the_example_file_lists_every_variable_and_holds_the_defaults(tmp_path: Path) -> None:
    example = Path(__file__).parents[1] / ".env.example"
    names = {line.split("=")[0] for line in example.read_text(encoding="utf-8").splitlines() if line.startswith("TAL")}
    groups = {f"TALENT_{one}" for one in ("BACKUP", "DATABASE", "DASHBOARD", "SMTP", "SMS", "WECOM", "DINGTALK")}
    assert names == {name for name in known_variables() if not name.endswith("_FILE")} - groups
    defaults = Settings()
    (tmp_path / ".env").write_bytes(example.read_bytes())
    assert Settings() == defaults


def test_what_is_given_is_told_apart_from_what_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TALENT_DATABASE_URL", "sqlite:///real.db")
    monkeypatch.setenv("TALENT_SMTP__PASSWORD_FILE", "p")
    (tmp_path / ".env").write_text("TALENT_COURRIER=smtp\nOTHER=1\n")
    assert given_variables() - known_variables() == {"TALENT_DATABASE_URL", "TALENT_COURRIER"}


def test_a_file_gives_a_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    (tmp_path / "url").write_text("postgresql+psycopg://talent:pw@127.0.0.1/talent\n")
    monkeypatch.setenv("TALENT_SMTP__HOST", "relay.example")
    monkeypatch.setenv("TALENT_SMTP__PASSWORD_FILE", str(tmp_path / "password"))
    (tmp_path / ".env").write_text(f"TALENT_DATABASE__URL_FILE={tmp_path}/url\n")
    settings = Settings()
    assert (flat(settings)["password"], settings.smtp.host, settings.database.url) == (
        "s3cret",
        "relay.example",
        "postgresql+psycopg://talent:pw@127.0.0.1/talent",
    )
    assert "pw@" not in repr(settings)
    assert "s3cret" not in repr(settings)


def test_a_value_and_its_file_at_once_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k")
    monkeypatch.setenv("TALENT_SECRET_KEY", "other")
    monkeypatch.setenv("TALENT_SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(SettingsError, match="TALENT_SECRET_KEY 与 TALENT_SECRET_KEY_FILE 同时设置"):
        Settings()


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENT_SECRET_KEY_FILE", "nowhere")
    with pytest.raises(SettingsError, match="TALENT_SECRET_KEY_FILE 指向的文件 nowhere 读不出来"):
        Settings()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_plain_smtp_goes_to_this_machine(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("TALENT_SMTP__HOST", host)
    monkeypatch.setenv("TALENT_SMTP__SECURITY", "none")
    assert Settings().smtp.host == host


def test_plain_smtp_goes_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENT_SMTP__HOST", "relay.example")
    monkeypatch.setenv("TALENT_SMTP__SECURITY", "none")
    with pytest.raises(ValidationError, match="只许用于本机"):
        Settings()


def test_gateways_are_named_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENT_DASHBOARD__PROXIES", "127.0.0.1, 10.0.0.0/24,::1")
    assert Settings().dashboard.gateways == ("127.0.0.1", "10.0.0.0/24", "::1")


@pytest.mark.parametrize("proxies", ["*", "gateway.example", "10.0.0.1/24", "127.0.0.1;10.0.0.1"])
def test_a_gateway_that_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, proxies: str) -> None:
    monkeypatch.setenv("TALENT_DASHBOARD__PROXIES", proxies)
    with pytest.raises(ValidationError, match="不是 IP 地址或网段"):
        Settings()


@pytest.mark.parametrize(
    ("host", "port", "url", "expected"),
    [
        (None, None, None, "http://127.0.0.1:8000"),
        (None, "8123", None, "http://127.0.0.1:8123"),
        (None, "8123", "", "http://127.0.0.1:8123"),
        ("0.0.0.0", "8123", None, "http://127.0.0.1:8123"),
        ("10.0.0.8", None, None, "http://10.0.0.8:8000"),
        ("::", "8123", None, "http://[::1]:8123"),
        (None, "8123", "https://talent.example/", "https://talent.example"),
    ],
)
def test_links_lead_to_the_window_where_nothing_else_is_set(
    monkeypatch: pytest.MonkeyPatch, host: str | None, port: str | None, url: str | None, expected: str
) -> None:
    named = {"TALENT_DASHBOARD__HOST": host, "TALENT_DASHBOARD__PORT": port, "TALENT_BASE_URL": url}
    for name, value in named.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    assert Settings().base_url == expected


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://talent.example/office/", "https://talent.example/office"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://10.0.0.8:8000", "http://10.0.0.8:8000"),
        ("http://人才.江苏.cn:8000", "http://xn--gmq009b.xn--9swq29b.cn:8000"),
    ],
)
def test_links_lead_to_a_host_that_every_program_understands(
    monkeypatch: pytest.MonkeyPatch, url: str, kept: str
) -> None:
    monkeypatch.setenv("TALENT_BASE_URL", url)
    assert Settings().base_url == kept


BAD = ["talent_app", "-a.example", "a..example", "盐 城.cn"]


@pytest.mark.parametrize("host", [*BAD, "::1"])
def test_a_host_that_no_link_can_lead_to_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("TALENT_BASE_URL", f"http://{host}:8000")
    with pytest.raises(ValidationError, match="TALENT_BASE_URL"):
        Settings()


@pytest.mark.parametrize("url", ["talent.example", "ftp://talent.example", "http://", "http://[::1", "http://a.cn:x"])
def test_what_is_no_address_of_a_page_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TALENT_BASE_URL", url)
    with pytest.raises(ValidationError, match="TALENT_BASE_URL 应以 http:// 或 https:// 开头"):
        Settings()


@pytest.mark.parametrize("variable", ["TALENT_SMTP__HOST", "TALENT_DASHBOARD__HOST"])
def test_a_server_s_name_is_taken_in_ascii_or_refused(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "邮局.江苏.cn")
    assert "xn--dgtz33j.xn--9swq29b.cn" in {Settings().smtp.host, Settings().dashboard.host}
    for host in BAD:
        monkeypatch.setenv(variable, host)
        with pytest.raises(ValidationError, match=f"{variable} 里的主机名“{host}”不能用"):
            Settings()


def test_a_database_s_host_is_taken_in_ascii_or_refused_and_its_password_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    variable = "TALENT_DATABASE__URL"
    kept = (
        "sqlite:///var/talent.db", "postgresql://office:p%40s/s@127.0.0.1:9/real", "postgresql://office@[::1]/real",
        "postgresql:///real?host=/run/postgresql", "no url at all",
    )  # fmt: skip
    for url in kept:
        monkeypatch.setenv(variable, url)
        assert Settings().database.url == url
    monkeypatch.setenv(variable, "postgresql+psycopg://office:p%40s@库.江苏.cn:5433/real")
    assert Settings().database.url == "postgresql+psycopg://office:p%40s@xn--dxt.xn--9swq29b.cn:5433/real"
    for host in BAD:
        monkeypatch.setenv(variable, f"postgresql://office:secret@{host}/real")
        with pytest.raises(ValidationError, match=f"{variable} 里的主机名“{host}”不能用") as refused:
            Settings()
    monkeypatch.setenv(variable, "postgresql://office:sec@ret@127.0.0.1/real")
    with pytest.raises(ValidationError, match="含有 @，请写成 %40") as refused:
        Settings()
    assert "ret@" not in str(refused.value.errors(include_input=False))


@pytest.mark.parametrize("host", ["a_b.example", "-a.example", "a..example"])
def test_a_channel_s_host_is_refused_by_its_place_alone(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    good = "wecombot://a_key-1,json://127.0.0.1:9/x,mailto://user:a.b_c@gmail.com,json://localhost/a_b.c"
    monkeypatch.setenv("TALENT_NOTIFY", good)
    assert len(Settings().channels) == 4
    monkeypatch.setenv("TALENT_NOTIFY", f"{good},json://secret@{host}/x")
    with pytest.raises(ValidationError, match="TALENT_NOTIFY 的第 5 个地址里的主机名不能用") as refused:
        Settings()
    assert host not in str(refused.value.errors(include_input=False))


@pytest.mark.parametrize(
    ("sender", "domain"), [("省办 <a@city.example>", "city.example"), ("a@盐城.中国", "xn--uis943e.xn--fiqs8s")]
)
def test_message_ids_are_of_the_sender_s_domain(monkeypatch: pytest.MonkeyPatch, sender: str, domain: str) -> None:
    monkeypatch.setenv("TALENT_MAIL_FROM", sender)
    monkeypatch.setenv("TALENT_BASE_URL", "https://elsewhere.example")
    assert Settings().mail_domain == domain


@pytest.mark.parametrize("sender", ["省办", "a@mail_host.example", "a@[127.0.0.1]", "名" * 16 + "<a@b.cn>"])
def test_a_sender_that_no_letter_can_bear_is_refused(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    monkeypatch.setenv("TALENT_MAIL_FROM", sender)
    with pytest.raises(ValidationError, match="TALENT_MAIL_FROM 不能用作发件人"):
        Settings()


@pytest.mark.parametrize("url", ["http://sms.example/send", "sms.example", "https://a_b.example/", "ftp://127.0.0.1/"])
def test_a_gateway_is_reached_over_https_or_is_this_machine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TALENT_SMS__URL", "http://127.0.0.1:9/send")
    monkeypatch.setenv("TALENT_WECOM__URL", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send")
    assert set(Settings().served) == {"sms", "wecom"}
    monkeypatch.setenv("TALENT_DINGTALK__URL", url)
    with pytest.raises(ValidationError, match=r"dingtalk\.url"):
        Settings()


@pytest.mark.parametrize("token", ["口令", "a b", "a\nb"])
def test_a_token_that_no_request_can_bear_is_refused(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("TALENT_SMS__TOKEN", token)
    with pytest.raises(ValidationError, match="短信网关的口令只能由可见的英文字符组成"):
        Settings()
    monkeypatch.setenv("TALENT_SMS__TOKEN", "a-b_c.d/e+f=")
    assert Settings().sms.token
