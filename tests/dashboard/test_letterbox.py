from __future__ import annotations

from dataclasses import replace

from dashboard.signing_in.reader import Reader, Role
from dashboard.views.letterbox import KINDS, STATES, OnFile, may_read, on_file
from letters.occurrences import KINDS as EVERY_KIND

ADMIN = Reader(1, "admin", "甲", Role.ADMIN, None, "", "")
VIEWER = replace(ADMIN, role=Role.VIEWER)
YANCHENG = replace(ADMIN, role=Role.CITY, city="yancheng")


def test_every_kind_has_a_word_and_every_state_its_own_shape_and_word() -> None:
    assert set(KINDS) == set(EVERY_KIND)
    shown = {(state.shape, state.word) for state in STATES.values()}
    assert len({shape for shape, _ in shown}) == len({word for _, word in shown}) == len(STATES)


def test_a_city_may_read_its_own_offices_letters_alone() -> None:
    recipients = ["city:yancheng", "head:yancheng", "city:nanjing", "mentor:3", "province", "lead", "city:yancheng2"]
    assert [key for key in recipients if may_read(YANCHENG, key)] == ["city:yancheng", "head:yancheng"]
    assert all(may_read(reader, key, "awaiting") for reader in (ADMIN, VIEWER) for key in recipients)
    assert not may_read(YANCHENG, "city:yancheng", "awaiting")


def test_an_address_is_good_missing_or_given_up() -> None:
    assert on_file(("Office@City.example", None), {"office@city.example"}, rehearsal=False) == (
        OnFile("市级管理办公室", "Office@City.example", "已停止发函", good=False),
        OnFile("负责同志", "", "没有登记", good=False),
    )
    assert on_file(("a@b.example", None), set(), rehearsal=True) == (
        OnFile("市级管理办公室", "a@b.example", "正常", good=True),
        OnFile("负责同志", "", "没有登记（演练中用代替地址）", good=True),
    )
