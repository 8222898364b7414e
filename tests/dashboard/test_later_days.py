"""Who has a day of his own and is not complete, on the province's list, with the way to another day."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.pages import tasks
from season.still_due import StillDue
from tests.support.window import ADMIN, VIEWER, YEAR, Window


def test_the_list_names_who_is_still_due_and_until_when(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    mentor = "李甲（江海大学）"
    found = (
        StillDue("midterm", "nanjing", "3201-2022-0001", date(2022, 9, 20)),
        StillDue("midterm", "nanjing", mentor, date(2022, 2, 1)),
    )
    monkeypatch.setattr(tasks, "still_due", lambda _: found)
    admin, viewer = (window.as_(who).get(f"/{YEAR}/tasks").text for who in (ADMIN, VIEWER))
    assert all(f"{said}。" in admin for said in ("期限 2022-09-20 24:00", "期限 2022-02-01 24:00，已过"))
    form = f"/{YEAR}/acts/extend-person?phase=midterm&amp;city=nanjing&amp;person=3201-2022-0001"
    assert (form in admin, form in viewer, mentor in viewer) == (True, False, True)
    assert "个人延期用于状态为" in window.as_(ADMIN).get(form.replace("&amp;", "&")).text, "in February nobody is asked"
