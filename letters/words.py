"""What letters say whatever the phase, as data; no figure of a year stands here, for figures change with the notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phases.letter_kinds import LETTER_KINDS, UNTOLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Ending
    from letters.brief import Group, Stands
    from phases.letter_kinds import Kind
    from phases.parties import Audience

PROGRAMME = "江苏省中学生科技创新后备人才培养计划"
OFFICE = "省级管理办公室"
SIGNED, GATHERED = "江苏省后备人才培养计划管理办公室", "工作管理系统自动汇总"
"""Who signs a letter, and what stands there in one that only the province's own office reads."""

PUT_RIGHT = "已更正"
"""What ends the word on a student of whom something was filed wrongly: an apology is due for nothing else."""

SYSTEM = "省后备人才培养计划工作管理系统"
SUBJECT_MARK = "【省后备人才培养计划】"

YOU: Mapping[Audience, str] = {
    "city": "贵办",
    "head": "贵市",
    "province": "省级管理办公室",
    "lead": "省级管理办公室",
    "mentor": "您",
    "institution": "贵单位",
    "school": "贵校",
}

TRAINED_BY: Mapping[Audience, str] = {
    "mentor": "您指导的学生",
    "institution": "在贵单位培养的学生",
    "school": "贵校在培学生",
}
"""How a party's own students in training are called."""

AUDIENCES: Mapping[Audience, str] = {
    "city": "市级管理办公室",
    "head": "科协负责同志",
    "province": "省级管理办公室",
    "lead": "省青少年科技中心负责同志",
    "mentor": "导师",
    "institution": "高校、科研院所",
    "school": "中学",
}
"""The word of each audience; an office's own name is `letters.phrases.office`."""

STATES: Mapping[str, str] = {
    "queued": "待发",
    "sending": "发送中",
    "sent": "已发",
    "failed": "未送达",
    "unknown": "待核实",
    "held": "待补邮箱",
    "awaiting": "待放行",
    "cancelled": "已取消",
}
"""The states of a letter."""


LAST_WORDS: Mapping[Ending, str] = {"approve": "审定", "record": "备案", "results": "公布结果"}
"""The province's last word on a phase, by the calendar's `province`."""

GRANTED: Mapping[Ending | None, str] = {None: "核验通过", "approve": "审定", "record": "备案", "results": "公布结果"}
"""How a letter's title calls what passed, by how the province ends the phase."""

SETTLED_SHORT: Mapping[Ending | None, str] = {**GRANTED, None: "通过"}
"""The same in its subject."""

SETTLED: Mapping[Ending | None, str] = {
    None: "已{on}核验通过",
    "approve": f"已由{OFFICE}{{on}}审定",
    "record": f"已由{OFFICE}{{on}}备案",
    "results": f"已由{OFFICE}{{on}}公布",
}
"""The same in a sentence, with the day: 于2022年1月11日."""

DECISIONS: Mapping[Ending, str] = {**LAST_WORDS, "results": "评价"}
"""What a letter calls the province's last word: a result is not published to whoever it is about."""

DECIDING: Mapping[Ending, str] = {
    "approve": "作出审定或退回修改的决定；退回修改的，写明理由。",
    "record": "作出备案或退回修改的决定；退回修改的，写明理由。",
    "results": "公布{phase}结果。",
}
"""The last thing that the province has to do, after what the phase says of it."""

STANDS: Mapping[Stands, str] = {
    "empty": "尚未填写",
    "drafted": "草稿已填写，尚未报送",
    "returned": "退回修改中，尚未重新报送",
}
"""How far a city is, as its reminder says it."""

CHASED: Mapping[Kind, str] = {"reminder": "提醒", "overdue": "催办"}
"""What an escalation says was done before it, by the kind of letter."""

BEGINS: Mapping[Audience, str] = {
    "mentor": "{city}{task}现已开始，请您支持做好以下事项：",
    "institution": "{city}{task}现已开始，请贵单位做好以下工作：",
    "school": "{city}{task}现已开始，请贵校做好以下工作：",
}
"""How a letter begins that asks a party for something, where its phase has no sentence of its own."""

WAYS = (
    "请通过工作管理系统申请延期，写明原因和预计报送时间；经同意后即可补报。",
    "申请期间可以继续填写、修改，已填写的内容不会丢失。",
)
"""What a late city can do."""

GROUPS: Mapping[Group, tuple[str, str, str]] = {
    "late": ("逾期未报送", "逾期", "逾期"),
    "awaiting": ("待省级管理办公室办理", "待办理", "已等待"),
    "undeliverable": ("函件未送达或待补邮箱", "未送达", "已持续"),
}
"""The parts of a digest in their order: heading, word for the subject, word before a number of days."""

NEW = "新增"
"""What heads the part of a digest that no digest had before."""

DECIDED: Mapping[str, str] = {
    "calendar": "省级管理办公室修订了年度日历",
    "correction": "经省级管理办公室核查",
    "extension": "经省级管理办公室研究",
    "rerun": "经省级管理办公室研究",
    "grace": "按规定顺延",
}
"""Whose decision it is that a due day moved, by the resolver's last cause."""

TAGS: Mapping[str, str] = {kind: row.tag for kind, row in LETTER_KINDS.items()}
"""The one word of each kind, in subjects and in lists."""


def is_untold(state: str, detail: str | None) -> bool:
    """Tell of a letter whether the province chose not to send it; its `detail` says why."""
    return state == "cancelled" and (detail or "").startswith(UNTOLD)


def state_word(state: str, detail: str | None) -> str:
    """Give the word of a letter's state."""
    return UNTOLD if is_untold(state, detail) else STATES[state]
