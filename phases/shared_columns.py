"""Columns that several phases ask or work out: by whom a row is known, his subject, whether the city took him."""

from __future__ import annotations

from typing import Annotated

from forms.kinds import NAME, NUMBER, SUBJECT, Ask, either

ApplicationNumber = Annotated[str, Ask("报名号", NUMBER, "学生在各阶段表格中都以报名号为准")]
StudentName = Annotated[str, Ask("姓名", NAME, "须与报名时一致", personal="name")]
Subject = Annotated[str, Ask("学科", SUBJECT)]
Taken = either("通过", "不通过")
