"""先登记邮箱: in a first year those are written to whose addresses the city says before it files anybody."""

from __future__ import annotations

from datetime import date

import pytest

from acts.know_addresses import know_addresses
from acts.load import CHANGED, load_rows
from acts.suppress import suppress
from models import draft_rows, party_addresses
from models.loading import newest_load
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
    assert refused.message == (
        "南京 导师推荐 已经报送，只能更正所报送的高校、科研院所的邮箱；第 3 行不在其中。名单有变的，请修改后重新报送。"
    )
    with scene.database.read() as connection:
        held = [one for one in party_addresses.known_by(connection, YEAR, NANJING) if one.kind == "institution"]
    assert [one.name for one in held] == ["南京大学"], "whom its filing names"


FILED_ONE = "南京导师1 ，南京大学，new@nju.example"


def reached(scene: Scene) -> tuple[str, set[tuple[str, str]]]:
    """At which address Nanjing's mentor is reached, and where his letters go, and how they stand."""
    with scene.database.read() as connection:
        mails = connection.exec_driver_sql("SELECT email FROM party WHERE kind = 'mentor'").scalars().all()
        rows = [row for row in ledger.words(connection) if row.recipient.startswith("mentor:")]
    assert len(mails) == 1
    return mails[0], {(row.address, row.state) for row in rows}


def test_an_address_that_leads_to_nobody_is_put_right_without_a_filing_done_again(scene: Scene) -> None:
    """What waited for it leaves; what is filed again does not bring the dead one back."""
    scene.advance("2021-12-31T09:00")
    scene.file(ROLL, NANJING)
    dead, _ = reached(scene)
    suppress(scene.database, dead, stamp("2022-01-12T09:00"), reason="退信：550 no such user")
    with scene.database.read() as connection:
        marked = [one.dead for one in party_addresses.known_by(connection, YEAR, NANJING) if one.kind == "mentor"]
    assert (marked, {state for _, state in reached(scene)[1]}) == ([True], {"held"})
    digest = next(one.text for one in scene.advance("2022-01-13T09:00").changes.letters if one.kind == "digest")
    assert f"邮箱{dead}已停止发函（退信：550 no such user），请南京市管理办公室更正" in digest
    before = scene.cell(ROLL, NANJING)
    said = known(scene, "mentor", FILED_ONE, at="2022-01-13T10:00")
    assert said.message == "南京 已更正 1 个邮箱。"
    (move,) = said.changes.transitions
    assert (move.event, "new@nju.example" in (move.reason or "")) == ("known", False)
    assert (move.reason or "").startswith("导师 1 个；更新邮箱：导师 #")
    after = scene.cell(ROLL, NANJING)
    assert (after.state, after.attempt, after.filings) == (before.state, before.attempt, before.filings)
    email, letters = reached(scene)
    assert (email, {address for address, state in letters if state == "queued"}) == ("new@nju.example", {email})
    scene.rerun(ROLL, NANJING, "2022-01-13T11:00", date(2022, 1, 20))
    assert scene.submit(ROLL, NANJING, "2022-01-13T12:00").done
    assert reached(scene)[0] == "new@nju.example"


def test_who_had_the_draft_open_does_not_bring_the_former_address_back_and_the_same_workbook_does(scene: Scene) -> None:
    """The draft is no longer the one that was loaded: neither is it for whoever edits it, nor for the next load."""
    scene.advance("2021-12-31T09:00")
    scene.file(ROLL, NANJING)
    scene.rerun(ROLL, NANJING, "2022-01-13T09:00", date(2022, 1, 20))

    def draft() -> tuple[str, str]:
        with scene.database.read() as connection:
            since, rows = (
                newest_load(connection, YEAR, ROLL, NANJING),
                draft_rows.rows(connection, YEAR, NANJING, "mentors"),
            )
        return since or "", rows[0]["email"]

    was = since, former = draft()
    assert known(scene, "mentor", f"南京导师1，南京大学，{former}", at="2022-01-13T10:00").done
    assert draft() == was, "the same said again changes nothing"
    seen = [since]
    for email in ("new@nju.example", "newer@nju.example"):
        known(scene, "mentor", f"南京导师1，南京大学，{email}", at="2022-01-13T10:00")
        now = stamp("2022-01-13T11:00")
        assert load_rows(scene.database, YEAR, ROLL, NANJING, {}, now, since=seen[-1]).message == CHANGED
        seen.append(draft()[0])
    assert len({*seen}) == 3
    again = scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-13T12:00")
    assert (again.done, "未作改动" in again.message, draft()) == (True, False, was)


def test_such_a_line_is_of_whom_the_city_filed_and_is_shown_before(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    scene.file(ROLL, NANJING)
    before = ledger.everything(scene.database)
    lines = f"\n{FILED_ONE}\n某某，南京大学，x@nju.example"
    said = known(scene, "mentor", lines, at="2022-01-13T10:00")
    assert (said.outcome, "第 3 行不在其中" in said.message, "某某" in said.message) == ("refused", True, False)
    given = (scene.database, YEAR, NANJING, stamp("2022-01-13T10:00"))
    shown = know_addresses(*given, kind="mentor", lines=FILED_ONE, dry_run=True)
    after = ledger.everything(scene.database)
    assert all(after[table] == before[table] for table in ("party", "stated_address", "letter"))
    assert known(scene, "mentor", FILED_ONE, at="2022-01-13T10:00").message == shown.message
