"""What one cell says: tolerant readings of text, dates, numbers and yes-or-no, each a value or a `BadCellError`.

A reading takes what a workbook, a web form or code hands over (str, float, bool, date, Decimal) and never sees a blank.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from forms.folding import character, drawn, fold
from forms.hosts import reachable

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, marks of direction, line separators
_HOUR = re.compile(
    r"(早上|上午|中午|下午|晚上)?([01]?\d|2[0-3])(?::([0-5]\d)(?::00)?|[时点](?:([0-5]?\d)分?|(半)|整)?)"
)
_AFTER_NOON = {"中午": range(1, 3), "下午": range(1, 12), "晚上": range(1, 12)}
"""The hours that are counted from noon, by what is said before them."""
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
    r"(?:[T ]0?0:00(?::00(?:\.0+)?)?Z?)?",  # a program writes a day as its midnight
    re.ASCII,
)
_GROUPED = re.compile(r"[+-]?\d{1,3}([,\s]\d{3})+(\.\d+)?")
_EMAIL = re.compile(
    r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_APPLICATION = re.compile(r"\d{4}(?:\d{2})?-\d{4}-\d{4}", re.ASCII)
_TRUE = frozenset({"是", "Y", "YES", "TRUE", "√", "✓", "✔", "☑"})
_FALSE = frozenset({"否", "N", "NO", "FALSE", "×", "✕", "✖", "✗", "✘", "☒"})
_ABSENT = frozenset({"缺席", "弃权"})
_OWN = re.compile("[\ue000-\uf8ff]")
_MOBILE = range(13_000_000_000, 20_000_000_000)
_LAST_YEAR = 2199
_FIRST_YEAR = 1900
NOON = 12


_BROKEN: Mapping[str, tuple[str, str]] = {
    "cell.error": ("公式出错{shown}", "请改正公式，或删去公式、直接填写内容"),
    "cell.formula": ("公式没有存下计算结果", "请在 Excel 或 WPS 中打开、保存后重新上传，或删去公式、直接填写内容"),
    "cell.merged": ("在合并单元格{shown}里，内容只存在它左上角的一格", "请取消合并，逐格填写"),
    "cell.unreadable": ("单元格里存的内容无法辨认", "请清空这一格、重新填写，保存后重新上传"),
    "cell.format": (
        "看不出这个数是不是百分比：文件没有说明单元格的数字格式",
        "请在 Excel 或 WPS 中打开、另存后重新上传，或改成文本，如 8%",
    ),
}


class BadCellError(ValueError):
    """A cell is not what its column asks: a stable `code`, and Chinese phrases for who filled it in.

    `wrong` says what is wrong, `right` what to do, None where that is what its column asks.
    """

    def __init__(self, code: str, wrong: str, right: str | None = None) -> None:
        super().__init__(wrong)
        self.code, self.wrong, self.right = code, wrong, right


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds no value, or one that may mean two: why, as a stable code, and the error that it shows."""

    code: str
    shown: str = ""

    @property
    def fault(self) -> BadCellError:
        """What is wrong with it, whatever its column asks."""
        wrong, right = _BROKEN[self.code]
        return BadCellError(self.code, wrong.format(shown=f"（{self.shown}）" if self.shown else ""), right)


def is_blank(value: object) -> bool:
    """Whether nothing is written there: nothing at all, or only spaces and marks that are not drawn."""
    return value is None or (isinstance(value, str) and not (value and drawn(value)))


def half_width(text: str) -> str:
    """Trim, and turn full-width ASCII (digits, letters, `％`, `＠`) into its half-width twin."""
    return (text if text.isascii() else drawn(text).translate(_HALF_WIDTH)).strip()


def line(value: object, longest: int = 100) -> str:
    """One line of text: names, units, places. What is not drawn is dropped from it, numbers are refused."""
    if not isinstance(value, str):
        raise BadCellError("cell.not-text", "单元格不是文本")
    text = drawn(value)
    if not text.isprintable() and (unseen := [mark for mark in text if unicodedata.category(mark) in _UNSEEN]):
        raise BadCellError("cell.control", f"中间有{character(unseen[0])}")
    if len(text) > longest:
        raise BadCellError("cell.too-long", f"长 {len(text)} 字，超过 {longest} 字")
    return text


def prose(value: object, longest: int = 2000) -> str:
    """Free text: line breaks are kept as LF, a number is taken as its digits."""
    if isinstance(value, bool | date):
        raise BadCellError("cell.not-text", "单元格不是文本")
    if isinstance(value, int | float | Decimal):
        return f"{decimal(value):f}"
    if not isinstance(value, str):
        raise BadCellError("cell.not-text", "单元格不是文本")
    text = drawn(value).replace("\r\n", "\n").replace("\r", "\n")
    line(text.replace("\n", " ").replace("\t", " "), longest)
    return text


def digits(value: object) -> str:
    """Text made of digits. A numeric cell is refused: Excel may already have lost some of them."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        wrong = "单元格是数字格式，可能已丢失首位的 0 或末位数字"
        raise BadCellError("cell.number-for-text", wrong, "请把单元格设成文本格式，再重新填写")
    return half_width(line(value)).translate(_DASHES)


def application_number(value: object) -> str:
    """报名号: 行政区划代码-年-四位序号, such as `3209-2022-0007`."""
    text = "".join(digits(value).split())
    if not _APPLICATION.fullmatch(text):
        raise BadCellError("cell.application-number", "不是报名号的格式")
    return text


def phone(value: object) -> str:
    """A telephone number of 7 to 15 digits; spaces inside are dropped, hyphens and a leading `+` kept.

    An area code in brackets and an extension after 转 are understood, and an apostrophe before it. Of a mobile number
    in a numeric cell nothing can be lost: it begins with no 0 and Excel keeps all of its digits.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and value in _MOBILE:
        value = str(value)
    text = re.sub(r"[-()转]+", "-", "".join(digits(value).split())).removeprefix("'").removeprefix("-")
    if not re.fullmatch(r"\+?[0-9]+(-[0-9]+)*", text) or not 7 <= sum(mark.isdigit() for mark in text) <= 15:  # noqa: PLR2004 - E.164
        strange = next((mark for mark in text if mark not in "+-0123456789"), "")
        if re.search("[0-9][/、;,][+0-9]", text):
            raise BadCellError("cell.phone", "不止一个号码", "请只填一个")
        raise BadCellError("cell.phone", f"不是电话号码{f'，其中有{character(strange)}' if strange else ''}")
    return text


def email(value: object) -> str:
    """An address that can be put in a header as it stands: ASCII, a dotted domain, at most 254 characters.

    An internationalised domain is taken as its punycode.
    """
    text = reachable(half_width(line(value, 254)))
    if text.count("@") > 1 and re.search("[;,、/ ]", text):
        raise BadCellError("cell.email", "不止一个电子邮箱", "请只填一个")
    if not _EMAIL.fullmatch(text) or len(text) > 254 or len(text.partition("@")[0]) > 64:  # noqa: PLR2004 - RFC 5321
        raise BadCellError("cell.email", "不是有效的电子邮箱")
    return text


def hour(value: object) -> str:
    """A time of a day, `14:30`: also `14:30:00`, as Excel's own times are read, `14时30分`, `14点半`, `下午2:30`."""
    found = _HOUR.fullmatch("".join(half_width(value).split())) if isinstance(value, str) else None
    if found is None:
        raise BadCellError("cell.time", "不是几时几分")
    half, said, minute = found[1], int(found[2]), "30" if found[5] else found[3] or found[4] or "0"
    if (half in {"早上", "上午"} and said > NOON) or (half == "晚上" and said in {0, NOON}):
        raise BadCellError("cell.time", "不是几时几分")
    return f"{said + NOON * (said in _AFTER_NOON.get(half, ())):02}:{int(minute):02}"


def day(value: object) -> date:
    """A day: an Excel date (its time of day is dropped), `2022-02-26`, `2022/2/26`, `2022.2.26` or `2022年2月26日`."""
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        value = _written_day(value)
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise BadCellError("cell.date", "年份不在 1900–2199 之间")
    return value


def _written_day(value: object) -> date:
    found = _DAY.fullmatch(half_width(value).translate(_DASHES)) if isinstance(value, str) else None
    if found is None:
        raise BadCellError("cell.date", "不是日期")
    year, month, dom = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, dom)
    except ValueError:
        raise BadCellError("cell.date", "没有这一天") from None


def yes(value: object) -> bool:
    """是/否, also Y/N, TRUE/FALSE, √/×, ✓/✗."""
    if isinstance(value, bool):
        return value
    text = fold(value).upper() if isinstance(value, str) else ""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise BadCellError("cell.choice", "不在可选项中")


def came(value: object) -> bool:
    """是/否 of whether somebody came; 缺席 and 弃权 are 否."""
    return not (isinstance(value, str) and fold(value) in _ABSENT) and yes(value)


def decimal(value: object) -> Decimal:
    """A number, to the 15 significant digits that Excel keeps: 0.07099999999999999 is 0.071."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise BadCellError("cell.number", "不是数字")
    try:
        number = Decimal(_plain(value) if isinstance(value, str | float) else value)
    except InvalidOperation:
        raise BadCellError("cell.number", "不是数字") from None
    if not number.is_finite() or abs(number.adjusted()) > 15:  # noqa: PLR2004 - Excel's precision
        raise BadCellError("cell.number", "不是数字")
    return _shortest(number)


def _plain(value: str | float) -> str:
    if not isinstance(value, str):
        return format(value, ".15g")
    text = half_width(value).translate(_DASHES)
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[,\s]", "", text)
    return text if re.fullmatch(r"[+-]?[0-9]*\.?[0-9]*", text) else "not a number"


def _shortest(number: Decimal) -> Decimal:
    """8, 8.0 and 8.00 are one value and one spelling, without an exponent."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def between(low: int, high: int, value: object) -> Decimal:
    """A number from `low` to `high`, both included."""
    number = decimal(value)
    if not low <= number <= high:
        raise BadCellError("cell.range", f"不在 {low}–{high} 之间")
    return number


def score(value: object) -> Decimal:
    """A mark from 0 to 100."""
    return between(0, 100, value)


def tested(value: object) -> Decimal | None:
    """A mark, or None for 缺考: whoever did not sit the test."""
    if value is None or (isinstance(value, str) and fold(value) == "缺考"):
        return None
    return score(value)


def per_cent(value: object) -> Decimal:
    """A rank in per cent, above 0 and up to 100: `8`, `8%` and `８％` are all 8 %.

    A cell formatted as a percentage comes here as the text it shows, `8%`: the size of a number is never guessed at.
    """
    if isinstance(value, str):
        value = half_width(value).removesuffix("%")
    number = between(0, 100, value)
    if not number:
        raise BadCellError("cell.range", "应大于 0")
    return number


def small_rank(value: object) -> str:
    """Say what to look at where a rank reads as less than 1 % and no `%` was written; "" elsewhere."""
    if half_width(value).endswith("%") if isinstance(value, str) else isinstance(value, float) and value >= 1:
        return ""
    return "按不到 1% 读取；如果是 35%，应填 35" if per_cent(value) < 1 else ""


def own_character(value: object) -> str:
    """Say that a text has a character that other computers do not know, "" where it has none."""
    own = _OWN.search(value) if isinstance(value, str) else None
    return f"含有{character(own[0])}，别的电脑和函件中看不到" if own else ""


def places(value: object) -> int:
    """A whole number from 1 to 999."""
    number = between(1, 999, value)
    if number != number.to_integral_value():
        raise BadCellError("cell.number", "不是整数")
    return int(number)


def money(value: object) -> Decimal:
    """Yuan, not negative, with two decimals at most; the value has exactly two."""
    number = between(0, 20_000_000, value)
    cents = number.quantize(Decimal("0.01"))
    if cents != number:
        raise BadCellError("cell.number", "小数超过两位")
    return cents


def stage(last: int, value: object) -> int:
    """A training stage, 1 to `last`."""
    number = decimal(value)
    if number not in range(1, last + 1):
        raise BadCellError("cell.choice", "不在可选项中")
    return int(number)


def choice(choices: tuple[str, ...], value: object) -> str:
    """One of `choices`, as it stands there, however it was typed that looks the same."""
    found = _folded(choices).get(fold(value)) if isinstance(value, str) else None
    if found is None:
        raise BadCellError("cell.choice", "不在可选项中")
    return found


@lru_cache(maxsize=200)
def _folded(choices: tuple[str, ...]) -> Mapping[str, str]:
    return {fold(one): one for one in choices}


def verdict(choices: tuple[str, str], value: object) -> bool:
    """One of two words, such as 通过 or 不通过: whether it is the first."""
    return value if isinstance(value, bool) else choice(choices, value) == choices[0]


def several(choices: tuple[str, ...], value: object) -> tuple[str, ...]:
    """Some of `choices`, split by `、` (a comma or semicolon is understood), each once, in the order of `choices`."""
    parts = re.split("[、,;]", half_width(value)) if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise BadCellError("cell.choice", "不在可选项中")
    chosen = {choice(choices, part) for part in parts if not is_blank(part)}
    return tuple(one for one in choices if one in chosen)
