"""学生申报 (三(二), 八(二)): the students that a city took.

Judged by profile and count: a few dozen profiles stand for any number of students. A student whom the city did not
take (市级审核 = 不通过) is in no profile. Where nobody applied, the rules hold: the notice asks for no least number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationInfo, field_validator

from calendars.phase_terms import PhaseTerms
from forms.cells import BadCellError
from forms.definitions import Form, SheetRow
from forms.folding import fold
from forms.kinds import DAY, EMAIL, GRADE, NAME, NUMBER, PHONE, RANK, UNIT, YES_NO, Ask, one_of
from gates.found import Found, each, named
from gates.judge import Gate
from gates.rule import Rule
from phases.definition import LetOn, PhaseDefinition
from phases.on_record import Roll, fault, rows_read, spelled, whole
from phases.parties import PASSED, Called, InTraining, Mailing, Pooled, Rows, Stakeholder, words_of
from phases.shared_columns import Subject, Taken
from phases.stored_sheet import PARTY, SheetIndex, StoredSheet, WorkedOut, party

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from decimal import Decimal

    from calendars.year import Figures, Year
    from forms.workbook_rows import Reading, RowError
    from phases.matching_key import MatchingKey
    from phases.on_record import OnRecord, PlainSheets


class SchoolRow(SheetRow):
    """中学: a school that takes part, with its head in charge and its contact person."""

    name: Annotated[str, Ask("名称", UNIT, personal="no")]
    head: Annotated[str, Ask("负责领导", NAME, personal="name")]
    contact: Annotated[str, Ask("联络员", NAME, personal="name")]
    email: Annotated[str, Ask("联络邮箱", EMAIL)]


class StudentRow(SheetRow):
    """学生: one application. Ranks are in per cent of the grade: 8 is 8 %; one of the two is required."""

    number: Annotated[str, Ask("报名号", NUMBER, "每名学生一个，以后各阶段都用它")]
    name: Annotated[str, Ask("姓名", NAME, personal="name")]
    gender: Annotated[str, Ask("性别", one_of("男", "女"))]
    born: Annotated[date, Ask("出生日期", DAY, personal="yes")]
    school: Annotated[str, Ask("中学", UNIT, "须与“中学”表的名称一致", personal="no")]
    grade: Annotated[str, Ask("年级", GRADE)]
    subject: Subject
    mentor: Annotated[str, Ask("选报导师", NAME, personal="no")]
    institution: Annotated[str, Ask("导师单位", UNIT, personal="no")]
    subject_rank: Annotated[Decimal | None, Ask("学科排名百分比", RANK, "与综合排名百分比至少填一项")] = None
    overall_rank: Annotated[Decimal | None, Ask("综合排名百分比", RANK, "与学科排名百分比至少填一项")] = Field(
        default=None, validate_default=True
    )
    email: Annotated[str, Ask("电子邮箱", EMAIL)] = ""
    guardian_phone: Annotated[str, Ask("监护人电话", PHONE)] = ""
    guardian_consent: Annotated[bool, Ask("监护人同意", YES_NO)]
    alumnus: Annotated[bool, Ask("往届学员", YES_NO)] = False
    recommended: Annotated[bool, Ask("中学推荐", YES_NO)]
    taken: Annotated[bool, Ask("市级审核", Taken)]

    @field_validator("overall_rank")
    @classmethod
    def _one_rank(cls, overall: Decimal | None, info: ValidationInfo) -> Decimal | None:
        # A subject rank that could not be read is absent from the data: it has its own fault.
        if overall is None and "subject_rank" in info.data and info.data["subject_rank"] is None:
            raise BadCellError("row.rank", "学科排名百分比和综合排名百分比都没有填")
        return overall


@dataclass(frozen=True, slots=True)
class ApplicationProfile:
    """What the rules of the application phase ask about one student, names and numbers left out.

    Students that agree in all of it are one profile: a gate over a million applications looks at a few dozen.
    """

    grade: str  # 初一 … 高二 高三
    subject: str
    rank_within: bool  # subject rank or overall rank within the year's figures
    mentor_on_roll: bool
    other_subject: bool  # another subject than the mentor's: allowed, and shown
    recommended: bool
    consent_missing: bool  # under the age of consent on the day of filing, and none recorded
    repeated: bool  # the same person applied elsewhere or twice this year


@dataclass(frozen=True, slots=True)
class Sought:
    """A mentor of the roll whom more students chose than he has places for."""

    mentor: str
    places: int
    chosen: int


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """`application`: how many of the students the city took fall in each profile.

    `offenders` gives, for a rule id, the numbers of up to 20 students in breach of it. That a mentor is `sought` breaks
    no rule: whom he trains is settled by the interviews.
    """

    profiles: Mapping[ApplicationProfile, int]
    rejected: int = 0
    offenders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sought: tuple[Sought, ...] = ()


def rank_within(subject_rank: Decimal | None, overall_rank: Decimal | None, figures: Figures) -> bool:
    """Tell whether a student ranks high enough (三(二)). Ranks are per cent of the grade, 8 for 8 %; the edge is in."""
    by_subject = subject_rank is not None and subject_rank <= figures.subject_rank
    return by_subject or (overall_rank is not None and overall_rank <= figures.overall_rank)


def _grade_wrong(profile: ApplicationProfile, figures: Figures) -> bool:
    junior = profile.grade in figures.junior_grades and profile.subject in figures.junior_subjects
    return profile.grade not in figures.senior_grades and not junior


BREACHES: Mapping[str, Callable[[ApplicationProfile, Figures], bool]] = MappingProxyType(
    {
        "applications.grade": _grade_wrong,
        "applications.rank": lambda profile, _: not profile.rank_within,
        "applications.mentor": lambda profile, _: not profile.mentor_on_roll,
        "applications.recommended": lambda profile, _: not profile.recommended,
        "applications.once": lambda profile, _: profile.repeated,
        "applications.consent": lambda profile, _: profile.consent_missing,
    }
)
"""By rule, which profiles are in breach of it."""


def breached(profile: ApplicationProfile, figures: Figures) -> tuple[str, ...]:
    """Give the rules that students of this profile break."""
    return tuple(rule for rule, breaks in BREACHES.items() if breaks(profile, figures))


_NOT_TAKEN = "确不符合条件的，市级审核填“不通过”"


def _each(rule: str, facts: ApplicationFacts, figures: Figures, mend: str) -> Found:
    total = sum(facts.profiles.values())
    count = sum(students for profile, students in facts.profiles.items() if BREACHES[rule](profile, figures))
    return each(total, facts.offenders.get(rule, ()), mend, count)


def grade(facts: ApplicationFacts, figures: Figures) -> Found:
    """Senior grades (高一, 高二), or junior ones for the subjects that are open to them (计算机)."""
    senior, subjects = "、".join(figures.senior_grades), "、".join(figures.junior_subjects)
    junior = f"，初中生限报{subjects}" if subjects and figures.junior_grades else ""
    mend = f"{{count}} 名学生{{who}}年级不符，应为{senior}{junior}；请按学籍核对年级和学科，{_NOT_TAKEN}"
    return _each("applications.grade", facts, figures, mend)


def rank(facts: ApplicationFacts, figures: Figures) -> Found:
    """Subject rank or overall rank within the year's figures: see `rank_within`."""
    need = f"学科排名应在年级前 {figures.subject_rank:f}% 或综合排名在前 {figures.overall_rank:f}%"
    mend = f"{{count}} 名学生{{who}}排名不符，{need}；请按学校出具的证明核对，{_NOT_TAKEN}"
    return _each("applications.rank", facts, figures, mend)


def mentor(facts: ApplicationFacts, figures: Figures) -> Found:
    """The chosen mentor is on this year's roll.

    Another subject than the mentor's is allowed, and shown (四(三)1); so is that more chose him than he has places for.
    """
    mend = f"{{count}} 名学生{{who}}选报的导师不在本年度导师名册中；请核对导师姓名和单位，{_NOT_TAKEN}"
    found = _each("applications.mentor", facts, figures, mend)
    others = sum(students for profile, students in facts.profiles.items() if profile.other_subject)
    crowded = [f"{one.mentor} {one.chosen}/{one.places}" for one in facts.sought]
    notes = [
        f"跨学科选报 {others} 人" if others else "",
        f"选报多于计划招收的导师 {len(crowded)} 名{named(crowded)}" if crowded else "",
    ]
    shown = "；".join(filter(None, notes))
    return Found(f"{found.found}（{shown}）" if shown else found.found, found.needed, found.mend, found.numbers)


def recommended(facts: ApplicationFacts, figures: Figures) -> Found:
    """Every student that the city took was recommended by the school."""
    mend = f"{{count}} 名学生{{who}}未经中学推荐；请向中学核实推荐意见，{_NOT_TAKEN}"
    return _each("applications.recommended", facts, figures, mend)


def once(facts: ApplicationFacts, figures: Figures) -> Found:
    """One application a student a year, over the whole province."""
    mend = "{count} 份申报{who}属同一学生重复申报；请核对，每人只保留 1 份，其余的市级审核填“不通过”"
    return _each("applications.once", facts, figures, mend)


def consent(facts: ApplicationFacts, figures: Figures) -> Found:
    """A guardian's consent is on record where the student is under the age of consent on the day of filing."""
    rest = "请由中学告知监护人，同意的据实登记（撤回过的，在该生的页面上登记），不同意的市级审核填“不通过”"
    mend = f"{{count}} 名未满 {figures.consent_age} 周岁的学生{{who}}缺监护人同意；{rest}"
    return _each("applications.consent", facts, figures, mend)


SCHOOLS = StoredSheet("中学", "schools", SchoolRow, ("name",), table="school", worked_out=(party("school"),))
STUDENTS = StoredSheet(
    "学生",
    "students",
    StudentRow,
    ("number",),
    ("subject_rank", "overall_rank"),
    table="student",
    worked_out=(
        WorkedOut("person", str),  # tells the same child apart from homonyms over the province
        WorkedOut("likeness", str),  # what that child has in common with whoever may be the same
        WorkedOut("consent_from", date),  # the day from which no guardian's consent is needed
        WorkedOut("mentor_party", int, "mentor"),  # the chosen mentor
        WorkedOut("school_party", int | None, "school"),
        WorkedOut("priority", bool),  # a student of the past year
    ),
    once_a_year=("number",),
    indexes=(
        SheetIndex("ix_student_person", ("year", "taken", "person")),
        SheetIndex("ix_student_likeness", ("year", "taken", "likeness", "person")),
        SheetIndex(
            "ix_student_judged",
            (
                "year", "taken", "city", "grade", "subject", "mentor_party", "recommended",
                "guardian_consent", "consent_from", "subject_rank", "overall_rank", "number",
            ),
        ),
    ),
)  # fmt: skip


def _of_the_city(known: OnRecord, reading: Reading) -> Iterator[RowError]:
    """A student has a number of the city and year, is born, chose a mentor of its roll, is of a school named here."""
    schools = spelled(row.name for sheet, row in rows_read(reading) if sheet.key == SCHOOLS.key)
    roll = Roll(known.roll)
    named = whole(reading, SCHOOLS.name)
    prefix = f"{known.city.code}-{known.year.year}-"
    for sheet, row in rows_read(reading):
        if sheet.key != STUDENTS.key:
            continue
        if not row.number.startswith(prefix) and row.number not in known.students:  # one who moved here keeps his
            yield fault("number.foreign", sheet, row, "number", "不是本市本年度的报名号", f"应以 {prefix} 开头")
        if row.born > known.day:
            yield fault("born.later", sheet, row, "born", "晚于今天", "请按户口簿或学籍核对出生日期")
        yield from roll.off_it(sheet, row, ("mentor", "institution"), "本市导师名册")
        if named and fold(row.school) not in schools:
            yield fault("school.unknown", sheet, row, "school", "“中学”表中没有这所中学", "请补入“中学”表或改正名称")


def _of_age(known: OnRecord, reading: Reading) -> Iterator[RowError]:
    """A pupil is a pupil's age."""
    for sheet, row in rows_read(reading):
        if sheet.key == STUDENTS.key and row.born <= known.day and not YOUNGEST <= _age(row.born, known.day) <= OLDEST:
            wrong = f"不在 {YOUNGEST}–{OLDEST} 周岁之间"
            yield fault("born.age", sheet, row, "born", wrong, "请核对，确实如此的可以不管")


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _with_persons(known: OnRecord, plain: PlainSheets) -> PlainSheets:
    import pendulum  # only a load needs it, and it is slow to import

    place = known.city.name
    ids = known.parties([("school", row["name"], place) for row in plain[SCHOOLS.key]])
    for row in plain[SCHOOLS.key]:
        row[PARTY] = ids["school", row["name"], place]
    schools, roll = spelled(row["name"] for row in plain[SCHOOLS.key]), Roll(known.roll)
    for row in plain[STUDENTS.key]:
        row["school"] = schools.get(fold(row["school"]), row["school"])
        row["mentor"], row["institution"] = roll.spelling(row["mentor"], row["institution"])
        row["person"] = person(known.matching_key, row["name"], row["born"], row["school"])
        row["likeness"] = likeness(known.matching_key, row["name"], row["born"])
        row["priority"] = row["likeness"] in known.past_students
        row["consent_from"] = pendulum.instance(row["born"]).add(years=known.year.figures.consent_age)
        row["mentor_party"] = known.roll[row["mentor"], row["institution"]]
        row["school_party"] = ids.get(("school", row["school"], place))
    return plain


def person(key: MatchingKey, name: str, born: date, school: str) -> str:
    """Give what tells a child apart from homonyms over the province: 姓名, 出生日期 and 中学 under a key.

    However name and school are written: what looks the same is the same.
    """
    return key.match(fold(name), born.isoformat(), fold(school))


def likeness(key: MatchingKey, name: str, born: date) -> str:
    """Give what an applicant shares with whoever may be the same child: 姓名 and 出生日期 under a key.

    Last year's student is known by it, who may have gone on to another school.
    """
    return key.match(fold(name), born.isoformat())


def _announce(year: Year) -> str:
    """Ask a school to tell the grades that may apply, and juniors where a subject is open to them."""
    senior, junior = words_of(year.figures.senior_grades), words_of(year.figures.junior_grades)
    subjects = words_of(year.figures.junior_subjects)
    said = f"；{subjects}学科可推荐{junior}学生" if junior and subjects else ""
    return f"明确负责领导和联络员，面向{senior}在校学生宣传动员{said}。"


YOUNGEST, OLDEST = 10, 20
"""The ages of pupils, in years; whoever is of another is looked at again."""

NOBODY: Rule[ApplicationFacts] = Rule("applications.nobody", "八(二)", "record", "今年没有申报", "city")
"""What a city without applicants says once."""

FORM = Form("application", "学生申报表", 1, (SCHOOLS, STUDENTS))
PHASE = PhaseDefinition(
    slug="application",
    name="学生申报",
    called=Called("学生报名审核工作", "学生报名及审核名单", "学生名单"),
    terms=PhaseTerms("mentor-recommendation"),
    form=FORM,
    gate=Gate(
        "application",
        ApplicationFacts,
        (
            Rule("applications.grade", "三(二)", "must", "年级", "city", grade),
            Rule("applications.rank", "三(二)", "must", "成绩排名", "city", rank),
            Rule("applications.mentor", "三(二)", "must", "选报导师在册", "city", mentor),
            Rule("applications.recommended", "三(二) 八(二)", "must", "中学推荐", "school", recommended),
            Rule("applications.once", "八(二)", "must", "一人一报", "city", once),
            Rule("applications.consent", "个人信息保护法第三十一条", "must", "监护人同意", "school", consent),
        ),
        apart=frozenset({"sought"}),
    ),
    check=_of_the_city,
    doubts=_of_age,
    complete=_with_persons,
    lets_on=LetOn("students", "taken", "审核通过的申报学生"),
    records=(Rule("roll-over.priority", "四(一)", "record", "往届学生优先", "mentor"), NOBODY),
    uses=frozenset({"mentor-recommendation"}),
    figures=("senior_grades", "junior_grades", "junior_subjects", "subject_rank", "overall_rank", "consent_age"),
    parties=(
        Stakeholder(
            "city",
            todo=(
                "组织参与中学宣传动员，指导学生报名、选报导师。",
                "审核学生的年级、成绩排名、中学推荐意见；未满{figures.consent_age}周岁的，核对监护人同意情况。",
                "在工作管理系统报送审核名单。",
            ),
            passed=(PASSED, ""),
            nobody=(
                "贵办所报今年没有学生申报已记录在案，此后至中期评价的各阶段一并通过，无须再报送。",
                "工作经费和绩效指标完成情况，仍请在年度评价阶段报送。",
            ),
            ahead="请据此组织学生报名。",
        ),
        Stakeholder(  # asked nothing while students apply, he is not written to before it is known how many chose him
            "mentor",
            passed=("{city}学生报名审核工作已经完成，选报您的学生共{count}名{places}{listed}。", ""),
            nobody=(
                "{city}学生报名审核工作已经完成，本年度没有学生选报您。",
                "目前没有需要您办理的事项。",
            ),
            mailings={
                "withdrawn": Mailing(Rows("mentors", where=("taken",)), about=InTraining()),
                "amended": Mailing(InTraining()),
                "passed": Mailing(
                    Rows("mentors", where=("taken",)),
                    places="，您计划招收{places}名",
                    listed="，其中往届学生{count}名（报名号：{numbers}），按规定请优先考虑",
                    returning=True,
                ),
            },
        ),
        Stakeholder(
            "school",
            todo=(
                _announce,
                "推荐品学兼优、学科成绩排名在年级前{figures.subject_rank}%或综合成绩排名在年级前{figures.overall_rank}%的学生。",
                "将推荐名单交{city}管理办公室。",
            ),
            hands_in="推荐名单",
            mailings={"opened": Mailing(Pooled()), "amended": Mailing(Rows("students", where=("taken",)))},
        ),
    ),
)
