"""Days, deadlines and numbers as a Chinese office writes them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from calendars.deadlines import TZ, day_of
from calendars.working_days import WEEKDAYS
from gates.states import Event
from letters.occurrences import OFFICES
from letters.words import (
    AUDIENCES,
    CHASED,
    DECIDED,
    LAST_WORDS,
    OFFICE,
    YOU,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from calendars.year import ContactPoint, Ending, Year
    from letters.brief import Brief
    from phases.parties import Arranged, Audience


COUNTED = 10
"""So many working days at most are counted to a reader."""

LONGEST_CLAUSE = 40
"""So long a reason at most stands within a sentence."""

GRADES = ("优秀", "合格", "不合格")
SATURDAY = 5
RESPECTED: Mapping[Audience, str] = {"mentor": "尊敬的"}
"""What stands before the name of an addressee."""

TITLED = ("教授", "研究员")
"""By which a mentor is spoken to; by any other title as 老师."""

NUMERALS = "〇一二三四五六七八九"


def day(value: date) -> str:
    """2022年1月15日."""
    return f"{value.year}年{value.month}月{value.day}日"


def numeral(number: int) -> str:
    """Count as points of a letter are counted: 一, 十二, 三十; below a hundred."""
    tens, ones = divmod(number, 10)
    return (NUMERALS[tens] if tens > 1 else "") + ("十" if tens else "") + (NUMERALS[ones] if ones else "")


def due(brief: Brief) -> str:
    """The due day, inclusive, with 暂定 and what moved it: 2022年1月15日（星期六）24时前（经批准延期）; "" for none."""
    return f"{until_due(brief)}前{notes(brief)}" if brief.due else ""


def until_due(brief: Brief) -> str:
    """The due day that a letter speaks of, as `until` says it; "" for none."""
    return until(brief.due.day, brief.audience, year_of(brief)) if brief.due else ""


def notes(brief: Brief, *, bare: bool = False) -> str:
    """What a due day needs to be said of it, in brackets: 暂定, and unless it is `bare` what moved it."""
    provisional = "暂定，以国务院办公厅公布的节假日安排为准" if brief.provisional else ""
    said = "；".join(filter(None, (provisional, brief.due.moved if brief.due and not bare else "")))
    return f"（{said}）" if said else ""


def until(value: date, audience: Audience = "city", year: Year | None = None) -> str:
    """A due day, inclusive: 2022年1月15日（星期六）24时; a party's is over as offices close: 17时.

    With its `year` it says of an unusual day whether people work: （星期日，调休上班）.
    """
    closing = f"{year.figures.office_hours[1]}时" if year else "下班"
    return f"{on_day(value, year)}{'24时' if audience in OFFICES else closing}"


def on_day(value: date, year: Year | None = None) -> str:
    """2022年1月30日（星期日，调休上班）: a day with its weekday, and whether people work where that is unusual."""
    works, is_weekend = year is None or year.working_days.is_working(value), value.weekday() >= SATURDAY
    unusual = "" if year is None or works is not is_weekend else "，调休上班" if works else "，休息日"
    return f"{day(value)}（星期{WEEKDAYS[value.weekday()]}{unusual}）"


def now(instant: datetime) -> str:
    """2022年2月7日（星期一）9时: an instant to the minute."""
    at = instant.astimezone(TZ)
    return f"{on_day(at.date())}{at.hour}时{f'{at.minute}分' if at.minute else ''}"


def rest(brief: Brief) -> str:
    """Advise a city whose due day is no day of work to be done on one; "" where it is, or none is left before it."""
    year = year_of(brief)
    if brief.due is None or brief.audience != "city" or year is None or year.working_days.is_working(brief.due.day):
        return ""
    better = year.working_days.on_or_before(brief.due.day)
    is_left = better >= day_of(brief.as_of)
    weekday = WEEKDAYS[better.weekday()]
    said = f"截止日为休息日，建议于{better.month}月{better.day}日（星期{weekday}）下班前完成。"
    return said if is_left else ""


def year_of(brief: Brief) -> Year | None:
    """Give the year of a letter about a phase: its days of work, its figures."""
    return brief.of.year if brief.of else None


def reply_by(brief: Brief) -> str:
    """Until when an office that is asked to answer has time: as long as a city is left after a phase was reopened."""
    year = year_of(brief)
    return on_day(year.working_days.after(day_of(brief.as_of), year.figures.grace), year) if year else ""


def by_when(brief: Brief) -> str:
    """The due day where 前 follows in somebody's own words, with 暂定 where it may change."""
    return f"{until_due(brief)}{'（暂定）' if brief.provisional else ''}" if brief.due else ""


def short(value: date, audience: Audience = "city") -> str:
    """The same in a subject: 1月15日（周六）24时."""
    return f"{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）{'24时' if audience in OFFICES else ''}"


def left(brief: Brief) -> str:
    """How much time remains, "" where that is not known, too much to be counted, or over.

    A due weekend may leave no working day before it. What is counted is so from the day of the letter, and then true
    on whatever day that arrives.
    """
    if brief.due is None or brief.working_days_left is None or brief.as_of >= brief.due.instant:
        return ""
    if day_of(brief.as_of) == brief.due.day:
        return "今日24时截止"
    if brief.working_days_left == 0:
        return "截止前已没有其他工作日"
    counted = f"距截止还有{brief.working_days_left}个工作日（发函当日不计）"
    return counted if brief.working_days_left <= COUNTED else ""


def questioned(about: str, ending: Ending | None) -> str:
    """What a city's question is about, of a phase that ends so: 第2次报送的核验结论, 7号申请的答复."""
    what, _, number = about.partition("/")
    if what == "verdict":
        return f"第{number}次报送的核验结论"
    return f"{number}号申请的答复" if what == "answer" else f"{OFFICE}“{deed(Event(what), ending)}”的决定"


def waits(brief: Brief) -> str:
    """盐城市管理办公室于2022年2月8日申请延期至……，正等省级管理办公室答复。 Nothing where no request waits."""
    asked = brief.waits
    if asked is None or asked.until is None:
        return ""
    who = YOU["city"] if brief.audience == "city" else office("city", brief.city_name)
    return f"{who}于{day(asked.on)}申请延期至{until(asked.until, 'city', year_of(brief))}，正等{OFFICE}答复。"


def deed(event: Event, ending: Ending | None) -> str:
    """Name what was done to a phase that ends so: the province's last word by its own name."""
    if event is Event.APPROVE and ending:
        return LAST_WORDS[ending]
    return "退回修改" if event is Event.REJECT else event.chinese


def because(reason: str | None) -> str:
    """因暴雪影响报送，: a reason within a sentence; "" where it is none, or more than a clause."""
    said = (reason or "").strip().rstrip("。；，")
    is_clause = 0 < len(said) <= LONGEST_CLAUSE and not re.search("[。；！？\n]", said)
    return f"{'' if said.startswith(('因', '鉴于')) else '因'}{said}，" if is_clause else ""


def tally(details: Sequence[str]) -> str:
    """优秀1名、合格5名: how many students have which grade, the best first."""
    counts = Counter(details)
    return "、".join(f"{grade}{counts[grade]}名" for grade in GRADES if counts[grade])


def decided(brief: Brief) -> str:
    """经省级管理办公室研究，: whose decision it is that the due day moved; "" where nobody's is known."""
    said = DECIDED.get(brief.due.because[-1]) if brief.due else None
    return f"{said}，" if said else ""


def chased(brief: Brief) -> str:
    """于1月14日、1月27日提醒、于2月7日催办: what was done before a city is escalated; "" where nothing was."""
    done = [(word, brief.chased[kind]) for kind, word in CHASED.items() if brief.chased.get(kind)]
    return "、".join(f"于{'、'.join(f'{one.month}月{one.day}日' for one in days)}{word}" for word, days in done)


def whom_to_ask(point: ContactPoint, office: str) -> str:
    """联系人：盐城市管理办公室示例，电话：000-00000000，邮箱：yancheng@city.example。

    The province signs the letter: its person is named without it.
    """
    office = "" if office == OFFICE and point.name else office
    ways = f"，电话：{point.phone}" if point.phone else ""
    ways += f"，邮箱：{point.mailbox}" if point.mailbox else ""
    return f"联系人：{office}{point.name}{ways}。"


def meets(arranged: Arranged) -> tuple[tuple[str, str], tuple[str, str]]:
    """When and where somebody meets the others, as two rows of facts: label and value."""
    return ("会议时间", f"{on_day(arranged.day)}{arranged.begins}"), ("地点或链接", arranged.place)


def meets_at(arranged: Arranged) -> str:
    """2月25日（周五）14:30: when that is, in a subject."""
    return short(arranged.day, "mentor") + arranged.begins


def city(name: str | None) -> str:
    """盐城市; nothing where the letter is about no one city."""
    return "" if not name else name if name.endswith("市") else f"{name}市"


def office(audience: Audience, city_name: str | None = None) -> str:
    """盐城市管理办公室, 盐城市科协负责同志, 省级管理办公室: the one way that an office is named."""
    if audience == "city" and city_name:
        return f"{city(city_name)}管理办公室"
    return (city(city_name) if audience == "head" else "") + AUDIENCES[audience]


def mentor(name: str, title: str = "") -> str:
    """王某某教授: how a mentor is spoken to, 老师 by any other title."""
    return f"{name}{title if title in TITLED else '老师'}"


def salutation(audience: Audience, addressee: str) -> str:
    """尊敬的王某某教授: how a letter begins, without the colon."""
    return f"{RESPECTED.get(audience, '')}{addressee}"
