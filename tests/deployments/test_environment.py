from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from deployments import have_a_home, prefect_file
from deployments.environment import UnfitSignIn, auth_string, prefect_environment
from deployments.house import House
from deployments.household import Household
from deployments.up import links_lead
from models.database import Database
from phases.book import BOOK
from settings import FORMER, DashboardSettings, Settings


def test_what_prefect_leaves_open_is_closed(tmp_path: Path) -> None:
    environment = prefect_environment({}, tmp_path, 4711, "talent:secret")
    assert {
        key: value for key, value in environment.items() if "SERVER_API" in key or "CSRF" in key or "CORS" in key
    } == {
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": "4711",
        "PREFECT_SERVER_API_AUTH_STRING": "talent:secret",
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "http://127.0.0.1:4711",
    }
    assert (environment["PREFECT_SERVER_ANALYTICS_ENABLED"], environment["DO_NOT_TRACK"]) == ("false", "1")


def test_what_the_office_has_set_stands(tmp_path: Path) -> None:
    given = {"PREFECT_API_URL": "https://prefect.example/api", "PREFECT_HOME": "elsewhere", "LANG": "zh_CN.UTF-8"}
    environment = prefect_environment(given, tmp_path, 4200, "talent:secret")
    assert {key: environment[key] for key in given} == given


@pytest.mark.parametrize("named", ["NO_PROXY", "no_proxy"])
def test_no_proxy_stands_between_what_runs_on_one_machine(tmp_path: Path, named: str) -> None:
    environment = prefect_environment({named: "office.example"}, tmp_path, 4200, "talent:secret")
    assert [environment[one] for one in ("NO_PROXY", "no_proxy")] == ["office.example,localhost,127.0.0.1"] * 2


@pytest.mark.parametrize(("beat", "seconds"), [(None, "10.0"), ("60", "10.0"), ("5", "1.0"), ("1800", "10.0")])
def test_the_worker_looks_often_enough_for_the_beat(tmp_path: Path, beat: str | None, seconds: str) -> None:
    given = {} if beat is None else {"TALENT_BEAT_SECONDS": beat}
    environment = prefect_environment(given, tmp_path, 4200, "talent:secret")
    named = [environment[f"PREFECT_WORKER_{what}_SECONDS"] for what in ("QUERY", "PREFETCH")]
    assert named == [seconds, seconds]


def test_the_sign_in_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "prefect"
    first = auth_string({}, home)
    assert first.startswith("talent:")
    assert len(first) >= len("talent:") + 32
    assert auth_string({}, home) == first
    assert stat.S_IMODE((home / "auth").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_sign_in_that_was_left_readable_is_closed(tmp_path: Path) -> None:
    (tmp_path / "auth").write_text("talent:old\n")
    (tmp_path / "auth").chmod(0o644)
    assert auth_string({}, tmp_path) == "talent:old"
    assert stat.S_IMODE((tmp_path / "auth").stat().st_mode) == 0o600


@pytest.mark.parametrize("kept", [b"", b"talent:\n", b"talent", "口令:口令".encode()])
def test_a_sign_in_that_is_none_starts_nothing(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "auth").write_bytes(kept)
    with pytest.raises(UnfitSignIn, match=r"auth 用不了（.*）；请停下 talent up，删去这个文件再启动，会另生成一个。"):
        auth_string({}, tmp_path)
    assert (tmp_path / "auth").read_bytes() == kept


def test_a_sign_in_that_cannot_be_read_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "auth").mkdir()
    with pytest.raises(UnfitSignIn, match="Is a directory"):
        auth_string({}, tmp_path)


def test_a_sign_in_that_the_office_set_is_used_and_none_made(tmp_path: Path) -> None:
    assert auth_string({"PREFECT_SERVER_API_AUTH_STRING": "office:own"}, tmp_path) == "office:own"
    assert auth_string({"PREFECT_API_AUTH_STRING": "remote:own"}, tmp_path) == "remote:own"
    assert list(tmp_path.iterdir()) == []


def test_what_the_file_of_settings_says_of_prefect_is_known_and_the_environment_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://x", "PREFECT_API_URL": "https://far/api"}
    (tmp_path / ".env").write_text(
        "".join(f"{name}={value}\n" for name, value in said.items()) + "TALENT_NOTIFY=x://y\n"
    )
    for name in said:
        monkeypatch.delenv(name, raising=False)
    house = House(tmp_path, 4200, "127.0.0.1", 8000)
    assert not house.own_server
    assert "TALENT_NOTIFY" not in house.given
    assert {name: house.environment()[name] for name in said} == said
    assert prefect_file.of(house.environment(), tmp_path) is None  # else a file is waited for, and nothing ever works
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert House(tmp_path, 4200, "127.0.0.1", 8000).environment()["PREFECT_API_URL"] == "http://127.0.0.1:9/api"


def test_the_post_is_told_where_the_window_s_own_secret_is(tmp_path: Path) -> None:
    def told(given: Mapping[str, str]) -> str | None:
        house = House(tmp_path, 4200, "127.0.0.1", 8000, given=given)
        child = Household(house, Database("sqlite://", BOOK), print, print).worker().child
        assert child is not None
        return child.environment.get("TALENT_SECRET_KEY_FILE")

    before = told({})
    (tmp_path / "secret").write_text("x" * 64)
    assert [before, told({}), told({"TALENT_SECRET_KEY_FILE": "elsewhere"})] == [
        None,
        str(tmp_path / "secret"),
        "elsewhere",
    ]


@pytest.mark.parametrize(
    ("host", "set_to", "expected"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8123"),
        ("0.0.0.0", "", "http://127.0.0.1:8123"),
        ("10.0.0.8", "", "http://10.0.0.8:8123"),
        ("127.0.0.1", "http://127.0.0.1:8000", "http://127.0.0.1:8123"),  # as the example file once had it
        ("127.0.0.1", "http://localhost:8123", "http://localhost:8123"),
        ("127.0.0.1", "http://127.0.0.1:18000", "http://127.0.0.1:18000"),  # a port mapped, a gateway, a tunnel
        ("127.0.0.1", "http://localhost:8000", "http://localhost:8000"),
        ("127.0.0.1", "https://localhost", "https://localhost"),
        ("0.0.0.0", "https://talent.example", "https://talent.example"),
        ("10.0.0.8", "http://10.0.0.9:8000", "http://10.0.0.9:8000"),
    ],
)
def test_links_follow_the_port_in_use(tmp_path: Path, host: str, set_to: str, expected: str) -> None:
    said: list[str] = []
    named = {"base_url": set_to} if set_to else {}
    settings = Settings(dashboard=DashboardSettings(host=host), **named)  # type: ignore[arg-type]
    assert links_lead(settings, House(tmp_path, 4200, host, 8123), said.append) == expected
    assert len(said) == (set_to == FORMER)


def test_a_user_without_a_name_has_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in many a container: without one Prefect cannot be imported, and nothing of it would ever start."""

    def nobody(_: int) -> None:
        raise KeyError("uid not found")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "given")
    have_a_home()
    assert os.environ["HOME"] == "given"
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(RuntimeError):
        Path.home()
    have_a_home()
    assert House(tmp_path, 4200, "127.0.0.1", 8000).environment()["HOME"] == str(tmp_path / "var")
    assert Path.home() == tmp_path / "var"
