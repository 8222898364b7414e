from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands.rehearsal import PACKS
from tests.commands.conftest import Talent

LETTERS = Path(__file__).parents[2] / "docs" / "letters.md"
EXPECTED = PACKS / "2022" / "expected.json"


@pytest.mark.slow
def test_the_whole_year_ends_as_the_pack_expects(talent: Talent, tmp_path: Path) -> None:
    letters = tmp_path / "letters.md"
    ran = talent("rehearse", "2022", "--letters", str(letters), "--json")
    assert letters.read_text("utf-8") == LETTERS.read_text("utf-8"), "talent rehearse 2022 --letters docs/letters.md"
    status, expected = ran.data["status"], json.loads(EXPECTED.read_text(encoding="utf-8"))
    cells = {
        city["city"]: {
            phase["phase"]: {key: phase[key] for key in ("state", "attempt", "timeliness")} for phase in city["phases"]
        }
        for city in status["cities"]
    }
    assert (ran.status, ran.err) == (0, "")
    assert cells == expected["cities"]
    assert status["totals"] == expected["totals"] | {"funded_cap": 65}
    assert [(each["city"], each["do"], each["outcome"], each["rules"]) for each in ran.data["refusals"]] == [
        ("xuzhou", "submit", "returned", ["mentors.standing"]),
        ("xuzhou", "load", "refused", []),
        ("yangzhou", "submit", "refused", []),
        ("changzhou", "submit", "returned", ["applications.rank"]),
        ("suzhou", "submit", "returned", ["applications.grade"]),
        ("taizhou", "load", "form-errors", []),
        ("nantong", "submit", "returned", ["interviews.ratio"]),
        ("huaian", "submit", "returned", ["funding.city-cap"]),
    ]


@pytest.mark.slow
def test_a_rehearsal_that_is_stopped_and_kept_can_be_looked_at(talent: Talent, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    ran = talent("rehearse", "2022", "--until", "2022-01-14", "--keep", url, "--json")
    status = talent("status", "--db", url, "--as-of", "2022-01-14", "--json")
    states = {letter["state"] for letter in talent("letters", "list", "--db", url, "--json").data}
    assert (ran.status, status.data, states) == (0, ran.data["status"], {"sent"})


def test_held_letters_stay_queued(season: Talent) -> None:
    assert {letter["state"] for letter in season("letters", "list", "--json").data} <= {"queued", "cancelled"}


def test_an_event_that_did_not_end_as_marked_is_a_finding(talent: Talent, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    (pack / "nanjing").mkdir(parents=True)
    shutil.copy(PACKS / "2022" / "nanjing" / "mentor-recommendation.xlsx", pack / "nanjing")
    book = "nanjing/mentor-recommendation.xlsx"
    of_nanjing = 'city = "nanjing", phase = "mentor-recommendation"'
    events = (
        f'{{at = "2022-01-11T09:30", {of_nanjing}, do = "submit", expect = "returned", rule = "mentors.standing"}}',
        f'{{at = "2022-01-11T09:40", {of_nanjing}, do = "approve"}}',  # refused, and not marked: only listed
        f'{{at = "2022-01-11T10:00", {of_nanjing}, do = "load", file = "{book}", expect = "form-errors"}}',
    )
    (pack / "pack.toml").write_text(f"year = 2022\nevents = [{','.join(events)}]\n", encoding="utf-8")
    ran = talent("rehearse", "2022", "--inputs", str(pack), "--until", "2022-01-12", "--json")
    assert (ran.status, [each["do"] for each in ran.data["refusals"]]) == (1, ["submit", "approve"])
    assert ran.err.splitlines() == [
        "与演练材料所注不符：01-11 09:30 南京 导师推荐 报送应为退回（mentors.standing），实为不予办理。",
        "与演练材料所注不符：01-11 10:00 南京 导师推荐 导入应为表格有误，实为办成。",
    ]


@pytest.mark.parametrize(("year", "folder"), [("2026", None), ("2026", str(PACKS / "2022")), ("2022", "nowhere")])
def test_a_pack_that_is_not_there_or_of_another_year_is_wrong_usage(
    talent: Talent, year: str, folder: str | None
) -> None:
    assert talent("rehearse", year, *(("--inputs", folder) if folder else ())).status == 2


@pytest.mark.slow
def test_the_demo_shows_who_is_late_and_what_to_type_next(talent: Talent) -> None:
    lines = talent("demo", "--no-serve").out.splitlines()
    assert lines[0] == "2022 年度　截至 2022-02-07 09:00"
    assert ["盐城", "面试名单", "已逾期", "2022-01-30", "截止前没有报送（逾期第", "8", "天）"] in map(str.split, lines)
    commands = [line.split(maxsplit=1) for line in lines[lines.index("接下来可以输入") + 1 :] if "#" not in line]
    assert {first for first, _ in commands} == {"export", "talent"}
    url = commands[0][1].removeprefix("TALENT_DATABASE__URL=")
    ran = [
        talent(*rest.split(), "--db", url) for first, rest in commands if first == "talent" and "rehearse" not in rest
    ]
    assert [each.status for each in ran] == [0, 0, 0, 0, 1, 0]  # the rerun is only previewed, so filing is too late


@pytest.mark.slow
def test_status_from_cold_takes_no_prefect(season: Talent, tmp_path: Path) -> None:
    """What it takes by the clock is measured in benchmarks/status.py."""
    season("status")
    code = "import sys, cli; cli.main(); sys.exit(sorted({'prefect', 'fastapi', 'openpyxl'} & sys.modules.keys()) or 0)"
    argv = [sys.executable, "-c", code, "status", "--db", f"sqlite:///{tmp_path}/season.db", "--json"]
    subprocess.run(argv, check=True, capture_output=True)
