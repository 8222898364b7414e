"""文种: what a letter is titled, how its subject reads and how it closes, by its kind and its reader. Data alone."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phases.letter_kinds import Kind
    from phases.parties import Audience

Reader = Literal["city", "party", "province", "head", "lead"]
"""For whom letters are written differently; parties are mentors, institutions and schools."""

READERS: Mapping[Audience, Reader] = {
    "city": "city", "head": "head", "province": "province", "lead": "lead",
    "mentor": "party", "institution": "party", "school": "party",
}  # fmt: skip

NOTICE, LETTER, REPLY, THANKS = "特此通知。", "特此函告。", "特此函复。", "感谢{you}的支持。"


@dataclass(frozen=True, slots=True)
class Genre:
    """A title and a subject, after its mark, with places for words; the sentence that closes the letter, if any.

    `undated` is the subject where the letter names no due day, `uncounted` where no working days are counted.
    Words: {year}, {city}, {phase}, {work} 导师推荐工作, {task} 2022年度导师推荐工作, {short} 导师名单, {due} 15日24时,
    {left} and {late} working days, {lacking} what a party is asked for, {decision} 审定, {settled} 通过,
    {granted} 核验通过, {count} of students, {counts} of a digest, {today}, {until} the day asked for, {wish} 延期申请,
    {meets} when parties meet, {again} 同意补报, {filing} 补报, {anew} 重新 of what was filed before,
    {ask} whom to ask, {own}, {reply} 有一条留言待回复.
    """

    title: str
    subject: str
    close: str = ""
    undated: str = ""
    uncounted: str = ""


GENRES: Mapping[tuple[Kind, Reader], Genre] = MappingProxyType(
    {
        ("opened", "city"): Genre(
            "关于做好{task}的通知", "请于{due}前报送：{city}{short}", NOTICE, "请报送：{city}{short}"
        ),
        ("opened", "party"): Genre(
            "关于{task}有关事项的函",
            "{city}{work}开始，请于{due}前提交材料",
            THANKS,
            "{city}{work}开始，请阅",
        ),
        ("moved", "city"): Genre(
            "关于调整{short}截止时间的通知", "截止时间改为{due}：{city}{short}", NOTICE, "截止时间调整：{city}{short}"
        ),
        ("moved", "party"): Genre(
            "关于调整交材料时间的函", "交材料时间改为{due}：{city}{work}", THANKS, "时间调整：{city}{work}"
        ),
        ("corrected", "city"): Genre(
            "关于更正{short}截止时间的通知", "截止时间更正为{due}：{city}{short}", NOTICE, "截止时间更正：{city}{short}"
        ),
        ("corrected", "party"): Genre(
            "关于更正交材料时间的函", "交材料时间更正为{due}：{city}{work}", THANKS, "时间更正：{city}{work}"
        ),
        ("request", "province"): Genre("待答复：{city}{short}延期申请", "待答复：{city}申请{short}延期至{until}"),
        ("request", "city"): Genre("关于收到延期申请的回复", "已收到延期申请：{short}"),
        ("question", "province"): Genre("待答复：{city}对{short}的异议", "待答复的异议：{city}{short}"),
        ("noted", "province"): Genre("{reply}", "{reply}：{city}{short}"),
        ("noted", "city"): Genre("{reply}", "{reply}：{city}{short}"),
        ("answered", "city"): Genre("关于{short}{wish}的复函", "", REPLY),
        ("reminder", "city"): Genre(
            "关于按时报送{short}的提醒",
            "还有{left}个工作日：{city}{short}{due}截止",
            undated="请按时报送：{city}{short}",
            uncounted="{due}截止：{city}{short}",
        ),
        ("reminder", "party"): Genre(
            "关于提交{lacking}的函", "请于{due}前提交：{lacking}", THANKS, "请提交：{lacking}"
        ),
        ("reminder", "province"): Genre(
            "待{decision}：{city}{short}",
            "待{decision}：{city}{short}，还有{left}个工作日",
            undated="待{decision}：{city}{short}",
            uncounted="待{decision}：{city}{short}，{due}前办结",
        ),
        ("overdue", "city"): Genre(
            "关于尽快{anew}报送{short}的催办通知", "尚未收到：{city}{short}，{due}已截止", "", "尚未收到：{city}{short}"
        ),
        ("overdue", "party"): Genre("关于提交{lacking}的函", "请提交：{lacking}", THANKS),
        ("nudge", "city"): Genre("关于尽快{anew}报送{short}的催办提示", "请尽快{anew}报送：{city}{short}{ask}"),
        ("digest", "province"): Genre("{today}待办事项", "{today}待办：{counts}"),
        ("escalation", "head"): Genre(
            "关于商请督促{anew}报送{short}的函",
            "请予督促：{city}{short}逾期{late}个工作日",
            "请予支持，特此函商。",
            "请予督促：{city}{short}",
        ),
        ("escalation", "lead"): Genre(
            "关于{city}逾期未{anew}报送{short}的情况报告",
            "呈报：{city}{short}逾期{late}个工作日",
            "妥否，请阅示。",
            "呈报：{city}{short}",
        ),
        ("passed", "city"): Genre("关于{short}{granted}的通知", "已{settled}：{city}{short}", NOTICE),
        ("passed", "party"): Genre("关于{work}有关情况的函", "{city}{short}已确定，请阅", THANKS),
        ("returned", "city"): Genre(
            "关于退回修改{short}的通知",
            "请修改后于{due}前重新报送：{city}{short}",
            "",
            "请修改后重新报送：{city}{short}",
        ),
        ("returned", "party"): Genre(
            "关于补充{work}有关材料的函", "请于{due}前补充：{city}{work}材料", THANKS, "请补充：{city}{work}材料"
        ),
        ("approval-needed", "province"): Genre(
            "待{decision}：{city}{short}", "待{decision}：{city}{short}，{due}前办结", "", "待{decision}：{city}{short}"
        ),
        ("rerun", "city"): Genre(
            "关于{again}{short}的通知", "请于{due}前{filing}：{city}{short}", NOTICE, "请{filing}：{city}{short}"
        ),
        ("rerun", "party"): Genre("关于{work}重新开始的函", "{city}{work}重新开始，请阅", THANKS),
        ("withdrawn", "city"): Genre(
            "关于{city}退出{year}年度省后备人才培养计划的通知", "{city}退出{year}年度培养，请做好后续安排", NOTICE
        ),
        ("withdrawn", "party"): Genre(
            "关于{city}退出{year}年度省后备人才培养计划的函", "{city}{year}年度培养安排有变，请阅", THANKS
        ),
        ("rejoined", "city"): Genre(
            "关于{city}恢复参加{year}年度省后备人才培养计划的通知", "{city}恢复参加{year}年度培养，请继续办理", NOTICE
        ),
        ("rejoined", "party"): Genre(
            "关于{city}恢复参加{year}年度省后备人才培养计划的函", "{city}恢复参加{year}年度培养，请阅", THANKS
        ),
        ("appointment", "party"): Genre("关于聘任{year}年度导师的函", "关于聘任您为{year}年度导师的函", LETTER),
        ("result", "city"): Genre("关于{year}年度评价结果的通知", "{year}年度评价结果（{city}）", NOTICE),
        ("result", "party"): Genre("关于{year}年度评价结果的函", "{year}年度评价结果，请阅", THANKS),
        ("amended", "city"): Genre("关于更正{year}年度评价结果的通知", "更正：{year}年度评价结果（{city}）", NOTICE),
        ("amended", "party"): Genre("关于更正{year}年度评价结果的函", "更正：{year}年度评价结果，请阅", LETTER),
        ("visits-short", "city"): Genre("关于到校培养进度的提醒", "到校培养进度：{city}{count}名学生需补"),
        ("visits-short", "party"): Genre("关于学生到校培养情况的函", "学生到校培养情况，请阅", THANKS),
        ("letter", "city"): Genre("{own}", "{own}", NOTICE),
        ("letter", "party"): Genre("{own}", "{own}", LETTER),
        ("first-link", "city"): Genre("关于开通工作管理系统账号的通知", "请设定登录密码：{city}账号", NOTICE),
        ("test-letter", "province"): Genre("测试函件", "测试函件，收到请签收"),
    }
)
"""Every kind, by its reader (words.md 二, table 3)."""

PERSON_CHANGED: Mapping[Reader, Genre] = {
    "city": Genre("关于{year}年度学生变动情况的通知", "{year}年度学生变动情况（{city}）", NOTICE),
    "party": Genre("关于{year}年度学生变动情况的函", "{year}年度学生变动情况，请阅", LETTER),
}
"""What changed about single students, or was put right, where it is no result."""

NO_VISITS = "尚未填报到校记录：{city}"
"""The subject of what a city hears that has uploaded no visit at all."""

PLACE_TOLD = (
    Genre("关于{phase}时间、地点的函", "定于{meets}：{city}{phase}", THANKS),
    Genre("关于调整{phase}时间、地点的函", "改于{meets}：{city}{phase}", THANKS),
)
"""What tells parties when and where they meet: for the first time, and once more."""

ANSWERS: Mapping[str, str] = {
    "question-needless": "异议不再需要处理：{city}{short}",
    "changed": "异议的答复，已作调整：{city}{short}",
    "upheld": "异议的答复，维持不变：{city}{short}",
    "needless": "延期申请不再需要办理：{city}{short}",
    "corrected": "截止时间更正为{due}：{city}{short}",
    "held": "截止时间已是{due}，无须延期：{city}{short}",
    "late": "同意补报，请于{due}前报送：{city}{short}",
    "granted": "同意延期至{due}：{city}{short}",
    "declined": "延期申请未获同意：{city}{short}",
}
"""The subject of an answer, by what it says."""

CLOSES: Mapping[tuple[Kind, Audience], str] = {
    ("opened", "institution"): "请予支持，特此函商。",
    ("opened", "mentor"): "感谢您对青少年科技创新人才培养的支持。",
    ("reminder", "mentor"): "打扰之处，敬请谅解。",
    ("overdue", "mentor"): "打扰之处，敬请谅解。",
    ("appointment", "mentor"): "感谢您对青少年科技创新人才培养的支持。特此函告。",
    ("withdrawn", "mentor"): "衷心感谢您的支持和付出，期待今后继续合作。",
    ("result", "mentor"): "衷心感谢您一年来对学生的悉心指导。",
    ("result", "school"): "感谢贵校一年来的支持。",
    ("visits-short", "mentor"): "感谢您的辛勤付出。",
}
"""How a letter closes to one audience otherwise than to all who read it as a party."""

TOGETHER: Mapping[Reader, tuple[str, str]] = {
    "city": ("关于近期有关事项的通知，共{count}项", NOTICE),
    "party": ("关于近期有关事项的函，共{count}项", "感谢支持。"),
    "province": ("待办事项，共{count}项", ""),
    "head": ("关于近期有关事项的函，共{count}项", "请予支持。"),
    "lead": ("关于近期有关事项的情况报告，共{count}项", "妥否，请阅示。"),
}
"""Title and close of several letters in one message."""
