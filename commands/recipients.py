"""Who a letter goes to, in words for people; programs get the key that stands in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Year
    from letters.brief import Audience

AUDIENCES: Mapping[Audience, str] = {
    "city": "市级管理办公室",
    "head": "市级管理办公室负责同志",
    "province": "省级管理办公室",
    "lead": "省级管理办公室负责同志",
    "mentor": "导师",
    "institution": "高校、科研院所",
    "school": "中学",
}


def recipient(year: Year, key: str) -> str:
    """`city:yancheng` as 盐城市级管理办公室, `mentor:38` as 导师 #38, `province` as 省级管理办公室."""
    audience, _, which = key.partition(":")
    word = next(word for one, word in AUDIENCES.items() if one == audience)
    if not which:
        return word
    return f"{word} #{which}" if which.isdecimal() else year.city(which).name + word
