from __future__ import annotations

from tests.commands.conftest import Talent


def test_a_database_is_upgraded_once_and_then_agrees_with_the_models(talent: Talent, empty_database_url: str) -> None:
    at = ("--db", empty_database_url, "--json")
    before, first, second, after = (talent("db", verb, *at) for verb in ("check", "upgrade", "upgrade", "check"))
    assert [(ran.status, ran.data) for ran in (before, first, second, after)] == [
        (1, {"prepared": False, "differences": []}),
        (0, {"upgraded": True}),
        (0, {"upgraded": False}),
        (0, {"prepared": True, "differences": []}),
    ]


def test_people_are_told_what_to_run(talent: Talent, tmp_path: object) -> None:
    ran = talent("db", "check", "--db", f"sqlite:///{tmp_path}/new.db")
    assert (ran.status, ran.out, ran.err) == (1, "数据库不是本版本；请运行 talent db upgrade。\n", "")
