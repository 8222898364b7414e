from __future__ import annotations

from tests.dashboard.conftest import ADMIN, Window


def test_the_province_lands_on_the_matrix_and_a_city_on_its_own_year(window: Window) -> None:
    assert [window.as_(name).get("/").headers["location"] for name in (ADMIN, "yancheng", None)] == [
        "/2022",
        "/2022/cities/yancheng",
        "/sign-in",
    ]


def test_a_late_city_is_told_by_shape_and_word(window: Window) -> None:
    page = window.as_(ADMIN).get("/2022").text
    cell = page.split('href="/2022/shortlist/yancheng">')[1].split("</a>")[0]
    assert (
        '<span class="shape" aria-hidden="true">!</span><span class="word">已逾期</span><small>逾期 8 天</small>'
        in cell
    )
