"""文种: the table of what each kind is titled, how its subject reads and how it closes, to each who reads it."""

from __future__ import annotations

import pytest

from calendars.files import load
from letters.genres import GENRES, READERS
from letters.occurrences import occurrences
from letters.specimens import specimen
from letters.titles import closing, subject, title
from letters.words import SUBJECT_MARK
from phases.book import BOOK
from phases.letter_kinds import Kind
from phases.parties import Audience

YEAR = load(2022)
OCCURS = occurrences(BOOK, YEAR)
LETTERS = [(kind, phase, audience) for (kind, phase), audiences in OCCURS.items() for audience in audiences]
LONGEST_TITLE, LONGEST_SUBJECT = 30, 36

SHEET = """
opened|application|city|关于做好2022年度学生报名审核工作的通知|请于1月20日（周四）24时前报送：盐城市学生名单|特此通知。
opened|application|school|关于2022年度学生报名审核工作有关事项的函|盐城市学生报名审核工作开始，请于1月17日（周一）前提交材料|感谢贵校的支持。
opened|mentor-recommendation|institution|关于商请推荐2022年度导师的函|商请推荐2022年度导师，请于1月12日（周三）前反馈|请予支持，特此函商。
opened|meeting|mentor|关于2022年度师生见面会组织工作有关事项的函|定于2月23日（周三）14:30：盐城市师生见面会|感谢您对青少年科技创新人才培养的支持。
moved|application|city|关于调整学生名单截止时间的通知|截止时间改为1月20日（周四）24时：盐城市学生名单|特此通知。
moved|application|school|关于调整交材料时间的函|交材料时间改为1月17日（周一）：盐城市学生报名审核工作|感谢贵校的支持。
moved|meeting|school|关于调整师生见面会时间、地点的函|改于2月23日（周三）14:30：盐城市师生见面会|感谢贵校的支持。
corrected|application|city|关于更正学生名单截止时间的通知|截止时间更正为1月20日（周四）24时：盐城市学生名单|特此通知。
request|application|province|待答复：盐城市学生名单延期申请|待答复：盐城市申请学生名单延期至1月27日（周四）24时|
request|application|city|关于收到延期申请的回复|已收到延期申请：学生名单|
question|application|province|待答复：盐城市对学生名单的异议|待答复的异议：盐城市学生名单|
noted|application|province|有一条留言待回复|有一条留言待回复：盐城市学生名单|
noted|application|city|有一条留言待回复|有一条留言待回复：盐城市学生名单|
answered|application|city|关于学生名单延期申请的复函|同意延期至1月20日（周四）24时：盐城市学生名单|特此函复。
reminder|application|city|关于按时报送学生名单的提醒|还有3个工作日：盐城市学生名单1月20日（周四）24时截止|
reminder|interview|mentor|关于提交面试评分和入选建议的函|请于2月16日（周三）前提交：面试评分和入选建议|打扰之处，敬请谅解。
reminder|interview|province|待备案：盐城市入选名单|待备案：盐城市入选名单，还有1个工作日|
overdue|application|city|关于尽快报送学生名单的催办通知|尚未收到：盐城市学生名单，1月20日（周四）24时已截止|
overdue|midterm|mentor|关于提交中期评价意见的函|请提交：中期评价意见|打扰之处，敬请谅解。
nudge|application|city|关于尽快报送学生名单的催办提示|请尽快报送：盐城市学生名单（示例）|
digest||province|1月12日待办事项|1月12日待办：逾期2项、待办理1项、未送达1项|
escalation|application|head|关于商请督促报送学生名单的函|请予督促：盐城市学生名单逾期3个工作日|请予支持，特此函商。
escalation|application|lead|关于盐城市逾期未报送学生名单的情况报告|呈报：盐城市学生名单逾期3个工作日|妥否，请阅示。
passed|mentor-recommendation|city|关于导师名单审定的通知|已审定：盐城市导师名单|特此通知。
passed|application|city|关于学生名单核验通过的通知|已通过：盐城市学生名单|特此通知。
passed|application|mentor|关于学生报名审核工作有关情况的函|盐城市学生名单已确定，请阅|感谢您的支持。
returned|application|city|关于退回修改学生名单的通知|请修改后于1月20日（周四）24时前重新报送：盐城市学生名单|
returned|interview|mentor|关于补充导师面试工作有关材料的函|请于2月16日（周三）前补充：盐城市导师面试工作材料|感谢您的支持。
approval-needed|interview|province|待备案：盐城市入选名单|待备案：盐城市入选名单，2月20日（周日）24时前办结|
rerun|application|city|关于重新报送学生名单的通知|请于1月20日（周四）24时前重新报送：盐城市学生名单|特此通知。
rerun|interview|mentor|关于导师面试工作重新开始的函|盐城市导师面试工作重新开始，请阅|感谢您的支持。
withdrawn||city|关于盐城市退出2022年度省后备人才培养计划的通知|盐城市退出2022年度培养，请做好后续安排|特此通知。
withdrawn||school|关于盐城市退出2022年度省后备人才培养计划的函|盐城市2022年度培养安排有变，请阅|感谢贵校的支持。
rejoined|application|city|关于盐城市恢复参加2022年度省后备人才培养计划的通知|盐城市恢复参加2022年度培养，请继续办理|特此通知。
rejoined|application|school|关于盐城市恢复参加2022年度省后备人才培养计划的函|盐城市恢复参加2022年度培养，请阅|感谢贵校的支持。
appointment|mentor-recommendation|mentor|关于聘任2022年度导师的函|关于聘任您为2022年度导师的函|感谢您对青少年科技创新人才培养的支持。特此函告。
result|year-end|city|关于2022年度评价结果的通知|2022年度评价结果（盐城市）|特此通知。
result|year-end|school|关于2022年度评价结果的函|2022年度评价结果，请阅|感谢贵校一年来的支持。
amended|application|city|关于2022年度学生变动情况的通知|2022年度学生变动情况（盐城市）|特此通知。
amended|application|school|关于2022年度学生变动情况的函|2022年度学生变动情况，请阅|特此函告。
amended|year-end|city|关于更正2022年度评价结果的通知|更正：2022年度评价结果（盐城市）|特此通知。
amended|year-end|mentor|关于更正2022年度评价结果的函|更正：2022年度评价结果，请阅|特此函告。
visits-short|cultivation|city|关于到校培养进度的提醒|到校培养进度：盐城市2名学生需补|
visits-short|cultivation|mentor|关于学生到校培养情况的函|学生到校培养情况，请阅|感谢您的辛勤付出。
first-link||city|关于开通工作管理系统账号的通知|请设定登录密码：盐城市账号|特此通知。
test-letter||province|测试函件|测试函件，收到请签收|
"""


def of(kind: Kind, phase: str | None, audience: Audience) -> tuple[str, str, str]:
    brief = specimen(BOOK, YEAR, kind, phase, audience, YEAR.city("盐城"))
    return title(brief), subject(brief).removeprefix(SUBJECT_MARK), closing(brief)


ROWS = [line.split("|") for line in SHEET.strip().splitlines()]


def test_every_kind_reads_to_each_reader_as_the_sheet_says() -> None:
    found = {(kind, phase, audience): of(kind, phase, audience) for kind, phase, audience in LETTERS}
    wanted = {(kind, phase or None, audience): tuple(said) for kind, phase, audience, *said in ROWS}
    assert {letter: said for letter, said in found.items() if letter in wanted} == wanted


def test_there_is_a_genre_for_every_letter_and_a_line_of_the_sheet_for_every_genre_but_one_s_own() -> None:
    read = {(kind, READERS[audience]) for kind, _, audience in LETTERS}
    assert read == set(GENRES)
    in_sheet = {(row[0], READERS[audience]) for row in ROWS for audience in READERS if audience == row[2]}
    assert {one for one in read if one[0] != "letter"} - in_sheet == {("corrected", "party")}


@pytest.mark.parametrize("year", [2022, 2027])
def test_titles_and_subjects_are_short_and_say_no_year_twice(year: int) -> None:
    calendar = load(year)
    for kind, phase, audience in LETTERS:
        brief = specimen(BOOK, calendar, kind, phase, audience, calendar.city("连云港"))
        named, listed = title(brief), subject(brief).removeprefix(SUBJECT_MARK)
        assert len(named) <= LONGEST_TITLE, named
        assert len(listed) <= LONGEST_SUBJECT, listed
        assert "年度年度" not in named + listed
        assert "关于关于" not in named + listed
