"""撤销: what was just done is taken back by the act that stands for it, or the preview said that nothing does."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from acts.act import Bench
from acts.book import ACTS
from acts.doing import recorded
from acts.undo import CLOSED, LASTS, REASON
from calendars import files
from dashboard.acts.just_done import TOO_LATE, Offer, done_act, offer
from dashboard.serving.site import Site
from dashboard.signing_in.reader import Reader, Role
from gates.states import State
from models import evaluations, personal_changes
from models.alarms import suppressed
from models.city_requests import requests
from models.columns import table_of
from models.database import Database
from models.days_of_persons import days_of_persons
from models.deeds import Confirmation
from models.histories import Span, moves
from models.tables.accounts import Account
from models.tables.season import Letter
from season.outcome import Outcome
from season.unit_of_work import Season
from settings import Settings
from tests.dashboard.test_acting import RERUN, hidden
from tests.support import sheets
from tests.support.filing import CITY, HERE, once
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp
from tests.support.window import ADMIN, BASE, PASSWORD, SECRET, VIEWER, Browser, Window

UNDONE = {
    "submit": "recall", "ask": "retract", "question": "retract", "extend": "correct", "extend-person": "extend-person",
    "correct-result": "correct-result", "correct-score": "correct-score", "correct-student": "correct-student",
    "withdraw": "rejoin", "rejoin": "withdraw", "move-student": "move-student", "answer": "correct",
    "suppress": "unsuppress",
}  # fmt: skip
FOUND = {
    "extend-person": {"until"}, "correct-result": {"grade"}, "correct-score": {"score"}, "correct-student": {"value"},
    "suppress": {"email"}, "move-student": {"city", "office", "school", "mentor", "institution"},
    "answer": {"phase", "city"},
}  # fmt: skip
"""What is not kept of the act, and looked up."""

LATER = {"phase": "interview", "city": "nanjing", "until": "2022-03-01", "reason": "暴雪"}
PLACE = "/2022/interview/nanjing"


def test_every_act_is_taken_back_by_one_that_stands_or_by_none() -> None:
    assert {slug: act.undo.slug for slug, act in ACTS.items() if act.undo} == UNDONE
    for slug, by in UNDONE.items():
        act, back = ACTS[slug], ACTS[by]
        assert act.undo is not None
        assert back.needs <= {*act.undo.same, *FOUND.get(slug, {"what"}), "reason"}, slug
        assert {*act.undo.same, *act.undo.told} <= {one.name for one in act.fields}, slug
        assert act.instead == "", slug


def test_the_manual_has_a_table_of_what_takes_back_what() -> None:
    text = (Path(__file__).parents[2] / "docs" / "office.md").read_text(encoding="utf-8")
    table = text[text.index("| 办理的事 | 由什么撤销 |") :].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    by = {one: back for ones, back, _ in rows for one in re.split("；同意|、|；", re.sub("（.*?）", "", ones))}
    phase = files.load(YEAR).phase("interview")
    for slug, back in UNDONE.items():
        does = "延期的答复" if slug == "answer" else ACTS[slug].title(phase)
        assert by[does].startswith(ACTS[back].title(phase)), slug
    assert {one for one, back in by.items() if back == "不能撤销"} == {"审定", "备案", "公布结果", "重新开放"}


def test_a_preview_says_of_every_act_that_nothing_takes_back(window: Window) -> None:
    admin, files = window.as_(ADMIN), {"phase": "mentor-recommendation", "city": "wuxi"}
    asked: Mapping[str, dict[str, str]] = {
        "rerun": RERUN, "approve": files, "nudge": {"phase": "shortlist", "city": "yancheng"}, "extend": LATER,
        "withdraw": {"city": "wuxi", "reason": "不再组织"}, "close": {"reason": "年度结束"},
    }  # fmt: skip
    said = {slug: admin.submit(f"/2022/acts/{slug}/preview", **fields) for slug, fields in asked.items()}
    shown = {slug: answer.text for slug, answer in said.items() if answer.status_code == 200}
    assert {slug for slug, text in shown.items() if CLOSED in text} == {"rerun", "nudge"} | ({"approve"} & {*shown})
    assert {slug for slug, text in shown.items() if "请注意：" in text} == {"withdraw"} | ({"close"} & {*shown})


def confirmed(browser: Browser, act: str, **fields: str) -> str:
    """Confirm an act and give the address of what came of it."""
    shown = browser.submit(f"/2022/acts/{act}/preview", **fields)
    assert shown.status_code == 200, shown.text
    return str(browser.submit(f"/2022/acts/{act}", **hidden(shown)).headers["location"])


def button(page: str) -> tuple[str, dict[str, str]] | None:
    """Where 撤销 leads, and what its form brings; None where there is none."""
    found = next((one for one in re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL) if ">撤销<" in one), None)
    if found is None:
        return None
    pairs = re.findall(r'name="([^"]+)" value="([^"]*)"', found)
    address = re.findall(r'action="([^"]+)"', found)[0]
    return address, {name: html.unescape(value) for name, value in pairs if name != "csrf"}


def due(database: Database, phase: str = "interview", city: str = "nanjing") -> date:
    with database.read() as connection:
        season = Season.read(connection, YEAR, stamp("2022-02-07T10:00"), None, reading=True)
        return season.due(phase, city).day


def test_an_extension_is_taken_back_by_way_of_its_preview(window: Window) -> None:
    """Its letters are shown first; the reason is on record, and the day is the one before."""
    admin, before = window.as_(ADMIN), due(window.database)
    deed = confirmed(admin, "extend", **LATER)
    assert due(window.database) == date(2022, 3, 1)
    pages = [admin.get(deed).text, admin.get(PLACE).text]
    found = [button(page) for page in pages]
    back = ("/2022/acts/correct/preview", {"phase": "interview", "city": "nanjing", "reason": REASON})
    assert found == [back, back]
    assert "刚才办理：把南京的导师面试延期至 2022-03-01 24:00" in pages[1]
    shown = admin.submit(*back[:1], **back[1])
    done = admin.get(admin.submit("/2022/acts/correct", **hidden(shown)).headers["location"]).text
    assert ("截止日由 2022-03-01 更正为" in done, button(done)) == (True, None)
    assert due(window.database) == before
    with window.database.read() as connection:
        newest, *_ = moves(connection, Span(YEAR, None, "interview", "nanjing"))
    assert (newest.reason or "").endswith(REASON)


def test_whoever_did_it_takes_back_what_writes_no_letter_at_one_click(window: Window) -> None:
    admin = window.as_(ADMIN)
    deed = confirmed(admin, "suppress", email="W@city.example", reason="已停用")
    pages = [admin.get(deed).text, admin.get("/2022/tasks").text]
    address, fields = button(pages[0]) or ("", {})
    assert (address, button(pages[1]) is not None) == (f"{deed}/undo", True)
    assert window.as_(VIEWER).get(deed).status_code == 404
    assert button(window.as_(VIEWER).get("/2022/tasks").text) is None
    for _ in range(2):
        done = admin.get(admin.submit(address, **fields).headers["location"]).text
        assert "已恢复向 w＊＊@city.example 发函" in done
    with window.database.read() as connection:
        assert not suppressed(connection)
    again = admin.get(admin.submit(address, once="another-form").headers["location"]).text
    assert (TOO_LATE in again, button(admin.get(deed).text)) == (True, None)


def test_nobody_takes_back_what_another_did_or_what_was_done_before(window: Window) -> None:
    admin = window.as_(ADMIN)
    first = confirmed(admin, "suppress", email="w@city.example", reason="已停用")
    nothing = confirmed(admin, "suppress", email="w@city.example", reason="再停一次")
    assert (button(admin.get(nothing).text), button(admin.get(first).text) is not None) == (None, True)
    _, fields = button(admin.get(first).text) or ("", {})
    stranger = window.as_(CITY)
    assert stranger.submit(f"{first}/undo", **fields).status_code == 404
    assert window.as_(VIEWER).submit(f"{first}/undo", **fields).status_code == 403
    with window.database.read() as connection:
        assert len(suppressed(connection)) == 1


def test_it_is_offered_for_ten_minutes(window: Window) -> None:
    start = window.site.wall()
    then = Window(replace(window.site, wall=lambda: now[0]))
    now = [start]
    admin = then.as_(ADMIN)
    deed = confirmed(admin, "suppress", email="w@city.example", reason="已停用")
    address, fields = button(admin.get(deed).text) or ("", {})
    now[0] = start + LASTS
    assert button(admin.get(deed).text) is not None
    now[0] = start + LASTS + timedelta(seconds=1)
    assert (button(admin.get(deed).text), button(admin.get("/2022/tasks").text)) == (None, None)
    assert TOO_LATE in admin.get(admin.submit(address, **fields).headers["location"]).text
    with window.database.read() as connection:
        assert len(suppressed(connection)) == 1


def test_it_is_offered_no_more_once_the_state_went_on(window: Window) -> None:
    admin = window.as_(ADMIN)
    deed = confirmed(admin, "extend", **LATER)
    assert button(admin.get(deed).text) is not None
    newer = confirmed(admin, "extend", **{**LATER, "until": "2022-03-08"})
    assert (button(admin.get(deed).text), button(admin.get(newer).text) is not None) == (None, True)


def test_a_city_takes_back_what_it_asked(window: Window) -> None:
    city = window.as_(CITY)
    asked = city.submit(f"{HERE}/request", once="a-form", until="2022-02-15", reason="封控").headers["location"]
    address, fields = button(city.get(asked).text) or ("", {})
    assert address == f"{asked}/undo" == (button(city.get(f"{HERE}/request").text) or [""])[0]
    assert button(city.get(f"{HERE}/question").text) is None
    assert "已撤回延期至 2022-02-15 的申请" in city.get(city.submit(address, **fields).headers["location"]).text
    with window.database.read() as connection:
        assert [one.answer and one.answer.said for one in requests(connection, YEAR)] == ["retracted"]


def test_the_answer_to_a_request_goes_with_the_day_that_it_granted(window: Window) -> None:
    """Only where it was answered by an extension: a phase that was opened again stays open."""
    city, admin = window.as_("nanjing"), window.as_(ADMIN)
    city.submit(f"{PLACE}/request", once="a-form", until="2022-03-01", reason="暴雪")
    with window.database.read() as connection:
        (asked,) = (one.id for one in requests(connection, YEAR))
    fields = {"request": f"{asked}", "answer": "granted", "until": "2022-03-01", "reason": "同意"}
    address, back = button(admin.get(confirmed(admin, "answer", **fields)).text) or ("", {})
    assert (address, back["city"]) == ("/2022/acts/correct/preview", "nanjing")
    shown = admin.submit(address, **back)
    assert (
        "同意的答复一并更正" in admin.get(admin.submit("/2022/acts/correct", **hidden(shown)).headers["location"]).text
    )


def test_a_letter_that_was_kept_is_let_go(window: Window) -> None:
    admin, letter = window.as_(ADMIN), table_of(Letter)
    with window.database.read() as connection:
        queued = select(letter).where(letter.c.state == "queued").order_by(letter.c.id.desc()).limit(1)
        row = connection.execute(queued).one()
    key = f"{row.phase}/{row.city}/{row.attempt}/{row.recipient}/{row.kind}/{row.slot}"
    token = once(admin.get("/2022/forecast").text)
    deed = admin.submit("/2022/forecast/marks", once=token, key=key, wanted="hold").headers["location"]
    address, fields = button(admin.get(deed).text) or ("", {})
    assert address == f"{deed}/undo" == (button(admin.get("/2022/forecast").text) or [""])[0]
    assert "已放行" in admin.get(admin.submit(address, **fields).headers["location"]).text
    with window.database.read() as connection:
        assert connection.execute(select(letter.c.state).where(letter.c.id == row.id)).scalar_one() == "queued"


ME = Reader(1, ADMIN, "admin 某", Role.ADMIN, None, "", "")
OF_NANJING = Reader(1, "nanjing", "nanjing 某", Role.CITY, NANJING, "", "")


def offered(scene: Scene, at: str, slug: str, given: Mapping[str, object], reader: Reader = ME) -> Offer | None:
    """Do an act as its page does, and give the way back."""
    with scene.database.write() as connection:
        table, role = table_of(Account), "city" if reader.city else "admin"
        row = {"id": 1, "name": reader.name, "shown": reader.shown, "role": role, "city": reader.city}
        made = {"password": PASSWORD, "made_by": "测试", "made_at": instant(at)}
        connection.execute(insert(table).values(row | made))
    settings = Settings(base_url=BASE, maildir=Path("mail"), letters=Path("letters"))
    site = Site(scene.database, settings, SECRET, wall=lambda: instant(at))
    act, year = ACTS[slug], site.year(YEAR)
    bench = Bench(scene.database, year.year, site.stamp(reader, year), reader.account)
    filled = act.fill(year.year, given)
    outcome = recorded(act, bench, filled)
    assert outcome.done, outcome.message
    did = done_act(act, bench, filled, outcome)
    if did is None:
        return None
    undo = Confirmation.kept(did)
    with scene.database.read() as connection:
        return offer(connection, site, reader, Confirmation("t", 1, slug, instant(at), True, "", "/", undo))


def back(scene: Scene, found: Offer | None) -> Outcome:
    assert found is not None
    said = found.do(scene.database)
    assert said.done, said.message
    return said


def test_a_filing_is_recalled(scene: Scene) -> None:
    at = "2022-01-10T10:00"
    scene.load("mentor-recommendation", NANJING, scene.sheets("mentor-recommendation", NANJING), at)
    given = {"phase": "mentor-recommendation", "city": NANJING}
    found = offered(scene, at, "submit", given, OF_NANJING)
    assert found is not None
    assert found.preview == ""
    back(scene, found)
    assert scene.cell("mentor-recommendation", NANJING).state is State.OPEN


def test_a_city_that_left_is_back(scene: Scene) -> None:
    scene.advance("2022-01-10T10:00")
    before = scene.states(NANJING)
    found = offered(scene, "2022-01-10T10:00", "withdraw", {"city": NANJING, "reason": "误点"})
    assert found is not None
    assert found.preview == "/2022/acts/rejoin/preview"
    back(scene, found)
    assert scene.states(NANJING) == before


def test_a_city_that_came_back_by_mistake_has_left(scene: Scene) -> None:
    scene.advance("2022-01-10T10:00")
    assert scene.withdraw(NANJING, "2022-01-10T10:00").done
    before = scene.states(NANJING)
    found = offered(scene, "2022-01-10T10:05", "rejoin", {"city": NANJING, "reason": "误点"})
    assert found is not None
    assert found.preview == "/2022/acts/withdraw/preview"
    back(scene, found)
    assert scene.states(NANJING) == before


MOVED = {"city": NANJING, "student": "3201-2022-0001", "office": WUXI, "school": "无锡一中", "reason": "迁居"}
TRAINED = {"mentor": "无锡导师1", "institution": "无锡大学"}


def home(scene: Scene) -> list[Mapping[str, Any]]:
    with scene.database.read() as connection:
        found = [personal_changes.student(connection, YEAR, city, MOVED["student"]) for city in (NANJING, WUXI)]
    return [{name: row[name] for name in ("city", "school", "mentor", "institution")} for row in found if row]


def test_a_student_who_moved_is_back_with_his_school_and_mentor(scene: Scene) -> None:
    scene.through("meeting", NANJING).through("meeting", WUXI)
    before = home(scene)
    found = offered(scene, "2022-05-10T10:00", "move-student", MOVED | TRAINED)
    assert home(scene) == [{"city": WUXI, "school": "无锡一中", **TRAINED}]
    assert found is not None
    assert found.preview == "/2022/acts/move-student/preview"
    back(scene, found)
    assert home(scene) == before


def test_a_student_who_had_another_mentor_by_then_is_not_moved_back_to_the_first(scene: Scene) -> None:
    scene.through("meeting", NANJING).through("meeting", WUXI)
    change = personal_changes.NewChange(MOVED["student"], "mentor", "甲（某大学）", "乙（某大学）", "生病")
    with scene.database.write(YEAR) as connection:
        personal_changes.put(connection, YEAR, NANJING, [change], stamp("2022-05-09T10:00"))
    assert offered(scene, "2022-05-10T10:00", "move-student", MOVED | TRAINED) is None


def test_a_students_name_is_as_it_was(scene: Scene) -> None:
    scene.through("interview", NANJING)
    given = {"city": NANJING, "student": "3201-2022-0001", "what": "name", "value": "学生壹", "reason": "录入有误"}
    found = offered(scene, "2022-02-21T10:00", "correct-student", given)
    back(scene, found)
    with scene.database.read() as connection:
        row = personal_changes.student(connection, YEAR, NANJING, "3201-2022-0001")
    assert row is not None
    assert row["name"] == "学生1"


def test_a_persons_day_is_his_citys_again(scene: Scene) -> None:
    scene.through("meeting", NANJING)
    given = {"phase": "midterm", "city": NANJING, "person": "3201-2022-0001", "until": date(2022, 9, 20)}
    found = offered(scene, "2022-08-10T10:00", "extend-person", {**given, "reason": "个人原因"})
    back(scene, found)
    with scene.database.read() as connection:
        assert not any(days_of_persons(connection, YEAR, "midterm").values())


def test_a_score_is_what_was_published(scene: Scene) -> None:
    scene.through("year-end", NANJING)
    given = {"phase": "year-end", "city": NANJING, "student": "3201-2022-0001", "column": "综合能力", "score": "61"}
    found = offered(scene, "2022-11-25T10:00", "correct-score", {**given, "reason": "误录"})
    assert found is not None
    assert found.preview == ""
    assert "由 61 更正为 85" in back(scene, found).message


@pytest.mark.parametrize(("grade", "other"), [("合格", False), ("优秀", True)])
def test_a_result_is_what_was_published(scene: Scene, grade: str, *, other: bool) -> None:
    """One that was upheld was no other, and nothing is to be taken back."""
    scene.through("year-end", NANJING)
    number = sheets.student(scene.city(NANJING), 1).number
    given = {"phase": "year-end", "city": NANJING, "student": number, "grade": grade, "reason": "核对"}
    found = offered(scene, "2022-11-25T10:00", "correct-result", given)
    assert (found is not None) is other
    if other:
        back(scene, found)
    with scene.database.read() as connection:
        rows = evaluations.everybody(connection, scene.year, [NANJING], date(2022, 11, 25))
    assert [one.grade for one in rows if one.number == number] == ["合格"]
