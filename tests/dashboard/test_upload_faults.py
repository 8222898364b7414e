"""Faults kept a while: for who sent them, in bounded room, as a table without formulas."""

from __future__ import annotations

from dashboard.acts.upload_faults import BYTES, KeptFaults, Shelf, as_csv, by_sheet
from forms.workbook_rows import RowError


def fault(sheet: str, row: int | None, found: str = "") -> RowError:
    return RowError("cell.number", sheet, row, "测试成绩", found, "不是数字", "应为 0–100 的数")


def test_only_who_sent_them_finds_them_again_and_only_there() -> None:
    shelf, kept = Shelf(), KeptFaults(7, "/2022/shortlist/yancheng", (fault("成绩", 2),), b"PK")
    word = shelf.put(kept)
    asked = [(word, 7, "/2022/shortlist/yancheng"), (word, 8, "/2022/shortlist/yancheng"), (word, 7, "/"), ("", 7, "/")]
    assert [shelf.find(*one) for one in asked] == [kept, None, None, None]


def test_the_oldest_uploads_make_room_and_the_newest_always_stays() -> None:
    shelf, many = Shelf(room=5), tuple(fault("成绩", row) for row in range(3))
    words = [shelf.put(KeptFaults(7, "/", many)) for _ in range(3)]
    assert [shelf.find(word, 7, "/") is not None for word in words] == [False, False, True]
    huge = shelf.put(KeptFaults(7, "/", many * 4))
    assert shelf.find(huge, 7, "/") == KeptFaults(7, "/", many * 4)


def test_workbooks_make_room_by_their_size() -> None:
    shelf, large = Shelf(), b"0" * (BYTES // 2)
    words = [shelf.put(KeptFaults(7, "/", (), large)) for _ in range(3)]
    assert [shelf.find(word, 7, "/") is not None for word in words] == [False, True, True]


def test_sheets_come_in_the_order_of_the_workbook() -> None:
    faults = [fault("", None), fault("成绩", 2), fault("成绩", 3), fault("分数线", 2)]
    assert by_sheet(faults) == [("", faults[:1]), ("成绩", faults[1:3]), ("分数线", faults[3:])]


FORMULAS = ("=1+1", "+1", "-1", "@a", "\t=1", "＝cmd|x", "＋1", "－1", "＠a")


def test_no_cell_of_the_table_is_a_formula() -> None:
    found = as_csv([fault("成绩", 2, text) for text in (*FORMULAS, '平,"常"')]).decode("utf-8-sig")
    assert found.split("\r\n") == [
        "表,行,列,填的内容,存在问题,正确填法",
        *(f"成绩,2,测试成绩,'{text},不是数字,应为 0–100 的数" for text in FORMULAS),
        '成绩,2,测试成绩,"平,""常""",不是数字,应为 0–100 的数',
        "",
    ]
    assert ',"\'\n=1",' in as_csv([fault("成绩", 2, "\n=1")]).decode()
