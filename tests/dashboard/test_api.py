"""The API: the words of the command line, the policies of the pages, each act once."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Connection, event, func, select, update

from dashboard.serving.api_shapes import ROOT
from models import audit, histories, letterbox, reports
from models.columns import table_of
from models.tables.season import Letter
from models.trained import with_trained
from tests.dashboard.test_acting import sent
from tests.support.window import ADMIN, CITIES, UNTIL, VIEWER, Browser, Window

YEAR = f"{ROOT}/years/2022"
RERUN = f"{YEAR}/phases/shortlist/cities/yancheng/rerun"
ASKED = {"until": "2022-02-10", "reason": "测试场地疫情封控"}


def ask(browser: Browser, address: str, body: dict[str, Any], key: str | None = "k1") -> Response:
    headers = {"x-csrf-token": browser.csrf} | ({"idempotency-key": key} if key else {})
    answer: Response = browser.post(address, json=body, headers=headers)
    return answer


def test_the_years_and_who_is_asking(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert admin.get(f"{ROOT}/me").json() == {
        "name": "admin", "shown": "admin 某", "role": "admin", "city": None, "csrf": admin.csrf,
    }  # fmt: skip
    [year] = admin.get(f"{ROOT}/years").json()
    assert {name: year[name] for name in ("year", "rehearsal", "closed", "now")} == {
        "year": 2022, "rehearsal": True, "closed": False, "now": "2022-02-07T09:00:00+08:00",
    }  # fmt: skip


def test_the_status_is_that_of_the_command_line(window: Window) -> None:
    with window.database.read() as connection:
        expected = with_trained(connection, reports.matrix(connection, 2022, UNTIL)).as_json()
    told = window.as_(VIEWER).get(f"{YEAR}/status").json()
    assert told == expected | {"as_of": told["as_of"]}
    late = window.as_(ADMIN).get(f"{YEAR}/status?city=盐城&phase=shortlist").json()["cities"]
    assert [(one["city"], [phase["state"] for phase in one["phases"]]) for one in late] == [("yancheng", ["overdue"])]
    past = window.as_(ADMIN).get(f"{YEAR}/status?city=yancheng&phase=shortlist&as_of=2022-01-24T09:00").json()
    assert past["cities"][0]["phases"][0]["state"] == "open"


def test_a_city_is_told_of_itself_alone(window: Window) -> None:
    city = window.as_("yancheng")
    status = city.get(f"{YEAR}/status").json()
    assert [one["city"] for one in status["cities"]] == ["yancheng"]
    assert (status["totals"], status["in_training"], status["alarms"]) == (None, None, None)
    assert {one["city"] for one in city.get(f"{YEAR}/log").json()} == {"yancheng"}
    letters = city.get(f"{YEAR}/letters").json()
    assert {one["to"] for one in letters} <= {"city:yancheng", "head:yancheng"}
    assert letters
    foreign = [
        f"{YEAR}/status?city=nanjing",
        f"{YEAR}/log?city=nanjing",
        f"{YEAR}/letters?city=nanjing",
        f"{YEAR}/phases/shortlist/cities/nanjing/why",
        *(f"{YEAR}/letters/{one}" for one in others(window)),
    ]
    assert {city.get(address).status_code for address in foreign} == {404}
    assert city.get(f"{YEAR}/letters/{letters[0]['id']}").json()["text"]


def others(window: Window) -> list[int]:
    """A letter of each recipient that is not Yancheng's."""
    with window.database.read() as connection:
        rows = letterbox.listed(connection, 2022, {})
    return list({row.recipient: row.id for row in rows if not row.recipient.endswith(":yancheng")}.values())[:20]


def test_the_report_card_and_the_calendar(window: Window) -> None:
    admin = window.as_(ADMIN)
    card = admin.get(f"{YEAR}/phases/application/cities/yancheng/why").json()
    assert (card["passed"], card["attempt"], {rule["ok"] for rule in card["rules"]}) == (True, 1, {True})
    moments = admin.get(f"{YEAR}/calendar").json()["moments"]
    assert moments[0] == {
        "instant": "2021-12-31T00:00:00+08:00", "phase": "mentor-recommendation", "kind": "opening",
        "label": "导师推荐：开放",
    }  # fmt: skip


def test_a_preview_changes_nothing_and_the_act_does_what_it_showed_once(window: Window) -> None:
    admin = window.as_(ADMIN)
    preview = ask(admin, RERUN, ASKED | {"dry_run": True}, key=None)
    assert (preview.status_code, preview.json()["dry_run"], attempt(window)) == (200, True, 1)
    first, again = ask(admin, RERUN, ASKED), ask(admin, RERUN, ASKED)
    assert (first.status_code, first.json()["changes"]) == (200, preview.json()["changes"])
    assert (again.json(), attempt(window)) == (first.json(), 2)
    other = ask(admin, RERUN, ASKED | {"reason": "另一个原因"})
    assert (other.status_code, other.json()["detail"]) == (422, "这个 Idempotency-Key 已经用于另一个请求；请换一个。")


def attempt(window: Window) -> int:
    with window.database.read() as connection:
        return reports.matrix(connection, 2022, UNTIL).cities["yancheng"][2].attempt


def test_what_is_refused_says_why_and_says_it_again(window: Window) -> None:
    city = window.as_("yancheng")
    late = f"{YEAR}/phases/shortlist/cities/yancheng/submit"
    first, again = ask(city, late, {}), ask(city, late, {})
    problem = first.json()
    assert (first.status_code, first.headers["content-type"]) == (409, "application/problem+json")
    assert problem["detail"].startswith("盐城 面试名单 的报送已于 2022-01-30 24:00 截止")
    assert (problem["answer"]["outcome"], again.json()) == ("refused", problem)
    with window.database.read() as connection:
        tries = histories.moves(connection, histories.Span(2022, None, "shortlist", "yancheng"), refused=True)
    assert len(tries) == 1


def test_an_act_without_its_key_or_token_or_place_is_not_done(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert ask(admin, RERUN, ASKED, key=None).status_code == 422
    forged = admin.post(RERUN, json=ASKED, headers={"idempotency-key": "k"})
    elsewhere = admin.post(
        RERUN, json=ASKED,
        headers={"idempotency-key": "k", "x-csrf-token": admin.csrf, "origin": "http://evil.example"},
    )  # fmt: skip
    assert (forged.status_code, elsewhere.status_code, attempt(window)) == (403, 403, 1)
    assert ask(window.as_(VIEWER), RERUN, ASKED).status_code == 403
    assert {ask(window.as_(city), RERUN, ASKED).status_code for city in CITIES} == {404}
    assert ask(window.as_(None), RERUN, ASKED).status_code == 401
    assert attempt(window) == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"until": "2022-02-10"}, "body.reason"),
        (ASKED | {"until": "9999-12-31"}, "body.until"),
        (ASKED | {"reason": "一\x00二"}, "body.reason"),
        (ASKED | {"reason": "  "}, "body.reason"),
        (ASKED | {"city": "nanjing"}, "body.city"),
    ],
)
def test_what_cannot_be_read_is_named_by_where_it_stood(window: Window, body: dict[str, Any], where: str) -> None:
    answer = ask(window.as_(ADMIN), RERUN, body)
    assert (answer.status_code, [one["where"] for one in answer.json()["errors"]]) == (422, [where])


def test_the_other_acts_reach_their_acts(window: Window) -> None:
    sent(window)
    admin, preview = window.as_(ADMIN), {"dry_run": True, "reason": "疫情"}
    interview = f"{YEAR}/phases/interview"
    said = {
        "extend": ask(admin, f"{interview}/extend", preview | {"cities": ["南京"], "until": "2022-02-25"}),
        "approve": ask(admin, f"{interview}/cities/nanjing/approve", {"dry_run": True}),
        "reject": ask(admin, f"{interview}/cities/nanjing/reject", preview),
        "waive": ask(admin, f"{interview}/cities/nanjing/waive", preview | {"rule": "interviews.ratio"}),
        "withdraw": ask(admin, f"{YEAR}/cities/nanjing/withdraw", preview),
        "settle": ask(admin, f"{YEAR}/letters/1/settle", {"found": "sent"}),
    }
    assert {act: answer.status_code for act, answer in said.items()} == {
        "extend": 200, "approve": 409, "reject": 409, "waive": 200, "withdraw": 200, "settle": 409,
    }  # fmt: skip
    assert {one["kind"] for one in said["extend"].json()["changes"]["letters"]} == {"moved"}


def test_an_act_goes_on_record_once_as_on_the_pages(window: Window) -> None:
    admin, reason = window.as_(ADMIN), {"reason": "疫情"}
    interview = f"{YEAR}/phases/interview"
    before = {row.id for row in recorded(window)}
    ask(admin, RERUN, ASKED | {"dry_run": True}, key=None)
    assert {row.id for row in recorded(window)} == before
    for _ in range(2):
        ask(admin, RERUN, ASKED, "rerun")
        ask(admin, f"{interview}/cities/nanjing/waive", reason | {"rule": "interviews.ratio"}, "waive")
        ask(admin, f"{interview}/cities/nanjing/reject", reason, "refused")
        ask(admin, f"{interview}/extend", reason | {"cities": ["南京", "wuxi"], "until": "2022-02-25"}, "extend")
        ask(admin, f"{YEAR}/cities/xuzhou/withdraw", reason, "withdraw")
        ask(admin, f"{YEAR}/letters/{lost(window)}/settle", {"found": "sent"}, "settle")
        ask(window.as_("yancheng"), f"{YEAR}/phases/shortlist/cities/yancheng/submit", {}, "submit")
    done = [(row.what, row.subject, row.city, row.reason, row.by) for row in recorded(window) if row.id not in before]
    by = "admin 某"
    assert done[::-1] == [
        ("重新开放", "2022/shortlist/yancheng", "yancheng", ASKED["reason"], by),
        ("豁免要求", "2022/interview/nanjing", "nanjing", "疫情", by),
        ("延期", "2022/interview/nanjing", "nanjing", "疫情", by),
        ("延期", "2022/interview/wuxi", "wuxi", "疫情", by),
        ("退出本年度", "2022/xuzhou", "xuzhou", "疫情", by),
        ("函件核实为已送达", f"letter/{lost(window)}", "nanjing", None, by),
    ]


def test_an_act_that_cannot_go_on_record_is_not_done(window: Window) -> None:
    def full(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO audit"):
            raise OSError("full")

    event.listen(window.database.engine, "before_cursor_execute", full)
    with pytest.raises(OSError, match="full"):
        ask(window.as_(ADMIN), RERUN, ASKED)
    assert attempt(window) == 1


def recorded(window: Window) -> list[audit.RecordedDeed]:
    with window.database.read() as connection:
        return audit.entries(connection, most=50)


def lost(window: Window) -> int:
    """A letter of which nobody knows whether it went."""
    letter = table_of(Letter)
    with window.database.write() as connection:
        found = int(connection.execute(select(func.min(letter.c.id))).scalar_one())
        if not any(row.subject == f"letter/{found}" for row in recorded(window)):
            connection.execute(update(letter).where(letter.c.id == found).values(state="unknown"))
    return found


def test_the_document_names_every_route_and_its_page_shows_it(window: Window) -> None:
    viewer = window.as_(VIEWER)
    document = viewer.get(f"{ROOT}/openapi.json").json()
    page = viewer.get(f"{ROOT}/docs")
    assert len(document["paths"]) == 31
    assert all(f"{path}</code>" in page.text for path in document["paths"])
    assert ("<script>" in page.text, "https://" in page.text) == (False, False)
    assert window.as_(None).get(f"{ROOT}/openapi.json").status_code == 401


def test_a_letter_of_one_s_own_is_written_once_previewed_and_called_back(window: Window) -> None:
    words = {"subject": "请核对联系电话", "text": "请{设区市}核对联系电话。"}
    asked = {"group": "cities", "cities": ["yancheng", "wuxi"], "when": "morning"} | words
    admin, city = window.as_(ADMIN), window.as_("yancheng")
    before = written(window)
    shown = ask(admin, f"{YEAR}/letters/write", asked | {"dry_run": True}, None).json()
    assert (shown["outcome"], [one["to"] for one in shown["changes"]["letters"]], written(window)) == (
        "done", ["city:wuxi", "city:yancheng"], before,
    )  # fmt: skip
    done = [ask(admin, f"{YEAR}/letters/write", asked, "own").json() for _ in range(2)]
    assert (done[0] == done[1], done[0]["message"], written(window)) == (True, shown["message"], before + 2)
    number = int(done[0]["message"].split()[1])
    refused = [
        ask(city, f"{YEAR}/letters/write", {"group": "cities", **words}, "a"),
        ask(city, f"{YEAR}/letters/write", {"group": "mentors", "cities": ["wuxi"], **words}, "b"),
        ask(city, f"{YEAR}/letters/recall", {"number": number}, "c"),
        ask(admin, f"{YEAR}/letters/write", {"group": "nobody", **words}, "d"),
        ask(window.as_(VIEWER), f"{YEAR}/letters/write", asked, "e"),
    ]
    assert [one.status_code for one in refused] == [409, 404, 409, 422, 403]
    look = ask(admin, f"{YEAR}/letters/recall", {"number": number, "dry_run": True}, None).json()
    assert look["message"] == ask(admin, f"{YEAR}/letters/recall", {"number": number}, "f").json()["message"]
    assert look["message"] == f"已收回第 {number} 号自拟函的 2 封，不再发出。"


def written(window: Window) -> int:
    letter = table_of(Letter)
    with window.database.read() as connection:
        return connection.execute(select(func.count()).where(letter.c.kind == "letter")).scalar_one()
