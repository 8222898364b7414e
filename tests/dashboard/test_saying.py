from __future__ import annotations

import pytest

from dashboard.acting.saying import plain


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("已截止，不能延期；请改用重启（talent phase rerun）。", "已截止，不能延期；请改用重启。"),
        ("退回时须用 --until 写明新的截止日。", "退回时须写明新的截止日。"),
        (
            "7 号函件既非待核实也非未送达，无需处理；请看 talent letters show 7。",
            "7 号函件既非待核实也非未送达，无需处理。",
        ),
        ("a@b.cn 没有停用，未作改动；停用的地址见 talent status。", "a@b.cn 没有停用，未作改动。"),
        ("盐城 面试名单 已重启（第 2 次）。", "盐城 面试名单 已重启（第 2 次）。"),
    ],
)
def test_an_answer_on_a_page_names_no_command(said: str, shown: str) -> None:
    assert plain(said) == shown
