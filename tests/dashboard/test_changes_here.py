"""What was put right about a student stands on the city's page, whole for who may see names, and for no other city."""

from __future__ import annotations

from models import personal_changes
from tests.dashboard.test_acting import hidden
from tests.support.window import ADMIN, VIEWER, YEAR, Window

FORM = f"/{YEAR}/acts/correct-student"


def test_it_is_done_on_a_page_and_seen_by_those_who_may(window: Window) -> None:
    with window.database.read() as connection:
        row = next(iter(personal_changes.interviewed(connection, YEAR, "nanjing")), "3201-2022-0001")
        was = (personal_changes.student(connection, YEAR, "nanjing", row) or {})["name"]
    admin, given = window.as_(ADMIN), {"city": "nanjing", "student": row, "what": "name", "reason": "录入有误"}
    assert f'href="{FORM}?city=nanjing"' in admin.get(f"/{YEAR}/cities/nanjing").text
    shown = admin.submit(f"{FORM}/preview", value="欧阳测试", **given)
    assert f"{row} 的姓名已更正" in shown.text
    assert admin.submit(FORM, **hidden(shown)).is_redirect
    home, application = f"/{YEAR}/cities/nanjing", f"/{YEAR}/application/nanjing"
    for page in (home, application):
        for who, said in (
            (ADMIN, f"{was} → 欧阳测试"),
            ("nanjing", f"{was} → 欧阳测试"),
            (VIEWER, f"{was[0]}{'＊' * min(len(was) - 1, 2)} → 欧＊＊"),
        ):
            assert said in window.as_(who).get(page).text
    pages = (
        home,
        application,
        f"/{YEAR}/students/{row}",
        f"/{YEAR}/log",
        f"/{YEAR}/exports/log.csv",
        f"/api/v1/years/{YEAR}/log",
    )
    told = {who: ["录入有误" in window.as_(who).get(page).text for page in pages] for who in (ADMIN, "nanjing", VIEWER)}
    assert told == {
        ADMIN: [True, True, False, True, False, True], "nanjing": [True] * 6, VIEWER: [False] * 6,
    }  # fmt: skip
    assert f"{row} 姓名已更正" in window.as_(VIEWER).get(f"/{YEAR}/log").text
    assert window.as_("yancheng").get(application).status_code == 404
    assert "学生信息的变动" not in window.as_(ADMIN).get(f"/{YEAR}/cities/yancheng").text
    assert window.as_("nanjing").get(f"{FORM}?city=nanjing").status_code in {403, 404}
