"""What a clerk does of what a card of the gate says: found in its words, done to the papers that they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from gates.verdict import ACTORS, Finding
from phases.book import BOOK
from tests.proof.papers import CITY, Filing, Line, Page, Paper, typed_from
from tests.support.sheets import FUNDED, OWN

_NUMBER = r"\d{4}-\d{4}-\d{4}"
_CLAUSE = re.compile(rf"（((?:{_NUMBER}(?: [^、（）]*)?、?)+)(?: 等)?）(.*?)(?=；\d+ (?:名|份)|$)")


def by_card(filing: Filing, finding: Finding) -> bool | str:
    """Do what a card says; tell whether anything was done, or who else must act."""
    done = [
        _about(filing, number, said)
        for numbers, said in _CLAUSE.findall(finding.mend)
        for number in re.findall(_NUMBER, numbers)
    ]
    for said, act in _OF_A_CARD.items():
        if found := re.search(said, finding.mend):
            done.append(act(filing, found))
    if person := next((one for one in done if isinstance(one, str)), None):
        return person
    if any(done):
        return True
    who = "province" if BOOK.provincial(filing.slug) else "city"
    return "" if finding.actor == who else ACTORS[finding.actor]


def _about(filing: Filing, number: str, said: str) -> bool | str:
    """Compare what was typed of a student with the papers; where it was typed so, decide as the card says."""
    done = False
    for page in filing.pages:
        lines = [line for line in page.lines if line.of is not None and line.of.get("报名号") == number]
        records = [record for record in page.paper if record.get("报名号") == number]
        if not lines and records:
            page.add(records[0])
            done = True
        retyped = [page.retype(line) for line in lines]
        done = any(retyped) or done
        if not done and lines:
            done = _decided(page, lines[0], said)
    return done or next((person for words, person in _PERSONS.items() if words in said), False)


def _decided(page: Page, line: Line, said: str) -> bool:
    assert line.of is not None
    for words, changed in _DECISIONS.items():
        if (
            words in said
            and changed.keys() <= line.of.keys()
            and any(line.of[one] != to for one, to in changed.items())
        ):
            line.of |= changed
            return page.retype(line)
    return False


_DECISIONS: Mapping[str, Mapping[str, object]] = {
    "市级审核填“不通过”": {"市级审核": "不通过"},
    "取消入选": {"是否入选": "否", "资助类型": ""},
    "移出面试名单": {"入围面试": "否"},
    "列入面试名单": {"入围面试": "是"},
    "不评优秀": {"等级": "合格"},
    "填写定级理由": {"定级理由": "课题成果突出"},
}
_PERSONS: Mapping[str, str] = {
    "由省级管理办公室核定": "省级管理办公室",
    "请申请延期": "省级管理办公室",
    "补开见面会": "导师、中学和家长",
    "由导师督促": "导师",
    "请导师补交": "导师",
    "请学生、导师补交": "学生、导师",
}
"""Whom a sentence sends to, where the papers say no otherwise."""


def _admitted(filing: Filing) -> list[tuple[Page, Line]]:
    page = filing.of_sheet("interviews")
    return [(page, line) for line in page.lines if line.of is not None and line.of["是否入选"] == "是"]


def _changed(rows: Iterable[tuple[Page, Line]], **to: object) -> bool:
    done = False
    for page, line in rows:
        assert line.of is not None
        line.of |= to
        done = page.retype(line) or done
    return done


_COUNTED = "报名号、是否到场、是否入选、资助类型"


def _retyped_first(filing: Filing, otherwise: Callable[[], bool | str], counted: str = "") -> bool | str:
    """Whatever was typed otherwise than it stands on paper comes first; a list is counted over only then.

    `counted` are the labels that the count is of: where none of these was typed otherwise, the count stands.
    """

    def cells() -> list[list[list[object]]]:
        labels = [(page, at) for page in filing.pages for at, one in enumerate(page.header) if str(one) in counted]
        return [[line.cells[at : at + 1] for line in page.lines] for page, at in labels]

    before = cells()
    compared = [page.compare() for page in filing.pages]
    return (any(compared) and (not counted or cells() != before)) or otherwise()


def _fewer(filing: Filing, found: re.Match[str]) -> bool | str:
    few = int(found[1])
    return _retyped_first(filing, lambda: _changed(_admitted(filing)[-few:], 是否入选="否", 资助类型=""), _COUNTED)


def _self_funded(filing: Filing, found: re.Match[str]) -> bool | str:
    funded = [one for one in _admitted(filing) if one[1].of is not None and one[1].of["资助类型"] == FUNDED]
    return _retyped_first(filing, lambda: _changed(funded[-int(found[1]) :], 资助类型=OWN), _COUNTED)


def _over_places(filing: Filing, _: re.Match[str]) -> bool | str:
    return _retyped_first(filing, lambda: "省级管理办公室")


def _everything(filing: Filing, _: re.Match[str]) -> bool | str:
    return _retyped_first(filing, lambda: False)


def _not_recommended(filing: Filing, found: re.Match[str]) -> bool | str:
    """The mentors that a card names, where it stands so on paper: the city does not recommend them."""
    page = filing.of_sheet("mentors")
    named = [(page, line) for line in page.lines if line.of is not None and f"{line.of['导师姓名']}（" in found[0]]
    return _retyped_first(filing, lambda: _changed(named, 市级审定="不通过"), "导师姓名、单位、人才称号、拔尖计划导师")


def _summed_up(filing: Filing, found: re.Match[str]) -> bool | str:
    """The city writes its own summary; whose else there is none on paper must write his."""
    page = filing.of_sheet("summaries")

    def written() -> bool:
        if "市级年度工作总结" not in found[0]:
            return False
        own: Paper = {"类型": "市级", "单位": CITY.name, "导师姓名": "", "提交日期": date(2022, 11, 30)}
        page.paper.append(own)
        page.add(own)
        return True

    return _retyped_first(filing, written)


def _item(filing: Filing, item: str | None, amount: Callable[[Decimal], Decimal]) -> bool:
    """Change an item of the account, by its name, or the largest where it is spent on whatever."""
    spent = [one for one in typed_from(filing.of_sheet("funds")) if (one[1]["科目"] == "结余") is (item is not None)]
    line, record = max(spent, key=lambda one: Decimal(str(one[1]["金额"])))
    return _changed([(filing.of_sheet("funds"), line)], 金额=f"{amount(Decimal(str(record['金额']))):f}")


def _overspent(filing: Filing, found: re.Match[str]) -> bool | str:
    return _retyped_first(filing, lambda: _item(filing, None, lambda amount: amount - Decimal(found[1])))


def _left_over(filing: Filing, found: re.Match[str]) -> bool | str:
    return _retyped_first(filing, lambda: _item(filing, "结余", lambda _: Decimal(found[1])))


def _scored(filing: Filing, found: re.Match[str]) -> bool | str:
    """Who has no scores on paper is scored now."""
    page = filing.of_sheet("evaluations")

    def anew() -> bool:
        on_paper = {record["报名号"] for record in page.paper}
        numbers = [one for one in re.findall(_NUMBER, found[0]) if one not in on_paper]
        for number in numbers:
            named = {"报名号": number, "姓名": filing.world.students[number], "等级": "合格", "定级理由": ""}
            page.paper.append({label: named.get(label, "80") for label in page.labels})
            page.add(page.paper[-1])
        return bool(numbers)

    return _retyped_first(filing, anew)


_OF_A_CARD: Mapping[str, Callable[[Filing, re.Match[str]], bool | str]] = {
    r"未划定分数线；请会同": _everything,
    r"或少入选 (\d+) 人": _fewer,
    r"请为其中 (\d+) 人安排自筹经费": _self_funded,
    r"计划招收人数登记有误的，请联系省级管理办公室": _over_places,
    r"请于 \S+ 前（含）召开并登记": _everything,
    r"请按会议记录核对日期": _everything,
    r"请召开后再报送": _everything,
    r".*确不在名单中的不推荐": _not_recommended,
    r".*确无依据的请另荐导师": _not_recommended,
    r".*没有培养团队；请组建": _not_recommended,
    r".*确不符合的请另选成员": _not_recommended,
    r"请至少推荐 1 名导师": _everything,
    r"缺 .*年度工作总结；请补交": _summed_up,
    r"请按账目逐项填列支出": _everything,
    r"多 (\S+) 元；请按账目核对": _overspent,
    r"应结余 (\S+) 元，填列的结余": _left_over,
    r"没有绩效指标完成情况；请至少填报": _everything,
    r".*没有完整的 \d+ 项评分与等级；请补评": _scored,
}
"""What sentences that name no number ask."""
