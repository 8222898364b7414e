from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from dashboard.serving.secret_key import (
    NoSecretFile,
    UnreadableSecretFile,
    WeakSecret,
    WeakSecretFile,
    kept_secret,
    secret_of,
)
from settings import Settings

GOOD = "9f8b2c7d1e6a40355bd0c1f27a88e94d"


def given(secret: str) -> Settings:
    return Settings(secret_key=SecretStr(secret))


def test_what_the_office_set_is_taken(tmp_path: Path) -> None:
    assert (secret_of(given(GOOD), tmp_path), list(tmp_path.iterdir())) == (GOOD.encode(), [])


@pytest.mark.parametrize(
    "secret",
    [
        "changeme",
        GOOD[:31],
        "change-me-" + GOOD,
        "my-secret-key-for-the-dashboard-1234",
        "a" * 64,
        "0123" * 16,
        "<openssl rand -hex 32> 0123456789abcdef",
        "please-replace-this-with-something-long",
    ],
)
def test_a_placeholder_starts_nothing(tmp_path: Path, secret: str) -> None:
    with pytest.raises(WeakSecret) as refused:
        secret_of(given(secret), tmp_path)
    assert secret not in str(refused.value)


def test_a_machine_makes_its_own_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: secret_of(Settings(), folder), range(32)))
    mode = (folder / "secret").stat().st_mode & 0o777
    assert (len(found), len(found.pop()) >= 64, oct(mode), [one.name for one in folder.iterdir()]) == (
        1,
        True,
        "0o600",
        ["secret"],
    )


def test_a_secret_that_others_could_read_is_closed(tmp_path: Path) -> None:
    secret_of(Settings(), tmp_path)
    (tmp_path / "secret").chmod(0o644)
    secret_of(Settings(), tmp_path)
    assert oct((tmp_path / "secret").stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize("short", ["", "\n", GOOD[:31]])
def test_an_empty_or_short_file_is_no_secret(tmp_path: Path, short: str) -> None:
    (tmp_path / "secret").write_text(short)
    with pytest.raises(WeakSecretFile):
        secret_of(Settings(), tmp_path)


def test_a_file_that_cannot_be_read_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()  # a file that only its owner may read would not stop whoever runs as root
    with pytest.raises(UnreadableSecretFile, match=r"secret 用不了（Is a directory）；请让它归运行"):
        secret_of(Settings(), tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]


def test_who_only_reads_makes_none_and_changes_nothing(tmp_path: Path) -> None:
    """A year signed from a wrong folder was signed by a key made just then, which nobody had published."""
    with pytest.raises(NoSecretFile):
        kept_secret(Settings(), tmp_path)
    assert list(tmp_path.iterdir()) == []
    made = secret_of(Settings(), tmp_path)
    (tmp_path / "secret").chmod(0o644)
    assert kept_secret(Settings(), tmp_path) == made
    assert oct((tmp_path / "secret").stat().st_mode & 0o777) == "0o644"
