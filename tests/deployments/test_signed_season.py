"""A season's signed file is recomputed offline by a program of its own, and one byte changed anywhere is found."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from acts.signed_season import StillOpen, _signed, signed_season
from acts.year import close_year
from deployments.verify import verify_season
from models import purging, record_chain, reports, statistics
from models.season_record import of_season
from models.trained import with_trained
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import YEAR, Scene, instant, stamp
from tests.support.shelf import END

AT, SECRET = "2023-01-05T09:00", b"a secret that nobody else has"
VERIFIER = Path(verify_season.__file__)


@pytest.fixture
def closed(played: Callable[[str], Scene]) -> Scene:
    scene = played(END)
    assert close_year(scene.database, YEAR, stamp(AT)).done
    return scene


def run(*said: str | Path) -> subprocess.CompletedProcess[str]:
    """In a process that sees nothing of ours."""
    command = [sys.executable, "-I", str(VERIFIER), *map(str, said)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


@ON_SQLITE
def test_a_season_is_recomputed_offline_to_the_same_totals(closed: Scene, tmp_path: Path) -> None:
    made = signed_season(closed.database, YEAR, stamp(AT), SECRET)
    season, key = verify_season.opened(made)
    assert list(verify_season.faults(season)) == []
    with closed.database.read() as connection:
        totals = reports.matrix(connection, YEAR, instant(AT)).totals
    assert {name: totals[name] for name in season["totals"]} == season["totals"]
    assert season["totals"]["certificates"] > season["totals"]["excellent"] > 0
    (tmp_path / "season.json").write_bytes(made)
    ran = run(tmp_path / "season.json", key)
    assert (ran.returncode, "签名有效" in ran.stdout, ran.stderr) == (0, True, "")
    assert run(tmp_path / "season.json", "0" * 64).returncode == 1
    with closed.database.read() as connection:
        names = connection.exec_driver_sql("SELECT name, school FROM student").all()
    assert [name for row in names for name in row if f'"{name}"' in made.decode()] == []


def places(value: object, at: int, named: str) -> Iterator[tuple[str, int]]:
    """Give each place of a value as it is packed from a byte on: of which class it is, and the byte it begins at."""
    if not value or not isinstance(value, dict | list):
        yield named, at + (isinstance(value, str) and value != "")
        return
    rows = sorted(value.items()) if isinstance(value, dict) else [("", one) for one in value]
    at += 1
    for place, (key, one) in enumerate(rows):
        if isinstance(value, dict):
            yield f"{named}.{key} (key)", at + 1
            at += len(verify_season.packed(key).encode()) + 1
        row = "" if isinstance(value, dict) else f"[{place}]"
        yield from places(one, at, f"{named}.{key or row}")
        at += len(verify_season.packed(one).encode())
        yield f"{named} (between)", at
        at += 1


@ON_SQLITE
def test_one_byte_of_each_class_of_place_is_found(closed: Scene) -> None:
    """Every key of the format, every column of the first and the last row, what stands between, signature and key."""
    season = json.loads(signed_season(closed.database, YEAR, stamp(AT), SECRET))["season"]
    for name in ("moves", "links", "filings", "letters", "results"):
        season[name] = [season[name][0], season[name][-1]]
    season["decisions"] = {name: [rows[0], rows[-1]] for name, rows in season["decisions"].items()}
    season["states"] = dict([*season["states"].items()][:: len(season["states"]) - 1])
    made = _signed(season, SECRET)
    found = dict(places(json.loads(made), 0, "file"))
    assert {"file.key", "file.signature (key)", "file.season.moves.[1].tally", "file.season.letters.[0].[8]"} <= {
        *found
    }
    assert len(found) > 150
    passed = []
    for named, place in {**found, "header": 0, "newline": len(made) - 1}.items():
        try:
            verify_season.opened(made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :])
        except ValueError:
            continue
        passed.append(named)
    assert passed == []


@ON_SQLITE
def test_one_byte_changed_anywhere_is_found(closed: Scene) -> None:
    made, rng = signed_season(closed.database, YEAR, stamp(AT), SECRET), random.Random(1)
    places = [0, 1, len(made) - 1, len(made) - 2, *rng.sample(range(len(made)), 20)]
    for place in places:
        other = bytes([made[place] ^ (1 << rng.randrange(8))])
        with pytest.raises(ValueError, match=r"不符|不是"):
            verify_season.opened(made[:place] + other + made[place + 1 :])
    for other in (made + b" ", made[:-1], made + made):
        with pytest.raises(ValueError, match=r"不符|不是"):
            verify_season.opened(other)


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "合计": lambda season: season["totals"].update(funded=season["totals"]["funded"] - 1),
    "certificates": lambda season: season["results"].pop(),
    "接不上": lambda season: season["moves"].pop(3),
    "所写": lambda season: season["states"].update({"interview/nanjing": "overdue"}),
    "环接不上": lambda season: season["links"][5].__setitem__(3, "0" * 64),
    "记录与记录链不符": lambda season: season["moves"][9].update(content="0" * 64),
    "核验到": lambda season: season["filings"].pop(),
    "无从核对": lambda season: season["totals"].update(medals=65),
    "退出的市": lambda season: season["withdrawn"].append("nanjing"),
    "没有写它的状态": lambda season: season["states"].pop("interview/nanjing"),
    "没有一条记录": lambda season: season.update(moves=[], links=[], states={}, filings=[], totals={}, counted={}),
    "编号重复": lambda season: season["letters"].append(season["letters"][0]),
    "没有按编号": lambda season: season["letters"].reverse(),
    "号函件所说的": lambda season: season["letters"][3].__setitem__(4, "7"),
    "两个等级": lambda season: season["results"].append([*season["results"][0][:2], "合格"]),
    "不是所设的等级": lambda season: season["results"][0].__setitem__(2, "良好"),
    "逐人相加": lambda season: season["results"][0].__setitem__(0, season["results"][-1][0]),
    "的决定没有记录": lambda season: season["decisions"]["waiver"].append(["9", "midterm", "wuxi", "1", "x"]),
    "没有记录（rerun）": lambda season: season["decisions"]["extension"][1].__setitem__(2, "wuxi"),
    "没有写到哪一天": lambda season: season["decisions"]["extension"].pop(5),
    "与前一次接不上": lambda season: season["filings"][0].__setitem__(2, 3),
}


@ON_SQLITE
def test_what_was_signed_and_does_not_agree_with_itself_is_found(closed: Scene) -> None:
    """Not even the office itself can sign a season that its records do not make."""
    season = json.loads(signed_season(closed.database, YEAR, stamp(AT), SECRET))["season"]
    found = {}
    for said, change in CHANGES.items():
        other = copy.deepcopy(season)
        change(other)
        reread, _ = verify_season.opened(_signed(other, SECRET))
        found[said] = any(said in fault for fault in verify_season.faults(reread))
    assert found == dict.fromkeys(CHANGES, True)


@ON_SQLITE
def test_a_purge_leaves_the_figures_and_the_chain_that_were_signed(closed: Scene) -> None:
    """And whoever was in training is counted still: of a season at its end."""
    season = json.loads(signed_season(closed.database, YEAR, stamp(AT), SECRET))["season"]

    def said() -> tuple[object, ...]:
        with closed.database.read() as connection:
            matrix = with_trained(connection, reports.matrix(connection, YEAR, instant(AT)))
            rows = (row["content"] for row in of_season(connection, closed.year)["moves"])
            return statistics.of_year(connection, YEAR), dict(matrix.totals), matrix.trained, list(rows)

    before, at = said(), "2026-01-06T09:00"
    with closed.database.write("every") as connection:
        purging.purge(connection, purging.ended(connection, instant(at)), stamp(at), "到期")
        assert list(record_chain.misfits(connection)) == []
    assert said() == before
    counts, totals, trained, contents = before
    assert isinstance(counts, dict)
    assert sum(count for group, count in counts.items() if group.what == "优秀") == season["totals"]["excellent"]
    assert isinstance(trained, dict)
    assert sum(trained.values()) > 0
    assert (totals, contents) == ({**season["totals"], "funded_cap": 65}, [move["content"] for move in season["moves"]])


@ON_SQLITE
def test_a_year_under_way_is_not_signed(played: Callable[[str], Scene]) -> None:
    with pytest.raises(StillOpen, match="talent year close 2022"):
        signed_season(played(END).database, YEAR, stamp(AT), SECRET)


def test_the_arithmetic_takes_what_the_key_signed_and_nothing_else() -> None:
    from deployments.verify.ed25519 import ORDER, is_signed

    for number in range(4):
        own, content = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32), bytes(range(number * 40))
        key, signature = own.public_key().public_bytes_raw(), own.sign(content)
        assert is_signed(key, signature, content)
        beyond = (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
        for tried in (
            (key, signature, content + b"x"),
            (key, signature[:-1], content),
            (key, signature[:32] + beyond, content),
        ):
            assert not is_signed(*tried)
        assert not is_signed(bytes(32), signature, content)
