"""The model texts: what every kind of letter says to every reader in every case, whole, and the rules of style.

The texts stand in `tests/letters/model_texts.txt`, each under its kind, phase, audience and case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from calendars.deadlines import TZ, Extension, handed_in, resolve
from calendars.files import load
from gates.verdict import Finding
from letters.brief import Brief, Item, SecondDay
from letters.occurrences import OFFICES, in_calendar, occurrences
from letters.phrases import until
from letters.render import Rendered, _rows, render
from letters.specimens import specimen
from letters.titles import subject
from letters.words import SUBJECT_MARK
from phases.book import BOOK
from phases.letter_kinds import Kind
from phases.parties import Arranged, Audience

YEAR = load(2022)
YANCHENG = YEAR.city("盐城")
OCCURS = occurrences(BOOK, YEAR)
TEXTS = Path(__file__).with_name("model_texts.txt")
FOOT = "\n\n——\n本邮件由省后备人才培养计划工作管理系统自动发送，可直接回复本邮件。\n"
HEAD = re.compile(r"(?m)^=== (.+)$")

Changed = Callable[[Brief], Mapping[str, Any]]


def asked(**changes: object) -> Changed:
    """Give what makes a letter's request another."""

    def change(brief: Brief) -> Mapping[str, Any]:
        assert brief.asked is not None
        given: dict[str, Any] = changes
        return {"asked": replace(brief.asked, **given)}

    return change


def waits(brief: Brief) -> Mapping[str, Any]:
    """The city has asked for a later day."""
    request = specimen(BOOK, YEAR, "request", brief.phase, "province", YANCHENG).asked
    return {"waits": request}


def on(at: datetime, left: int) -> Changed:
    """The letter leaves at that instant, so many working days before its day."""
    return lambda _: {"as_of": at, "working_days_left": left}


def refused(*mends: Finding) -> Changed:
    """That is what the gate found."""
    return lambda _: {"findings": mends}


def refused_own(rule: str, *numbers: str) -> Changed:
    """That is a party's own part of it."""
    return lambda _: {"findings": (Finding(rule, "八(一)", "must", "4/5", "5/5", False, "mentor", "", numbers),)}


FORM = Finding(
    "mentors.form-complete", "八(一)", "must", "4/5", "5/5", False, "mentor",
    "1 名导师（韩思娟）的信息收集表没有填完；请补填所缺各项。", ("韩思娟（徐州理工学院）",),
)  # fmt: skip
STANDING = Finding("mentors.standing", "三(一)", "in-principle", "4/5", "5/5", False, "city", "请补填依据或更换人选。")
CONSENT = Finding(
    "applications.consent", "个人信息保护法第三十一条", "must", "2/3", "3/3", False, "school", "请补办监护人同意。"
)
LATER = resolve(YEAR.phase("interview").due, [Extension(date(2022, 2, 25), "extension")])
REOPENED = resolve(YEAR.phase("application").due, [Extension(date(2022, 2, 10), "rerun")])
MEETS = Arranged(1, date(2022, 2, 25), "14:30", "盐城中学报告厅")

AHEAD = tuple(
    Item(one.name, f"{until(one.due)}截止")
    for one in YEAR.phases
    if one.slug not in {"mentor-recommendation", "application"}
)
"""The phases that a city is back in besides the one that is due first."""

TALLIES = {
    "mentor-recommendation": {"new": 3, "returning": 2},
    "interview": {"admitted": 6, "funded": 5},
}

SECOND = resolve(date(2022, 12, 31), [Extension(date(2023, 1, 10), "extension")])


def both(brief: Brief) -> Mapping[str, Any]:
    """Its second part is due on another day as well: for whoever hands in to the city, three working days before."""
    of, days = BOOK.dealings(YEAR.phase(brief.phase or ""), YEAR, second=True), YEAR.working_days
    ahead = 0 if brief.audience in OFFICES else YEAR.figures.party_days
    was = SECOND.day if brief.kind == "corrected" else date(2022, 12, 31)
    due = resolve(date(2022, 12, 31)) if brief.kind == "corrected" else SECOND
    first = ("",) if in_calendar(BOOK.dealings(YEAR.phase(brief.phase or ""), YEAR), brief.audience) else ()
    entered = *first, of.entered(brief.audience)
    return {"also": SecondDay(of, handed_in(due, ahead, days), days.before(was, ahead)), "entered": entered}


CASES: Mapping[str, Changed] = {
    "": lambda _: {},
    "empty": lambda _: {"stands": "empty"},
    "returned": lambda _: {"stands": "returned"},
    "last-day": on(datetime(2022, 1, 20, 9, tzinfo=TZ), 0),
    "far": on(datetime(2022, 1, 5, 9, tzinfo=TZ), 11),
    "waits": waits,
    "moved": lambda _: {"due": LATER},
    "refiled": lambda _: {"filed": True},
    "file": lambda _: {"ends": True},
    "all-ahead": lambda _: {"items": AHEAD},
    "both": both,
    "provisional": lambda _: {"provisional": True},
    "placed": lambda _: {"arranged": MEETS, "rearranged": False},
    "unplaced": lambda _: {"arranged": None},
    "nobody": lambda _: {"students": (), "listed": ()},
    "nobody-returning": lambda _: {"listed": ()},
    "few-places": lambda _: {"places": 1, "listed": ()},
    "counted": lambda brief: {"tally": TALLIES[brief.phase or ""]},
    "no-applicants": lambda _: {"nobody": True},
    "by-hand": lambda _: {"findings": (), "reason": "名单与附件不一致，请核对后重新报送。"},
    "one-finding": refused(STANDING),
    "findings": refused(FORM, STANDING, CONSENT),
    "own-team": refused_own("mentors.team"),
    "own-logs": refused_own("year-end.logs", "3209-2022-0001", "3209-2022-0007"),
    "unworded": refused_own("mentors.new"),
    "unfiled": lambda _: {"filed": False, "kept": False, "items": (), "attempt": 2, "due": REOPENED},
    "long-reason": lambda _: {"reason": "测试场地封控。解封后三日内可以组织测试，名单随后报送。"},
    "no-reason": lambda _: {"reason": None},
    "bare": lambda brief: {"items": tuple(replace(item, detail="") for item in brief.items)},
    "failed": lambda brief: {"items": (*brief.items, Item("3209-2022-0011", "不合格"))},
    "late": asked(granted=True, late=True, kept=True),
    "declined": asked(granted=False),
    "declined-late": asked(granted=False, late=True),
    "early": asked(granted=False, grace=3),
    "held": asked(granted=False, held=True),
    "needless": asked(granted=False, needless="已于2022年1月15日通过"),
    "upheld": asked(granted=False, until=None, about="第2次报送的核验结论"),
    "changed": asked(granted=True, until=None, about="第2次报送的核验结论", done="2022年1月18日办理“重新开放”"),
    "asked-late": asked(late=True),
    "unfinished": lambda _: {"awaits": ("总结和经费情况须于12月31日（周六）24时前补齐",)},
    "replied": asked(granted=True, until=None),
}
"""What makes a letter another than the plain one of its kind."""

EACH_PHASE = {"opened", "passed"}
"""The kinds that have another text in every phase."""


def texts() -> dict[str, str]:
    """Give the model texts, by the line above each."""
    parts = HEAD.split(TEXTS.read_text(encoding="utf-8"))
    return dict(zip(parts[1::2], (part.strip("\n") for part in parts[2::2]), strict=True))


def letter(name: str) -> tuple[Brief, Rendered]:
    """Give the letter that stands under that line: `reminder application city last-day`."""
    kind, phase, audience, *case = name.split()
    brief = specimen(BOOK, YEAR, _kind(kind), None if phase == "-" else phase, _audience(audience), YANCHENG)
    changed = replace(brief, **CASES[case[0] if case else ""](brief))
    return changed, render(changed)


def _kind(said: str) -> Kind:
    return next(one for one in get_args(Kind) if one == said)


def _audience(said: str) -> Audience:
    return next(one for one in get_args(Audience) if one == said)


MODELS = texts()
LETTERS = [f"{kind} {phase or '-'} {audience}" for (kind, phase), whom in OCCURS.items() for audience in whom]


@pytest.mark.parametrize("name", MODELS)
def test_a_letter_says_what_its_model_text_says(name: str) -> None:
    _, rendered = letter(name)
    said = rendered.text.replace(FOOT, "").replace(FOOT.replace("可直接", "请勿直接"), "").strip()
    assert f"{rendered.subject.removeprefix(SUBJECT_MARK)}\n{said}" == MODELS[name]


def test_every_kind_has_a_model_text_for_every_reader_and_every_case_stands_in_one() -> None:
    said = [name.split() for name in MODELS]
    assert {(kind, audience) for kind, _, audience, *_ in said} == {
        (kind, audience) for (kind, _), whom in OCCURS.items() for audience in whom
    }
    assert {case[0] if case else "" for _, _, _, *case in said} == set(CASES)
    opened = {(phase, audience) for kind, phase, audience, *_ in said if kind in {"opened", "passed"}}
    assert opened == {
        (p, audience) for (kind, p), whom in OCCURS.items() for audience in whom if kind in {"opened", "passed"}
    }


BLAMES = re.compile(
    "仍未|至今|影响整体进度|请高度重视|！|你|贵市|关口|判定|试算|重启|轮询|推进|工作簿|放行|暂存|报告单"
)
SPACED = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\d)|(?<=\d) (?=[\u4e00-\u9fff])")
AS_THE_ISSUE_SAYS = re.compile(r"到校记录 \d+ 次（按进度应有 \d+ 次，全年 \d+ 次）")
LINK, LISTED = re.compile(r".*(?:入口：http|联系人：).*"), re.compile(r"　　(?:\d\.|\d{4}-\d{4}-\d{4}：|.*依据：).*")
LONGEST = 250
"""Characters of a letter's own words, on one screen of a telephone."""


@pytest.mark.parametrize(
    ("audience", "what"),
    [("city", "年度工作总结、经费使用情况和绩效指标完成情况"), ("mentor", "年度工作总结"), ("school", "年度工作总结")],
)
def test_an_offices_own_words_may_name_both_days_by_what_is_handed_in(audience: str, what: str) -> None:
    brief, _ = letter(f"moved year-end {audience} both")
    assert [label for label, _ in _rows(brief)] == [
        "原截止时间", "截止时间", f"{what}原截止时间", f"{what}截止时间",
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted({*LETTERS, *MODELS}))
def test_a_letter_keeps_to_the_rules_of_style(name: str) -> None:
    brief, rendered = letter(name)
    said = AS_THE_ISSUE_SAYS.sub("到校记录", rendered.text)
    assert not BLAMES.search(said.replace("申请理由", ""))
    assert not SPACED.search(said.replace(brief.link, ""))
    assert "（）" not in said
    assert said.count("感谢") <= 1
    assert not re.search("（[^）]*（[^）]*（", said)
    assert rendered.framed is not None
    own = [line for line in rendered.text[rendered.framed.begin : rendered.framed.end].split("\n") if line]
    assert all(line.startswith("　　") for line in own)
    words = [line for line in own if not LINK.match(line) and not LISTED.match(line)]
    assert sum(len(line.strip()) for line in words) <= LONGEST
    assert max(sentence.count("；") for line in words for sentence in line.split("。")) <= 2
    assert ("24时" in rendered.text) <= (brief.audience in OFFICES)
    assert len(subject(brief).removeprefix(SUBJECT_MARK)) <= 36
