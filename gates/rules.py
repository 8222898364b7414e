"""Every rule of the programme: its id, its clause in the notice, whether it may be waived, and who mends a breach.

The order is that of the year, and of the findings in a verdict. What a rule finds stands in the module of its phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from gates.verdict import Actor, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `phase` is the gate that judges it: a phase's slug, or "evaluation" for the province's part.

    A `record` is kept and never judged: it stands in no verdict.
    """

    id: str
    clause: str
    kind: Kind | Literal["record"]
    phase: str
    name: str
    actor: Actor


_RULES = (
    Rule("mentors.institution-filed", "二(二)", "must", "mentor-recommendation", "培养单位已报备", "city"),
    Rule("mentors.form-complete", "八(一)", "must", "mentor-recommendation", "导师信息收集表完整", "mentor"),
    Rule("mentors.city-reviewed", "三(一)", "must", "mentor-recommendation", "市级审定", "city"),
    Rule("mentors.standing", "三(一)", "in-principle", "mentor-recommendation", "导师资格", "city"),
    Rule("mentors.team", "三(一)", "in-principle", "mentor-recommendation", "培养团队", "mentor"),
    Rule("mentors.some", "八(一)", "must", "mentor-recommendation", "推荐导师", "city"),
    Rule("roll-over.pool", "三(一)", "record", "mentor-recommendation", "往届导师自动入库", "province"),
    Rule("applications.grade", "三(二)", "must", "application", "年级", "city"),
    Rule("applications.rank", "三(二)", "must", "application", "成绩排名", "city"),
    Rule("applications.mentor", "三(二)", "must", "application", "选报导师在册", "city"),
    Rule("applications.recommended", "三(二) 八(二)", "must", "application", "中学推荐", "school"),
    Rule("applications.once", "八(二)", "must", "application", "一人一报", "city"),
    Rule("applications.consent", "个人信息保护法第三十一条", "must", "application", "监护人同意", "school"),
    Rule("roll-over.priority", "四(一)", "record", "application", "往届学员优先", "mentor"),
    Rule("shortlist.tested", "八(三)", "must", "shortlist", "审核通过并有测试成绩", "city"),
    Rule("shortlist.cut-line", "八(三)", "must", "shortlist", "分数线", "city"),
    Rule("interviews.from-shortlist", "八(四)", "must", "interview", "入选学生出自面试名单", "city"),
    Rule("interviews.ratio", "三(二)", "in-principle", "interview", "面试与入选比例", "city"),
    Rule("funding.city-cap", "三(二)", "in-principle", "interview", "本市资助名额", "city"),
    Rule("funding.province-total", "三(二)", "must", "interview", "全省资助名额", "city"),
    Rule("meeting.held", "八(五)", "must", "meeting", "师生见面会", "city"),
    Rule("cultivation.plan", "八(六)", "must", "cultivation", "培养方案", "mentor"),
    Rule("midterm.by-subject", "五(一)", "must", "midterm", "分学科中期汇报与评价", "city"),
    Rule("midterm.exit", "五(一)", "must", "midterm", "不合格者退出培养", "city"),
    Rule("year-end.materials", "五(二)", "must", "year-end", "年度评价材料", "city"),
    Rule("year-end.logs", "四(三)", "must", "year-end", "成长日志与面谈记录", "mentor"),
    Rule("year-end.summaries", "八(七)", "must", "year-end", "年度工作总结", "city"),
    Rule("year-end.funds", "七(一)", "must", "year-end", "经费使用与绩效", "city"),
    Rule("year-end.visits", "四(三)", "must", "evaluation", "到校次数", "province"),
    Rule("year-end.evaluated", "五(二)", "must", "evaluation", "年度评价与等级", "province"),
    Rule("tracking", "六", "record", "year-end", "学生跟踪", "city"),
)

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _RULES})
