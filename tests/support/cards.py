"""Report cards as an office would expect them, written apart from the rules that make them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from calendars.year import Figures
from gates.verdict import Actor, Finding, Verdict

# The figures of the notice of 2022.
FIGURES = Figures(
    grace=3,
    subject_rank=Decimal(10),
    overall_rank=Decimal(15),
    consent_age=14,
    interview_ratio=Decimal(3),
    city_cap=5,
    funded_cap=65,
    grant=5000,
    visits=10,
    city_funds=20000,
    province_days=5,
    province_rungs=(3, 1),
    escalation_days=3,
    party_days=3,
    party_rungs=(7, 1),
    office_hours=(9, 17),
    digest_days=5,
    dimensions=("科学兴趣", "学科基础知识", "创新及科研潜质", "综合能力", "英语交流能力"),
    score_weights=(),
    panel=1,
    excellent_from=Decimal(85),
    qualified_from=Decimal(60),
    stages=((3, 6), (7, 8), (9, 11)),
    cultivation_months=(1, 12),
    senior_grades=("高一", "高二"),
    junior_grades=("初一", "初二", "初三"),
    junior_subjects=("计算机",),
    honours=("长江学者", "国家杰青", "国家级教学名师", "省级教学名师"),
    team_degrees=("博士",),
    team_titles=("正高", "副高"),
    summaries_owed=("市级", "导师", "中学"),
    people_months=36,
    access_months=12,
)

LAW = "个人信息保护法第三十一条"

# rule: clause, kind, gate, who acts.
RULES: dict[str, tuple[str, str, str, Actor]] = {
    "mentors.institution-filed": ("二(二)", "must", "mentor-recommendation", "city"),
    "mentors.form-complete": ("八(一)", "must", "mentor-recommendation", "mentor"),
    "mentors.city-reviewed": ("三(一)", "must", "mentor-recommendation", "city"),
    "mentors.standing": ("三(一)", "in-principle", "mentor-recommendation", "city"),
    "mentors.team": ("三(一)", "in-principle", "mentor-recommendation", "mentor"),
    "mentors.some": ("八(一)", "must", "mentor-recommendation", "city"),
    "roll-over.pool": ("三(一)", "record", "mentor-recommendation", "province"),
    "applications.grade": ("三(二)", "must", "application", "city"),
    "applications.rank": ("三(二)", "must", "application", "city"),
    "applications.mentor": ("三(二)", "must", "application", "city"),
    "applications.recommended": ("三(二) 八(二)", "must", "application", "school"),
    "applications.once": ("八(二)", "must", "application", "city"),
    "applications.consent": (LAW, "must", "application", "school"),
    "roll-over.priority": ("四(一)", "record", "application", "mentor"),
    "applications.nobody": ("八(二)", "record", "application", "city"),
    "shortlist.tested": ("八(三)", "must", "shortlist", "city"),
    "shortlist.cut-line": ("八(三)", "must", "shortlist", "city"),
    "interviews.from-shortlist": ("八(四)", "must", "interview", "city"),
    "interviews.places": ("三(一)", "must", "interview", "city"),
    "interviews.one-child": ("八(二)", "must", "interview", "city"),
    "interviews.ratio": ("三(二)", "in-principle", "interview", "city"),
    "funding.city-cap": ("三(二)", "in-principle", "interview", "city"),
    "funding.province-total": ("三(二)", "must", "interview", "city"),
    "meeting.held": ("八(五)", "must", "meeting", "city"),
    "cultivation.plan": ("八(六)", "must", "cultivation", "mentor"),
    "midterm.by-subject": ("五(一)", "must", "midterm", "city"),
    "midterm.exit": ("五(一)", "must", "midterm", "city"),
    "year-end.materials": ("五(二)", "must", "year-end", "city"),
    "year-end.logs": ("四(三)", "must", "year-end", "mentor"),
    "year-end.summaries": ("八(七)", "must", "summing-up", "city"),
    "year-end.funds": ("七(一)", "must", "summing-up", "city"),
    "year-end.visits": ("四(三)", "must", "evaluation", "province"),
    "year-end.evaluated": ("五(二)", "must", "evaluation", "province"),
    "tracking": ("六", "record", "year-end", "city"),
}


def met(rule: str, found: str, needed: str, *numbers: str) -> Finding:
    clause, kind, _, actor = RULES[rule]
    return Finding(
        rule=rule,
        clause=clause,
        kind="in-principle" if kind == "in-principle" else "must",
        found=found,
        needed=needed,
        ok=True,
        actor=actor,
        mend="",
        numbers=numbers,
    )


def broken(rule: str, found: str, needed: str, mend: str, *numbers: str) -> Finding:
    return replace(met(rule, found, needed, *numbers), ok=False, mend=mend)


def card(good: Verdict, *other: Finding) -> Verdict:
    """The verdict `good` with the findings of some rules replaced."""
    replaced = {finding.rule: finding for finding in other}
    unknown = replaced.keys() - {finding.rule for finding in good.findings}
    assert not unknown, unknown
    return Verdict(good.phase, tuple(replaced.get(finding.rule, finding) for finding in good.findings))
