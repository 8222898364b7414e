"""What letters say whatever the phase, as data; no figure of a year stands here, for figures change with the notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phases.letter_kinds import LETTER_KINDS, UNTOLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Ending
    from letters.brief import Group
    from phases.parties import Audience

PROGRAMME = "江苏省中学生科技创新后备人才培养计划"
OFFICE = "省级管理办公室"
SIGNED, GATHERED = "江苏省后备人才培养计划管理办公室", "工作管理系统自动汇总"
"""Who signs a letter, and what stands there in one that only the province's own office reads."""

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
    None: "已通过核验",
    "approve": f"已经{OFFICE}审定",
    "record": f"已由{OFFICE}备案",
    "results": f"已由{OFFICE}公布",
}
"""The same in a sentence."""

DECISIONS: Mapping[Ending, str] = {**LAST_WORDS, "results": "评定"}
"""What a letter calls the province's last word: a result is not published to whoever it is about."""

DECIDING: Mapping[Ending, str] = {
    "approve": "作出审定或退回的决定；退回的，请写明原因。",
    "record": "作出备案或退回的决定；退回的，请写明原因。",
    "results": "公布{phase}结果。",
}
"""The last thing that the province has to do, after what the phase says of it."""

GROUPS: Mapping[Group, tuple[str, str, str]] = {
    "late": ("逾期未报送", "逾期", "已逾期"),
    "awaiting": ("待省级管理办公室办理", "待办理", "已等待"),
    "undeliverable": ("函件无法送达", "无法送达", "已持续"),
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
