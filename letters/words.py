"""What letters say, as data: titles, what each party has to do in each phase, what follows when it passes.

The duties are those of the notice (三 to 八); no figure of a year stands here, for figures change with the notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Ending
    from letters.brief import Audience, Group, Kind

PROGRAMME = "江苏省中学生科技创新后备人才培养计划"
OFFICE = "省级管理办公室"
SUBJECT_MARK = "【省后备人才】"

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
    "head": "市级管理办公室负责同志",
    "province": "省级管理办公室",
    "lead": "省级管理办公室负责同志",
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
    "held": "暂存",
    "cancelled": "已取消",
}
"""The states of a letter."""

LAST_WORDS: Mapping[Ending, str] = {"approve": "审定", "record": "备案", "results": "公布结果"}
"""The province's last word on a phase, by the calendar's `province`."""

LAST_WORK: Mapping[Ending, str] = {**LAST_WORDS, "results": "评价并公布结果"}
"""What the province does up to its last word."""

GRANTED: Mapping[Ending | None, str] = {
    None: "通过核验",
    "approve": "审定通过",
    "record": "予以备案",
    "results": "完成评定",
}
"""How a letter's title calls what passed, by how the province ends the phase."""

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
"""The last thing that the province has to do, after what `DUTIES` has for it."""

# (phase, audience): what this party has to do while the phase is open; {decided} is ，由省级管理办公室备案, or nothing.
DUTIES: Mapping[tuple[str, Audience], tuple[str, ...]] = {
    ("mentor-recommendation", "city"): (
        "确定参与培养的高校、科研院所，填报机构名单。",
        "组织导师填写《导师信息收集表》，逐人审定并注明市级审定结论。",
        "核对培养团队成员的学位与职称，在平台完成报送。",
    ),
    ("mentor-recommendation", "institution"): (
        "明确负责本计划的具体部门和联系邮箱。",
        "推荐导师人选，将名单报所在设区市的市级管理办公室。",
    ),
    ("mentor-recommendation", "mentor"): (
        "核对《导师信息收集表》中的学科、招生名额和联系方式，有变化的请告知市级管理办公室。",
        "确认培养团队成员名单，报市级管理办公室。",
    ),
    ("mentor-recommendation", "province"): ("核对培养高校、科研院所备案名单与导师名单。",),
    ("application", "city"): (
        "组织参与中学宣传动员，推荐符合条件的学生申报并选报导师。",
        "审核学生的年级、成绩排名、选报导师和监护人同意情况。",
        "逐人注明审核结论，在平台完成报送。",
    ),
    ("application", "mentor"): (
        "安排好面试和培养的时间；选报您的学生人数，申报结束后另行函告。",
        "需要调整招生名额的，请及时告知市级管理办公室。",
    ),
    ("application", "school"): (
        "指派专人负责，向符合年级条件的学生开展宣传动员。",
        "推荐品学兼优、成绩排名符合要求的学生，核实其申报信息。",
        "将推荐名单报所在设区市的市级管理办公室审核。",
    ),
    ("shortlist", "city"): (
        "会同高校、科研院所完成学科潜质测试，录入成绩。",
        "按学科划定分数线，线上学生全部进入面试名单。",
        "在平台报送成绩、分数线和面试名单。",
    ),
    ("interview", "city"): (
        "会同高校、科研院所按学科组织导师面试，如实记录到场情况和成绩。",
        "确定入选学生和经费来源，面试与入选人数之比应符合通知要求。",
        "在平台报送入选名单{decided}。",
    ),
    ("interview", "mentor"): (
        "按市级管理办公室的安排参加面试。",
        "面试结束后，将评分和录取意见交市级管理办公室。",
    ),
    ("interview", "province"): ("核对入选名单、资助名额和面试比例。",),
    ("meeting", "city"): (
        "组织导师、学生、中学指导老师和家长参加师生见面会。",
        "记录时间、地点、议程，以及各方到会、请假情况。",
        "填报每名入选学生的联系对接方式，在平台完成报送。",
    ),
    ("meeting", "mentor"): (
        "参加师生见面会；不能到会的，请提前向市级管理办公室请假。",
        "与学生、中学指导老师建立联系对接机制。",
    ),
    ("meeting", "school"): (
        "安排中学指导老师参加师生见面会。",
        "通知入选学生及家长到会；不能到会的，请提前向市级管理办公室请假。",
    ),
    ("cultivation", "city"): (
        "督促导师为每名在培学生制定培养方案。",
        "及时录入到校培养、《学生成长日志》和《学生面谈记录》。",
        "年底报送开放后，在平台报送本阶段材料。",
    ),
    ("cultivation", "mentor"): (
        "为每名学生制定切实可行的培养方案，交市级管理办公室。",
        "保证到校培养次数，对学生进行当面指导。",
        "督促学生在每个培养阶段提交《学生成长日志》和《学生面谈记录》。",
    ),
    ("midterm", "city"): (
        "会同高校、科研院所以学科为单位组织中期汇报。",
        "汇总导师团队意见，逐人填报合格或不合格；不合格者退出培养。",
        "在平台报送中期评价结果。",
    ),
    ("midterm", "mentor"): (
        "参加本学科的中期汇报，解答学生问题，明确下半年培养目标。",
        "结合日常培养情况，对所带学生逐人提出评价意见，交市级管理办公室。",
    ),
    ("year-end", "city"): (
        "收齐每名在培学生的课题报告、培养报告、成长日志和导师评价。",
        "收齐市级管理办公室、导师和中学的年度工作总结。",
        "填报工作经费使用情况和绩效指标完成情况，在平台完成报送。",
    ),
    ("year-end", "mentor"): (
        "对所带学生逐人作出导师评价，交市级管理办公室。",
        "撰写年度工作总结，交市级管理办公室。",
    ),
    ("year-end", "school"): (
        "督促本校在培学生完成课题报告、培养报告和成长日志，收齐后交市级管理办公室。",
        "撰写年度工作总结，交市级管理办公室。",
    ),
    ("year-end", "province"): (
        "按通知规定的各个方面对全部在培学生评分，并评定等级。",
        "核对到校培养次数。",
    ),
}

# (phase, audience): what has been settled when the phase passes, and what comes next; {city} is 盐城市, {settled} is
# of `SETTLED`.
PASSED: Mapping[tuple[str, Audience], tuple[str, str]] = {
    ("mentor-recommendation", "city"): (
        "贵市报送的导师名单{settled}。",
        "请据此组织学生申报；新增导师的聘书由省级管理办公室颁发。",
    ),
    ("application", "city"): (
        "贵市报送的学生申报材料{settled}。",
        "请会同高校、科研院所组织学科潜质测试，划定分数线。",
    ),
    ("application", "mentor"): (
        "{city}学生申报工作已经结束，选报您的学生人数见下。",
        "测试和面试的安排，由市级管理办公室另行通知。",
    ),
    ("shortlist", "city"): (
        "贵市报送的面试名单{settled}。",
        "请会同高校、科研院所按学科组织导师面试。",
    ),
    ("shortlist", "mentor"): (
        "{city}面试名单已经确定，请您面试的学生人数和面试完成时限见下。",
        "请按市级管理办公室的安排参加面试。",
    ),
    ("interview", "city"): (
        "贵市报送的入选学生名单{settled}。",
        "请组织师生见面会，做好培养对接。",
    ),
    ("interview", "mentor"): (
        "{city}入选学生名单{settled}，由您培养的学生见下，以报名号列示；姓名和联系方式由市级管理办公室告知。",
        "请参加师生见面会，并着手制定培养方案。",
    ),
    ("meeting", "city"): (
        "贵市报送的师生见面会记录{settled}。",
        "请督促导师按约定与学生、中学指导老师保持联系，着手培养。",
    ),
    ("cultivation", "city"): (
        "贵市报送的学生培养材料{settled}。",
        "请妥善保存培养过程记录，配合做好年度评价。",
    ),
    ("midterm", "city"): (
        "贵市报送的中期评价结果{settled}。",
        "请按中期汇报明确的目标做好下半年培养；有学生退出培养的，请做好告知和后续安排。",
    ),
    ("midterm", "school"): (
        "贵校下列学生（以报名号列示）中期评价不合格，按规定退出培养。",
        "请做好与学生、家长的沟通和后续关心工作。",
    ),
    ("year-end", "city"): (
        "贵市报送的年度评价材料{settled}。",
        "请妥善保存有关材料。",
    ),
}

# Keys of Brief.counts that have a label and a unit; any other key is itself the label.
COUNTS: Mapping[str, tuple[str, str]] = {
    "institutions": ("培养高校、科研院所", "所"),
    "mentors": ("导师", "名"),
    "new_mentors": ("新增导师", "名"),
    "returning_mentors": ("往届导师", "名"),
    "places": ("招生名额", "个"),
    "applicants": ("申报学生", "名"),
    "approved": ("审核通过", "名"),
    "rejected": ("审核未通过", "名"),
    "chosen": ("选报您的学生", "名"),
    "shortlisted": ("进入面试", "名"),
    "interviewed": ("实到面试", "名"),
    "admitted": ("入选学生", "名"),
    "funded": ("其中省级资助", "名"),
    "self_funded": ("其中自筹经费", "名"),
    "in_training": ("在培学生", "名"),
    "behind": ("进度落后学生", "名"),
    "exited": ("退出培养", "名"),
    "excellent": ("优秀", "名"),
    "qualified": ("合格", "名"),
    "unqualified": ("不合格", "名"),
    "certificates": ("授予《培养证书》", "名"),
}

GROUPS: Mapping[Group, tuple[str, str, str]] = {
    "late": ("逾期未报送", "逾期", "已逾期"),
    "awaiting": ("待省级管理办公室办理", "待办理", "已等待"),
    "undeliverable": ("函件无法送达", "无法送达", "已持续"),
}
"""The parts of a digest in their order: heading, word for the subject, word before a number of days."""

MOVED: Mapping[str, str] = {"extension": "经批准延期", "rerun": "因重启重新确定", "grace": "按规定顺延"}
"""Why a due day is not the calendar's, by the resolver's cause."""

DECIDED: Mapping[str, str] = {
    "calendar": "省级管理办公室修订了年度日历",
    "extension": "经省级管理办公室研究",
    "rerun": "经省级管理办公室研究",
    "grace": "按规定顺延",
}
"""Whose decision it is that a due day moved, by the resolver's last cause."""

TAGS: Mapping[Kind, str] = {
    "opened": "工作开始",
    "moved": "截止时间调整",
    "request": "延期申请",
    "answered": "申请答复",
    "reminder": "截止提醒",
    "overdue": "逾期催办",
    "digest": "待办日报",
    "escalation": "催办升级",
    "passed": "已通过",
    "returned": "退回修改",
    "approval-needed": "待办理",
    "rerun": "重启",
    "withdrawn": "退出",
    "appointment": "导师聘任",
    "result": "结果公布",
    "visits-short": "培养进度提醒",
}
"""The one word of each kind, in subjects and in lists."""
