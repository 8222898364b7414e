from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

import dashboard.pages.letters as area
from dashboard.signing_in.reader import Reader
from models.columns import table_of
from models.letterbox import own
from models.tables.season import Letter
from tests.support.reading import Read
from tests.support.window import ADMIN, CITIES, VIEWER, Window

LIST = "/2022/letters"


def read(window: Window, name: str, address: str = LIST) -> Read:
    answer = window.as_(name).get(address)
    assert answer.status_code == 200, answer.text
    return Read.page(answer.text)


def ids(window: Window, recipient: str) -> list[int]:
    letter = table_of(Letter)
    with window.database.read() as connection:
        query = select(letter.c.id).where(letter.c.recipient == recipient).order_by(letter.c.id)
        return list(connection.execute(query).scalars())


def total(found: Read) -> str:
    return next(text for text in found.texts("p") if text.startswith("全部"))


def test_a_letter_that_was_not_to_go_out_says_why_and_nothing_else(window: Window) -> None:
    letter, reason = table_of(Letter), "不另行通知：已逐一电话告知"
    (number, *_) = ids(window, "city:yancheng")
    assert "尚未签收。" in window.as_(ADMIN).get(f"{LIST}/{number}").text
    with window.database.write() as connection:
        connection.execute(update(letter).where(letter.c.id == number).values(state="cancelled", detail=reason))
    said = window.as_(ADMIN).get(f"{LIST}/{number}").text
    assert [words in said for words in (reason, "发出之前情况已变", "尚未签收。")] == [True, False, False]


def test_letters_are_counted_by_state_and_paged_newest_first(window: Window) -> None:
    letter = table_of(Letter)
    with window.database.write() as connection:
        connection.execute(update(letter).where(letter.c.recipient == "province").values(state="failed"))
        every = connection.execute(select(func.count()).select_from(letter)).scalar_one()
        failed = connection.execute(select(func.count()).where(letter.c.state == "failed")).scalar_one()
    found = read(window, ADMIN)
    assert total(found) == f"全部 {every} !未送达 {failed} ○待发 {every - failed}" or total(found) == (
        f"全部 {every} ○待发 {every - failed} !未送达 {failed}"
    )
    times = [row[4] for row in found.tables[0][1:]]
    assert (len(times), times) == (50, sorted(times, reverse=True))
    assert f"{LIST}?page=2" in found.links
    assert len(read(window, ADMIN, f"{LIST}?page=999").tables[0]) - 1 == every % 50


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("kind=overdue", {("逾期催办", "盐城市管理办公室"), ("逾期催办", "扬州市管理办公室")}),
        ("kind=rerun&phase=mentor-recommendation", {("重新开放", "扬州市管理办公室")}),
        ("city=yancheng&phase=shortlist&kind=opened", {("工作开始", "盐城市管理办公室")}),
        ("state=sent", set()),
    ],
)
def test_letters_are_filtered(window: Window, query: str, shown: set[tuple[str, str]]) -> None:
    found = read(window, ADMIN, f"{LIST}?{query}")
    rows = found.tables[0][1:] if found.tables else []
    assert {(row[3], row[2]) for row in rows if "导师" not in row[2]} == shown


def test_a_city_lists_the_letters_to_its_own_office_whatever_it_asks_for(window: Window) -> None:
    for query in ("", "?city=nanjing", "?kind=appointment", "?state=queued"):
        found = read(window, "yancheng", LIST + query)
        assert {row[2] for row in (found.tables[0][1:] if found.tables else [])} <= {
            "盐城市管理办公室",
            "盐城市科协负责同志",
        }
    assert total(read(window, "yancheng")) == f"全部 {len(ids(window, 'city:yancheng'))} ○待发 12"


def test_a_past_instant_lists_what_was_written_by_then(window: Window) -> None:
    found = read(window, "yancheng", f"{LIST}?as_of=2022-01-10T09:00")
    assert [row[1:] for row in found.tables[0][1:]] == [
        ["还有5个工作日：盐城市导师名单1月15日（周六）24时截止", "盐城市管理办公室", "截止提醒", "2022-01-07 09:00"],
        ["请于1月15日（周六）24时前报送：盐城市导师名单", "盐城市管理办公室", "工作开始", "2021-12-31 00:00"],
    ]


def test_a_letter_tells_who_got_it_what_became_of_it_and_what_it_says(window: Window) -> None:
    key = ids(window, "city:yancheng")[0]
    letter = table_of(Letter)
    with window.database.write() as connection:
        connection.execute(
            update(letter).where(letter.c.id == key).values(state="failed", tries=3, detail="550 无此人")
        )
    found = read(window, "yancheng", f"{LIST}/{key}")
    assert found.texts("dd") == [
        "盐城市管理办公室 得知的截止日 这类函件的情况",
        "yancheng@city.example",
        "工作开始",
        "盐城 导师推荐",
        "2021-12-31 周五 00:00",
        "尚未发出",
        "已投递 3 次",
    ]
    assert "!未送达 被对方邮局拒收、被退回，或多次投递没有成功；请核对邮箱后重发。 550 无此人" in found.texts("p")
    assert "盐城市管理办公室：" in found.texts("pre")[0]


def test_a_letters_twin_may_not_run_or_load_anything_and_is_framed_by_us_alone(window: Window) -> None:
    key = ids(window, "city:yancheng")[0]
    browser = window.as_("yancheng")
    page = browser.get(f"{LIST}/{key}").text
    assert '<iframe class="twin" sandbox title=' in page
    answer = browser.get(f"{LIST}/{key}/html")
    assert {name: answer.headers[name] for name in ("content-security-policy", "x-frame-options")} == {
        "content-security-policy": area.TWIN_POLICY,
        "x-frame-options": "SAMEORIGIN",
    }
    assert "script-src" not in area.TWIN_POLICY
    assert "sandbox" in area.TWIN_POLICY.split("; ")
    assert "盐城市管理办公室" in answer.text


@pytest.mark.parametrize("name", [None, ADMIN, VIEWER, *CITIES])
def test_a_letter_is_read_by_the_province_and_by_its_own_office_alone(window: Window, name: str | None) -> None:
    browser = window.as_(name)
    letter = table_of(Letter)
    with window.database.read() as connection:
        mentor = connection.execute(select(letter.c.recipient).where(letter.c.kind == "appointment")).scalars().first()
    found = {key: ids(window, key)[0] for key in ("province", str(mentor), "city:yancheng", "city:nanjing")}
    for recipient, key in found.items():
        mine = name in {ADMIN, VIEWER} or (name is not None and recipient in own(name))
        expected = 303 if name is None else 200 if mine else 404
        statuses = [browser.get(f"{LIST}/{key}{part}").status_code for part in ("", "/html")]
        assert statuses == [expected] * 2, (name, recipient)


def test_without_the_guard_a_foreign_letter_would_be_read(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def anybody(_reader: Reader, _recipient: str, *_: str) -> bool:
        return True

    (key, *_) = ids(window, "city:nanjing")
    assert window.as_("yancheng").get(f"{LIST}/{key}").status_code == 404
    monkeypatch.setattr(area, "may_read", anybody)
    assert window.as_("yancheng").get(f"{LIST}/{key}").status_code == 200


def test_what_is_no_letter_of_this_year_and_instant_is_not_there(window: Window) -> None:
    newest = max(ids(window, "province"))
    for address in (
        f"{LIST}/999999",
        f"{LIST}/{2**31}",
        f"{LIST}/{10**30}",
        f"{LIST}/{newest}?as_of=2022-01-01T09:00",
        "/2023/letters/1",
        f"{LIST}/first",
    ):
        assert window.as_(ADMIN).get(address).status_code == 404, address


def test_a_filter_that_is_no_slug_is_refused(window: Window) -> None:
    assert window.as_(ADMIN).get(f"{LIST}?state=%20").status_code == 422
    assert window.as_(ADMIN).get(f"{LIST}?page=0").status_code == 422
