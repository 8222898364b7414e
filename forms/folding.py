"""What looks the same is the same: the one form in which texts are compared, and words for how two of them differ.

Texts compare after NFKC, with radicals as the characters they look like, without marks that nobody sees or spaces
beside a Chinese character, and with one interpunct. What was typed is kept for show.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Default_Ignorable_Code_Point of Unicode: nothing is drawn for them. Those that choose a glyph stay with their letter.
_IGNORED = (
    "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e00ff"
)
_FILLER = "\u3164"
_GLYPHS = "\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e0fff"
_UNDRAWN = re.compile(f"[{_IGNORED}]")
_POINTS = "•‣‧∙⋅・᛫ꞏ●"
_RADICALS = str.maketrans(
    "⺒⺓⺟⺠⺝⺩⺫⺭⺼⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻱⻳",
    "巳幺母民月王目示肉虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龜龟",
)
_SPECIAL = re.compile(f"[\\s.·{_POINTS}⺀-⻳]")
_MARKS = re.compile(f"[{_IGNORED}{_GLYPHS}]")
_HAN = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_POINT = re.compile(f"[{_POINTS}]|(?<=[{_HAN}])\\s*[.]\\s*(?=[{_HAN}])")
_BESIDE_HAN = re.compile(f"(?<=[{_HAN}·])\\s+|\\s+(?=[{_HAN}·])")
_BRACKETED = re.compile(f"(?<=[{_HAN}])[(]([^()]*)[)]|[(]([^()]*[{_HAN}][^()]*)[)]")
_NAMED = {"\n": "换行", "\r": "回车", "\t": "制表符", "\u2028": "换行", "\u2029": "换行"}
_SORTS = (
    ("0", "9", "数字"),
    ("A", "Z", "字母"),
    ("a", "z", "字母"),
    ("\u2e80", "\u2fdf", "部首"),
    ("\u3400", "\u4dbf", "生僻字"),
    ("\u4e00", "\u9fff", "汉字"),
    ("\ue000", "\uf8ff", "自造字"),
    ("\uf900", "\ufaff", "兼容汉字"),
    ("\uff01", "\uff5e", "全角字符"),
    ("\U00020000", "\U0003ffff", "生僻字"),
)


def drawn(text: str) -> str:
    """Give the text without spaces around it and without marks that are not drawn, in it or around it."""
    if text.isprintable() and _FILLER not in text:  # which is all that most texts are asked
        return text.strip()
    return _UNDRAWN.sub("", text).strip()


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Give what all texts share that look like this one."""
    if text.isascii():
        return " ".join(text.split())
    text = unicodedata.normalize("NFKC", _MARKS.sub("", text))
    if not _SPECIAL.search(text):
        return text
    text = _POINT.sub("·", text.translate(_RADICALS))
    return " ".join(_BESIDE_HAN.sub("", text).split())


def shown(text: str) -> str:
    """Give what all texts share that look like this one as it is printed: brackets of Chinese text are full-width."""
    return _BRACKETED.sub(lambda one: f"（{one[1] or one[2]}）", fold(text))


def character(mark: str) -> str:
    """Name a character by its sort and its number: 换行（U+000A）, 部首“⾼”（U+2FBC）."""
    number = f"U+{ord(mark):04X}"
    sort = next((word for first, last, word in _SORTS if first <= mark <= last), "字符" if mark.isprintable() else "")
    return f"{sort}“{mark}”（{number}）" if sort else f"{_NAMED.get(mark, '看不见的字符')}（{number}）"


def apart(typed: str, meant: str) -> str:
    """Say which character of two texts differs, for it may look alike; "" where they differ in more than one."""
    one, other = fold(typed), fold(meant)
    pairs = [(left, right) for left, right in zip(one, other, strict=False) if left != right]
    if len(one) != len(other) or len(pairs) != 1:
        return ""
    ((left, right),) = pairs
    return f"填的是{character(left)}、登记的是{character(right)}"
