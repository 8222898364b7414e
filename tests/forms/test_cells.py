from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import cells
from forms.cells import BadCellError
from tests.support.books import FORMS

KINDS = sorted(
    {column.kind for form in FORMS.values() for sheet in form.sheets for column in sheet.columns},
    key=lambda kind: kind.hint,
)
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
ANYTHING = (
    st.text().filter(lambda text: not cells.is_blank(text))
    | st.from_regex(r"[-+0-9.,%年月日/ ]{1,12}", fullmatch=True)
    | st.floats()
    | st.integers()
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.decimals()
)


def refused(read: Callable[[object], object], value: object) -> str:
    with pytest.raises(BadCellError) as caught:
        read(value)
    return caught.value.code


@given(st.sampled_from(KINDS), ANYTHING)
def test_any_cell_is_read_or_refused_and_what_is_read_reads_the_same_again(kind: object, value: object) -> None:
    parse: Callable[[object], object] = kind.parse  # type: ignore[attr-defined]
    try:
        found = parse(value)
    except BadCellError:
        return
    assert parse(found) == found


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.booleans(), st.sampled_from(["", " ", "　", " 　"]))
def test_a_day_reads_the_same_however_it_is_written(day: date, wide: bool, space: str) -> None:
    y, m, d = day.year, day.month, day.day
    midnights = (f"{y}-{m:02}-{d:02} 00:00:00", f"{y}-{m:02}-{d:02}T00:00:00.000Z", f"{y}年{m}月{d}日 0:00")
    for text in (f"{y}-{m:02}-{d:02}", f"{y}–{m}–{d}", f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}年{m}月{d}日", *midnights):
        assert cells.day(f"{space}{text.translate(WIDE) if wide else text}{space}") == day
    assert cells.day(day) == cells.day(datetime(y, m, d, 9, 30)) == day  # noqa: DTZ001 - Excel knows no zone


@pytest.mark.parametrize(
    "value",
    [
        *("2022-02-30", "2022.2-26", "2022-02-25T16:00:00.000Z", "22-2-26", "2022年2月", "2022-2/26", "二月"),
        *(38525.0, True, "٢٠٢٢-٠٢-٢٦"),
    ],
)
def test_what_is_no_day_is_refused(value: object) -> None:
    assert refused(cells.day, value) == "cell.date"


def test_a_day_outside_two_centuries_is_refused() -> None:
    assert refused(cells.day, date(1899, 12, 31)) == refused(cells.day, "2200-01-01") == "cell.date"


@given(st.integers(1, 100_000))
def test_a_rank_reads_the_same_however_it_is_written(thousandths: int) -> None:
    rank = Decimal(thousandths) / 1000
    written = (f"{rank}", f"{rank}%", f"{rank}％", f"{rank}%".translate(WIDE), float(rank), rank)
    assert {cells.per_cent(one) for one in written} == {rank}


def test_the_size_of_a_rank_is_never_guessed_at() -> None:
    assert (cells.per_cent("0.08"), cells.per_cent(0.08)) == (Decimal("0.08"), Decimal("0.08"))


@pytest.mark.parametrize("value", [0, "0%", -1, "100.1%", "800%"])
def test_a_rank_lies_above_0_and_up_to_100(value: object) -> None:
    assert refused(cells.per_cent, value) == "cell.range"


@given(st.decimals(-(10**9), 10**9, places=4))
def test_a_number_reads_the_same_however_it_is_written(number: Decimal) -> None:
    written = (f"{number}", f"{number:,}", f" {number}　", f"{number}".translate(WIDE), float(number),
               f"{number:,}".replace(",", "\xa0"), f"{number}".replace("-", "−"))  # fmt: skip
    assert {cells.decimal(one) for one in written} == {number}


@pytest.mark.parametrize("value", ["8分", "1e3", "1,2", "--1", "", "nan", float("inf"), True, "٣", "1_000", "0x1"])
def test_what_is_no_number_is_refused(value: object) -> None:
    assert refused(cells.decimal, value) == "cell.number"


def test_a_number_keeps_the_digits_that_excel_shows() -> None:
    assert str(cells.decimal(0.07099999999999999)) == "0.071"
    assert str(cells.decimal(1200.0)) == "1200"


@pytest.mark.parametrize(("text", "meant"), [("是", True), ("否", False), ("ｙ", True), ("n", False)])
@pytest.mark.parametrize("space", ["", " ", "　", "\u00a0"])
def test_yes_and_no(text: str, meant: bool, space: str) -> None:
    assert cells.yes(f"{space}{text}{space}") is meant


def test_yes_and_no_have_other_spellings() -> None:
    assert [cells.yes(one) for one in ("Y", "TRUE", "true", "√", "✓", "☑", True)] == [True] * 7
    assert [cells.yes(one) for one in ("N", "FALSE", "×", "✗", "☒", False)] == [False] * 6


def test_who_was_absent_or_gave_up_did_not_come() -> None:
    assert [cells.came(one) for one in ("缺席", "弃 权", "否", "是", True)] == [False] * 3 + [True] * 2


@pytest.mark.parametrize("value", ["也许", "1", 1.0, 0, "是的"])
def test_neither_yes_nor_no_is_refused(value: object) -> None:
    assert refused(cells.yes, value) == "cell.choice"


@pytest.mark.parametrize("mark", list("\n\r\t\x00\x07\u2028\ud800"))
def test_a_break_or_control_inside_a_name_is_refused_by_its_number(mark: str) -> None:
    with pytest.raises(BadCellError, match=f"U\\+{ord(mark):04X}") as caught:
        cells.line(f"张{mark}三")
    assert caught.value.code == "cell.control"


@pytest.mark.parametrize("mark", list("\u202e\u2066\u200b\ufeff\u3164"))
@pytest.mark.parametrize("place", ["{0}张三", "张{0}三", "张三{0}"])
def test_what_is_not_drawn_is_no_part_of_a_text(mark: str, place: str) -> None:
    assert cells.line(place.format(mark)) == "张三"
    assert cells.is_blank(f" {mark}\n")


@pytest.mark.parametrize("space", ["\n", "\r\n", "\t", "\u2003", "\xa0", "\u2028"])
def test_what_stands_after_a_text_is_trimmed(space: str) -> None:
    assert cells.line(f"{space}张三{space}") == "张三"


@pytest.mark.parametrize("name", ["欧阳䶮", "阿依努尔·买买提", "𠮷田", "葛󠄀城", "Étienne d'Été", "张 三"])
def test_real_names_are_kept_as_they_are(name: str) -> None:
    assert cells.line(f" 　{name}　 ") == name


def test_prose_keeps_its_lines_and_nothing_else_unseen() -> None:
    assert cells.prose("甲\r\n乙\r丙\n丁\t戊") == "甲\n乙\n丙\n丁\t戊"
    assert cells.prose("甲\u202e乙") == "甲乙"
    assert refused(cells.prose, "甲\x07乙") == "cell.control"
    assert (cells.prose(5.0), cells.prose(0.5)) == ("5", "0.5")
    assert refused(cells.prose, True) == refused(cells.prose, date(2022, 1, 1)) == "cell.not-text"


def test_text_has_an_end() -> None:
    assert cells.line("长" * 100) == "长" * 100
    assert refused(cells.line, "长" * 101) == refused(cells.prose, "长" * 2001) == "cell.too-long"


@pytest.mark.parametrize("read", [cells.phone, cells.application_number, cells.digits])
@pytest.mark.parametrize("value", [2583000000.0, 2583000000, 13800000000.5])
def test_a_number_where_digits_are_meant_is_refused(read: Callable[[object], object], value: object) -> None:
    assert refused(read, value) == "cell.number-for-text"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("１３８００００００００", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("+86-25-83000000", "+86-25-83000000"),
        ("（025）83000000转801", "025-83000000-801"),
        ("+86(25)8300\xa00000", "+86-25-83000000"),
        ("025—83000000", "025-83000000"),
        ("'\u202d13800000000\u202c", "13800000000"),
        (13800000000.0, "13800000000"),
    ],
)
def test_a_telephone_number(text: object, meant: str) -> None:
    assert cells.phone(text) == meant


def test_a_fault_of_a_telephone_number_says_what_is_wrong() -> None:
    for text, said in (("1380000000o", "其中有字母“o”（U\\+006F）"), ("13800000000/13900000000", "不止一个号码")):
        with pytest.raises(BadCellError, match=said):
            cells.phone(text)


@pytest.mark.parametrize("text", ["110", "1380000000x", "--", "1234567890123456", "8300000（办）"])
def test_what_is_no_telephone_number_is_refused(text: str) -> None:
    assert refused(cells.phone, text) == "cell.phone"


def test_an_application_number() -> None:
    for text in ("　３２０９－２０２２－０００７ ", "3209 – 2022 – 0007", "3209−2022−0007\u200b"):
        assert cells.application_number(text) == "3209-2022-0007"


@pytest.mark.parametrize("text", ["3209-2022-7", "320920220007", "3209-22-0007", "3209-2022-00071", "٣٢٠٩-٢٠٢٢-٠٠٠٧"])
def test_what_is_no_application_number_is_refused(text: str) -> None:
    assert refused(cells.application_number, text) == "cell.application-number"


@pytest.mark.parametrize("text", ["a@b.cn", "first.last+tag@mail-1.example.org", "ａ＠ｂ．ｃｎ"])
def test_an_address(text: str) -> None:
    assert cells.email(text) == cells.half_width(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a",
            "a@b",
            "@b.cn",
            "a@",
            ".a@b.cn",
            "a..b@c.cn",
            "a@-b.cn",
            "a@b.c",
            "张@b.cn",
            "a b@c.cn",
            "a@b.cn,c@d.cn",
        ),
        *("<a@b.cn>", f"{'a' * 65}@b.cn", "a@b..cn"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert refused(cells.email, text) == "cell.email"


def test_an_address_cannot_smuggle_a_header() -> None:
    assert refused(cells.email, "a@b.cn\r\nBcc: c@d.cn") == "cell.control"


@pytest.mark.parametrize(("value", "code"), [(0, "cell.range"), (1.5, "cell.number"), ("两", "cell.number")])
def test_places_are_a_whole_number_from_1(value: object, code: str) -> None:
    assert refused(cells.places, value) == code


def test_money_has_two_decimals() -> None:
    assert [str(cells.money(one)) for one in (0, 8000.0, "1,234.5", 0.1)] == ["0.00", "8000.00", "1234.50", "0.10"]
    assert (refused(cells.money, "1.234"), refused(cells.money, -1)) == ("cell.number", "cell.range")


def test_marks_and_stages_have_their_bounds() -> None:
    assert [cells.score(one) for one in (0, 100, "99.5")] == [Decimal(0), Decimal(100), Decimal("99.5")]
    assert refused(cells.score, 100.5) == refused(cells.score, -0.5) == "cell.range"
    assert [cells.stage(3, one) for one in (1.0, "２", "3")] == [1, 2, 3]
    assert refused(partial(cells.stage, 3), 4) == "cell.choice"


def test_several_choices_are_put_in_order_each_once() -> None:
    honours = ("长江学者", "国家杰青", "省级教学名师")
    assert cells.several(honours, "省级教学名师、 长江学者，长江学者；") == ("长江学者", "省级教学名师")
    assert cells.several(honours, ["国家杰青"]) == ("国家杰青",)
    assert refused(lambda cell: cells.several(honours, cell), "院士") == "cell.choice"
    assert refused(lambda cell: cells.several(honours, cell), 3.0) == "cell.choice"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("14:30", "14:30"), ("9:05:00", "09:05"), ("１４：３０", "14:30"), ("14时30分", "14:30"), ("14点30分", "14:30"),
        ("14点", "14:00"), ("2点半", "02:30"), ("下午2:30", "14:30"), ("下午 2点半", "14:30"), ("下午14:30", "14:30"),
        ("下午12:30", "12:30"), ("上午9点整", "09:00"), ("中午1点", "13:00"), ("晚上7点5分", "19:05"),
    ],
)  # fmt: skip
def test_a_time_of_a_day_as_people_write_it(written: str, read: str) -> None:
    assert cells.hour(written) == read


@pytest.mark.parametrize("written", ["14", "1430", "24:00", "14:60", "2:5", "上午14:00", "晚上12:00", "下午", 14, None])
def test_what_is_no_time_or_may_be_two_is_refused(written: object) -> None:
    with pytest.raises(BadCellError):
        cells.hour(written)
