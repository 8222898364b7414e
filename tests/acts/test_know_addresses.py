"""先登记邮箱: in a first year those are written to whose addresses the city says before it files anybody."""

from __future__ import annotations

import pytest

from acts.know_addresses import know_addresses
from models import party_addresses
from phases.parties import Audience
from season.outcome import Outcome
from tests.support import ledger
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

ROLL, APPLICATION = "mentor-recommendation", "application"
AT = "2022-01-04T10:00"
LINES: dict[Audience, str] = {
    "institution": "南京大学，dean@nju.example\n\n东南大学\tkjc@seu.example\n",
    "mentor": "南京导师1，南京大学，one@nju.example",
    "school": "南京一中，school1@school.example",
}


def known(scene: Scene, kind: Audience, lines: str = "", at: str = AT, city: str = NANJING) -> Outcome:
    return know_addresses(scene.database, YEAR, city, stamp(at), kind=kind, lines=lines or LINES[kind])


def told(scene: Scene, phase: str) -> list[tuple[str, str, str]]:
    """Whom Nanjing's parties are that were told that a phase is open, at which address, how it stands."""
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.kind, row.phase) == ("opened", phase)]
    mine = [row for row in rows if row.concerns == NANJING and not row.recipient.startswith("city:")]
    return sorted((row.addressee, row.address, row.state) for row in mine)


def test_in_a_first_year_nobody_hears_whom_the_city_has_not_said(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    scene.advance("2022-01-10T09:00")
    assert told(scene, ROLL) == []


def test_who_is_known_hears_at_once_what_is_open_and_later_what_opens(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    said = [known(scene, kind).message for kind in LINES]
    assert said == [
        "南京 已登记 2 个邮箱，随即发出开始函 2 封。",
        "南京 已登记 1 个邮箱，随即发出开始函 1 封。",
        "南京 已登记 1 个邮箱。",
    ]
    assert told(scene, ROLL) == [
        ("东南大学", "kjc@seu.example", "queued"),
        ("南京大学", "dean@nju.example", "queued"),
        ("南京导师1老师", "one@nju.example", "queued"),
    ]
    assert told(scene, APPLICATION) == []
    scene.file(ROLL, NANJING)
    scene.advance("2022-01-12T09:00")
    assert [row[0] for row in told(scene, APPLICATION)] == ["南京一中"]
    assert len(told(scene, ROLL)) == 3, "nobody twice"


@pytest.mark.parametrize(
    ("whom", "lines", "why"),
    [
        ("institution", " \n", "请填写 1 至 200 行，每行一个：名称，邮箱。"),
        ("mentor", "南京导师1，one@nju.example", "第 1 行应为“姓名，单位，邮箱”，用逗号分开。"),
        ("school", "南京一中，a@b.example\n南京二中，无", "第 2 行"),
        ("school", "南京一中，a@b.example\n南京 一中，c@b.example", "第 2 行与前面的一行名称相同，邮箱不同"),
    ],
)
def test_a_line_that_cannot_be_read_refuses_the_whole(scene: Scene, whom: Audience, lines: str, why: str) -> None:
    before = ledger.everything(scene.database)["party"]
    said = known(scene, whom, lines)
    assert (said.outcome, why in said.message) == ("refused", True)
    assert ledger.everything(scene.database)["party"] == before


def test_once_filed_the_filing_says_the_addresses_and_what_another_city_says_waits(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    known(scene, "institution")
    other = known(scene, "institution", "南京大学，other@nju.example", city=WUXI)
    assert "1 个邮箱与现用的不同" in other.message
    with scene.database.read() as connection:
        (one,) = party_addresses.differences(connection, YEAR, instant("2022-01-05T00:00"))
    assert (one.city, one.email, one.held) == (WUXI, "other@nju.example", "dean@nju.example")
    scene.file(ROLL, NANJING)
    refused = known(scene, "institution", at="2022-01-12T10:00")
    assert "已经报送，邮箱以报送的为准" in refused.message
    with scene.database.read() as connection:
        held = {name for kind, name, _ in party_addresses.known_by(connection, YEAR, NANJING) if kind == "institution"}
    assert held == {"南京大学"}, "whom its filing names"
