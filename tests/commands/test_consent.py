"""`talent consent`, as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.commands.conftest import Talent


def test_consent_is_listed_withdrawn_and_recorded(season: Talent) -> None:
    filed = season("consent", "list", "--city", "南京", "--json").data
    number = filed[0]["student"]
    assert {(one["given"], one["way"], one["filing"] is None) for one in filed} == {(True, "paper", False)}
    how = (number, "--day", "2022-02-06", "--relation", "mother", "--way", "in-person")
    assert season("consent", "withdraw", *how).status == 0
    assert season("consent", "withdraw", *how).status == 1
    assert season("consent", "record", *how, "--wording", "own").status == 0
    told = [one for one in season("consent", "list", "--json").data if one["student"] == number]
    assert [(one["given"], one["relation"], one["wording"], one["by"]) for one in told[1:]] == [
        (False, "mother", None, "王办"), (True, "mother", "own", "王办"),
    ]  # fmt: skip
    of = ("--reason", "登错学生")
    voided = [season("consent", "void", str(one["id"]), *of).status for one in (told[2], told[2], told[0])]
    assert voided == [0, 1, 1]
    last = season("consent", "list", "--json").data
    assert [one["void"] and (one["void"]["reason"], one["void"]["by"]) for one in last if one["student"] == number] == [
        None, None, ("登错学生", "王办"),
    ]  # fmt: skip
    assert "登记有误" in season("consent", "list").out
    assert "没有 999999 号" in season("consent", "void", "999999", *of).err
    unknown = season("consent", "withdraw", "3201-2022-9999", *how[1:])
    assert (unknown.status, "没有报名号 3201-2022-9999" in unknown.err) == (2, True)
    assert f"{number}" in season("consent", "list", "--city", "nanjing").out
