from __future__ import annotations

from dashboard.views.paging import SIZE, ListPage, page_of


def test_a_page_past_the_last_is_the_last_and_an_empty_list_has_one() -> None:
    assert [(page_of("/x", {}, number, total).number, page_of("/x", {}, number, total).last) for number, total in (
        (1, 0), (9, 0), (3, 2 * SIZE), (2, SIZE + 1),
    )] == [(1, 1), (1, 1), (2, 2), (2, 2)]  # fmt: skip


def test_addresses_keep_the_filters_and_another_filter_begins_anew() -> None:
    page = ListPage("/2022/log", {"as_of": "2022-01-25T10:00", "event": "load"}, 2, 500)
    assert [page.address(1), page.address(3), page.with_(event=None), page.with_(event="pass")] == [
        "/2022/log?as_of=2022-01-25T10%3A00&event=load",
        "/2022/log?as_of=2022-01-25T10%3A00&event=load&page=3",
        "/2022/log?as_of=2022-01-25T10%3A00",
        "/2022/log?as_of=2022-01-25T10%3A00&event=pass",
    ]
