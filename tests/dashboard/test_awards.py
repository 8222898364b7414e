"""The register of papers in the window: issued, printed, taken back, and confirmed to anybody by what stands on one."""

from __future__ import annotations

import re
from io import BytesIO

from pypdf import PdfReader
from sqlalchemy import select

from acts.signed_season import _signed
from deployments.verify import verify_season
from models import awards
from models.awards import Award
from models.columns import table_of
from models.tables.accounts import WrongGuess
from models.tables.audit import AuditEntry
from tests.support.window import ADMIN, VIEWER, YEAR, Browser, Window

ACT = f"/{YEAR}/acts/issue-awards"


def register(window: Window) -> list[Award]:
    with window.database.read() as connection:
        return awards.register(connection, YEAR)


def done(browser: Browser, act: str, **fields: str) -> int:
    """Preview an act and confirm it, as its pages do."""
    shown = browser.submit(f"/{YEAR}/acts/{act}/preview", **fields)
    if shown.status_code != 200:
        return shown.status_code
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown.text))
    answer = browser.submit(f"/{YEAR}/acts/{act}", **carried)
    assert answer.status_code == 303, answer.text
    return 200


def test_appointments_are_issued_printed_and_confirmed(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert "<b>导师聘书</b> 42 份" in admin.get(f"/{YEAR}/tasks").text
    preview = admin.submit(f"{ACT}/preview", kind="appointment").text
    assert "颁发导师聘书 42 份，2022年第1号至第42号。" in preview
    assert "第1号 " in preview
    assert register(window) == []
    assert done(admin, "issue-awards", kind="appointment") == 200
    held = register(window)
    assert [one.number for one in held] == [*range(1, 43)]
    assert done(admin, "issue-awards", kind="appointment") == 422
    assert "应颁发的聘书、证书</h2>" not in admin.get(f"/{YEAR}/tasks").text

    nanjing, own = window.as_("nanjing"), [one for one in held if one.city == "nanjing"]
    shown = nanjing.get(f"/{YEAR}/awards").text
    assert [one.name in shown for one in held] == [one.city == "nanjing" for one in held]
    pdf = nanjing.submit(f"/{YEAR}/awards/print", which="appointment")
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert ["样张" in one.extract_text() for one in PdfReader(BytesIO(pdf.content)).pages] == [True] * len(own)
    assert nanjing.submit(f"/{YEAR}/awards/print", which="appointment", city="wuxi").status_code == 404
    assert nanjing.submit(f"/{YEAR}/awards/print", which="appointment", number="42").status_code == 409
    assert admin.submit(f"/{YEAR}/awards/print", which="appointment", number="42").status_code == 409
    whole = admin.submit(f"/{YEAR}/awards/print", which="appointment", number="42", reason="补印")
    assert len(PdfReader(BytesIO(whole.content)).pages) == 1
    assert window.as_(VIEWER).submit(f"/{YEAR}/awards/print", which="appointment", reason="x").status_code == 403
    with window.database.read() as connection:
        entry = table_of(AuditEntry)
        said = connection.execute(select(entry.c.what, entry.c.reason).where(entry.c.subject.like("award/%")))
        assert [tuple(row) for row in said] == [
            ("颁发聘书、证书", None),
            (f"打印聘书、证书（{len(own)} 份）", None),
            ("打印聘书、证书（1 份）", "补印"),
        ]

    anybody, first = window.as_(None), held[0]
    page = anybody.get(f"/verify/{first.token}")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert all(word in page.text for word in ("此件有效", "导师聘书", "2022年第1号", "演练数据"))
    season, key = verify_season.opened(_signed({"year": YEAR}, window.site.secret))
    assert season == {"year": YEAR}
    assert f'<code class="key">{key}</code>' in page.text
    assert first.name not in page.text
    assert first.place not in page.text
    assert done(admin, "revoke-award", kind="appointment", number="1", reason="离任") == 200
    assert "此件已作废" in anybody.get(f"/verify/{first.token}").text
    assert "离任" not in anybody.get(f"/verify/{first.token}").text
    assert "离任" not in nanjing.get(f"/{YEAR}/awards").text
    assert "离任" in admin.get(f"/{YEAR}/awards?kind=appointment&number=1").text
    again = f'href="/{YEAR}/acts/reissue-award?kind=appointment&amp;number=1">补发导师聘书2022年第1号</a>'
    assert again in admin.get(f"/{YEAR}/awards").text  # he is to have one still
    assert again not in nanjing.get(f"/{YEAR}/awards").text


def test_what_is_not_found_is_said_plainly_and_may_be_guessed_ten_times(window: Window) -> None:
    anybody = window.as_(None)
    found = [anybody.get(f"/verify/{number:024}") for number in range(11)]
    assert [one.status_code for one in found] == [404] * 10 + [429]
    assert "没有查到" in found[0].text
    assert "查询次数太多" in found[-1].text
    assert "登录" not in found[-1].text.partition("<main")[2].replace("请先登录", "")


def test_what_is_no_token_is_not_found_and_not_counted(window: Window) -> None:
    anybody = window.as_(None)
    found = [anybody.get(f"/verify/{shape}") for shape in ("x", "x" * 23, "x" * 25, "x" * 23 + "号", *"abcdefghi")]
    assert {one.status_code for one in found} == {404}
    assert "没有查到" in found[0].text
    with window.database.read() as connection:
        assert connection.execute(select(table_of(WrongGuess))).all() == []


def test_a_number_that_is_none_is_refused_plainly(window: Window) -> None:
    admin = window.as_(ADMIN)
    for typed in ("9" * 30, "9" * 10, "-1", "第 号", "一"):
        shown = admin.submit(f"/{YEAR}/acts/revoke-award/preview", kind="appointment", number=typed, reason="离任")
        assert (shown.status_code, "编号应为数字，如 12" in shown.text) == (422, True), typed
        assert "第0号" not in shown.text
    for typed in ("第12号", "１２", " 第 12 号 ", "0000012"):
        shown = admin.submit(f"/{YEAR}/acts/revoke-award/preview", kind="appointment", number=typed, reason="离任")
        assert "2022年第12号没有颁发过" in shown.text, typed
    headers = {"x-csrf-token": admin.csrf, "idempotency-key": "long"}
    sent = {"kind": "appointment", "number": "9" * 30, "reason": "离任"}
    answer = admin.post(f"/api/v1/years/{YEAR}/revoke-award", json=sent, headers=headers)
    assert (answer.status_code < 500, "编号应为数字" in answer.text) == (True, True)


def test_a_program_issues_them_too(window: Window) -> None:
    admin = window.as_(ADMIN)
    sent = {"kind": "appointment"}
    headers = {"x-csrf-token": admin.csrf, "idempotency-key": "once"}
    address = f"/api/v1/years/{YEAR}/issue-awards"
    assert admin.post(address, json=sent | {"dry_run": True}, headers=headers).status_code == 200
    assert register(window) == []
    answers = [admin.post(address, json=sent, headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert len(register(window)) == 42
