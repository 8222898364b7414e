"""What no card, letter or page says: an invitation to alter data until a rule holds (`words.md`, 22)."""

from __future__ import annotations

import re

INVITING = re.compile(
    r"核减|补列|"
    r"(?:改为|改成|改评|改填)(?:审核|自筹|其他|通过|不通过|合格|优秀)|"
    r"(?<!据实)(?:更正|调整|修改|降低|提高|补报|补登)(?:年级|排名|成绩|分数|到场|到会|到校|记录|金额|日期|学科|等级|次数)"
)
"""A figure or a fact is checked against the record: 请按……核对, 据实……; a decision may be another one."""
