"""Another package of the same name before ours: one sentence, and nothing starts."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from shadowed import OURS, shadowing

TOP = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["letters", "settings"])
def test_a_package_that_stands_before_ours_is_named_and_nothing_starts(tmp_path: Path, name: str) -> None:
    other = tmp_path / name / "__init__.py" if name == "letters" else tmp_path / f"{name}.py"
    other.parent.mkdir(exist_ok=True)
    other.write_text("")
    started = [sys.executable, "-P", "-m", "cli", "--help"]
    found_by = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{TOP}"}
    ran = subprocess.run(started, env=found_by, capture_output=True, text=True, check=False)
    place = tmp_path / name if name == "letters" else other
    said = f"另一个已安装的包挡住了本程序的 {name}（{place}）：请卸载它，或在单独的环境里安装本程序。\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", said)


def test_all_that_ships_is_looked_for_and_stands_where_it_should() -> None:
    shipped = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*OURS} == {name.removesuffix(".py") for name in shipped["only-include"]} - {"cli", "shadowed"}
    assert shadowing() == {}
