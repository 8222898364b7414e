"""What runs is known to commands typed elsewhere, and to a second one that would run in the same folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commands.examining.what_runs import of_the_instance, speaking_of
from deployments.house import House
from deployments.instance import Instance, RunsAlready, announced, running


def house(folder: Path, *, demo: bool = False) -> House:
    told = {"TALENT_DATABASE__URL": f"sqlite:///{folder}/talent.db", "TALENT_BASE_URL": "http://127.0.0.1:8123"}
    return House(folder, 4201, "127.0.0.1", 8123, told, folder if demo else None, {})


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_demonstration_is_found_from_where_commands_look(tmp_path: Path) -> None:
    demo = house(tmp_path / "var" / "demo", demo=True)
    with announced(demo):
        found = running()
        assert found is not None
        assert (found.window, found.demo, found.variables["PREFECT_API_URL"]) == (
            "http://127.0.0.1:8123", True, "http://127.0.0.1:4201/api",
        )  # fmt: skip
        assert found == running(demo.folder)
        assert (demo.folder / "running").stat().st_mode & 0o77 == 0
    assert running() is running(demo.folder) is None


def test_the_real_one_is_what_commands_speak_of_where_both_run(tmp_path: Path) -> None:
    with announced(house(tmp_path / "var")), announced(house(tmp_path / "var" / "demo", demo=True)):
        found = running()
        assert found is not None
        assert (found.demo, "TALENT_BASE_URL" in found.variables) == (False, False)


def test_a_second_one_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        announced(house(tmp_path / "var")),
        pytest.raises(RunsAlready, match="已有一个在运行"),
        announced(house(tmp_path / "var")),
    ):
        pass


def test_what_a_killed_one_left_behind_says_nothing(tmp_path: Path) -> None:
    with announced(house(tmp_path / "var")):
        left = (tmp_path / "var" / "running").read_text()
    (tmp_path / "var" / "running").write_text(left)
    assert running() is None
    with announced(house(tmp_path / "var")):
        assert running() is not None


def test_this_shells_own_settings_are_not_a_demonstrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENT_COURIER", "smtp")
    monkeypatch.setenv("TALENT_MAILDIR_FILE", "kept")
    told = {"TALENT_MAILDIR": "var/demo/mail"}
    before = dict(os.environ)
    with speaking_of(Instance("http://127.0.0.1:1", demo=True, variables=told)):
        assert {name: value for name, value in os.environ.items() if name.startswith("TALENT_")} == told
    with speaking_of(Instance("http://127.0.0.1:1", demo=False, variables=told)):
        assert (os.environ["TALENT_COURIER"], "TALENT_MAILDIR_FILE" in os.environ) == ("smtp", False)
    assert dict(os.environ) == before


def test_a_window_that_does_not_answer_is_a_finding() -> None:
    found = of_the_instance(Instance("http://127.0.0.1:1", demo=True, variables={}))
    assert (found.check, found.level) == ("运行", "finding")
    assert found.says.startswith("演示在运行，页面 http://127.0.0.1:1没有应答")
