"""导师推荐 (三(一), 八(一)): the roll that a city recommends.

A mentor whom the city did not take (市级审定 = 不通过) is a recorded rejection and left out of every rule.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from forms.definitions import Form, SheetRow
from forms.folding import fold
from forms.kinds import DEGREE, EMAIL, HONOURS, NAME, PHONE, PLACES, PROSE, TITLE, UNIT, YES_NO, Ask, one_of
from gates.found import Found, each, named
from gates.judge import Gate
from gates.rule import Rule
from phases.definition import PhaseDefinition
from phases.made_of import CityRows, MadeOf
from phases.on_record import Roll, fault, rows_read, spelled, whole
from phases.parties import PASSED, Called, Mailing, Pooled, Rows, Stakeholder, words_of
from phases.shared_columns import Subject, Taken
from phases.stored_sheet import PARTY, StoredSheet, party

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from calendars.year import Figures, Year
    from forms.workbook_rows import Reading, RowError
    from phases.on_record import OnRecord, PlainSheets


class InstitutionRow(SheetRow):
    """培养单位: a university or institute that the city filed."""

    name: Annotated[str, Ask("名称", UNIT, personal="no")]
    type: Annotated[str, Ask("类型", one_of("高校", "科研院所"))]
    department: Annotated[str, Ask("牵头部门", UNIT, personal="no")]
    email: Annotated[str, Ask("联系邮箱", EMAIL)]


class MentorRow(SheetRow):
    """导师: one mentor's information form. `taken`: the city reviewed and recommends.

    The name is not personal: who may be a mentor is what the province decides about.
    """

    name: Annotated[str, Ask("导师姓名", NAME, personal="no")]
    institution: Annotated[str, Ask("单位", UNIT, "须与“培养单位”表的名称一致", personal="no")]
    department: Annotated[str, Ask("院系", UNIT, personal="no")] = ""
    subject: Subject
    title: Annotated[str, Ask("职称", NAME, "如 教授、研究员", personal="no")]
    degree: Annotated[str, Ask("最高学位", DEGREE)]
    honours: Annotated[tuple[str, ...], Ask("人才称号", HONOURS)] = ()
    elite_programme: Annotated[bool, Ask("拔尖计划导师", YES_NO)]
    research: Annotated[str, Ask("研究方向", PROSE, personal="no")]
    places: Annotated[int, Ask("计划招收人数", PLACES)]
    email: Annotated[str, Ask("电子邮箱", EMAIL)]
    mobile: Annotated[str, Ask("手机号码", PHONE)] = ""
    returning_mentor: Annotated[bool, Ask("往届导师", YES_NO, "往届导师自动入库，不再发聘书")]
    taken: Annotated[bool, Ask("市级审定", Taken)]


class TeamRow(SheetRow):
    """培养团队: one member of a mentor's team."""

    mentor: Annotated[str, Ask("导师姓名", NAME, personal="no")]
    institution: Annotated[str, Ask("单位", UNIT, "导师所在单位", personal="no")]
    name: Annotated[str, Ask("成员姓名", NAME, personal="name")]
    degree: Annotated[str, Ask("最高学位", DEGREE)]
    title: Annotated[str, Ask("职称", TITLE)]


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A member of a mentor's team (培养团队): a degree (博士/硕士/学士) and a title (正高/副高/中级/初级/无)."""

    name: str
    degree: str
    title: str


@dataclass(frozen=True, slots=True)
class Mentor:
    """One row of the roll that the city filed. `honours` are the 人才称号; `taken` is 市级审定.

    `taken` is True for 通过, False for 不通过, None where the city has not reviewed the mentor yet.
    """

    label: str  # 姓名（单位）, what a mend sentence calls the mentor
    institution: str
    subject: str
    honours: tuple[str, ...]
    elite_programme: bool  # 拔尖计划导师
    returning: bool
    taken: bool | None
    complete: bool  # every required field of the information form is there
    team: tuple[TeamMember, ...]


@dataclass(frozen=True, slots=True)
class MentorFacts:
    """`mentor-recommendation`: the institutions on the city's list and its roll."""

    institutions: frozenset[str]
    mentors: tuple[Mentor, ...]


def _taken(facts: MentorFacts) -> list[Mentor]:
    return [mentor for mentor in facts.mentors if mentor.taken]


def institution_filed(facts: MentorFacts, _: Figures) -> Found:
    """Each mentor's institution is on the list that the city filed with the province."""
    taken = _taken(facts)
    strangers = [mentor for mentor in taken if mentor.institution not in facts.institutions]
    places = "、".join(dict.fromkeys(mentor.institution for mentor in strangers))
    found = each(
        len(taken), [mentor.label for mentor in strangers], "{count} 名导师{who}的单位不在本市报送的培养单位名单中"
    )
    mend = f"{found.mend}：{places}；请核对单位名称，漏报的单位补入名单，确不在名单中的不推荐"
    return replace(found, mend=mend) if strangers else found


def form_complete(facts: MentorFacts, _: Figures) -> Found:
    """Every recommended mentor's information form (《导师信息收集表》) is complete.

    A workbook with a required field left out does not load, so that this holds of what came in by one.
    """
    taken = _taken(facts)
    mend = "{count} 名导师{who}的《导师信息收集表》未填全；请导师补全"
    return each(len(taken), [mentor.label for mentor in taken if not mentor.complete], mend)


def city_reviewed(facts: MentorFacts, _: Figures) -> Found:
    """The city reviewed each one, taking or rejecting, before it filed."""
    waiting = [mentor.label for mentor in facts.mentors if mentor.taken is None]
    return each(len(facts.mentors), waiting, "{count} 名导师{who}尚未经市级审定；请逐人审定为通过或不通过")


def standing(facts: MentorFacts, figures: Figures) -> Found:
    """Each is a 拔尖计划 mentor or holds one of the year's honours."""
    taken, honours = _taken(facts), frozenset(figures.honours)
    without = [m.label for m in taken if not m.elite_programme and honours.isdisjoint(m.honours)]
    mend = "{count} 名导师{who}未填拔尖计划导师身份或人才称号；请核对，有依据的据实补填，确无依据的请另荐导师"
    return each(len(taken), without, mend)


def team(facts: MentorFacts, figures: Figures) -> Found:
    """A mentor has a team, each member with one of the year's degrees or titles."""
    taken = _taken(facts)
    alone = [mentor.label for mentor in taken if not mentor.team]
    weak = [mentor.label for mentor in taken if not all(_qualified(member, figures) for member in mentor.team)]
    members = [member.name for mentor in taken for member in mentor.team if not _qualified(member, figures)]
    parts = []
    if alone:
        parts.append(f"{len(alone)} 名导师{named(alone)}没有培养团队；请组建")
    if weak:
        who = f"{len(weak)} 名导师{named(weak)}的 {len(members)} 名团队成员{named(members)}"
        parts.append(f"{who}不具备{_qualifications(figures)}；请核对学位和职称，有依据的据实补填，确不符合的请另选成员")
    found = each(len(taken), alone + weak, "")
    return Found(found.found, found.needed, "；".join(parts), found.numbers)


def _qualifications(figures: Figures) -> str:
    lists = ((figures.team_degrees, "学位"), (figures.team_titles, "职称"))
    return "或".join(f"{'、'.join(words)}{what}" for words, what in lists if words)


def _asked_of_members(year: Year) -> str:
    return f"成员原则上应具备{words_of([_qualifications(year.figures)])}。"


def _qualified(member: TeamMember, figures: Figures) -> bool:
    return member.degree in figures.team_degrees or member.title in figures.team_titles


def some(facts: MentorFacts, _: Figures) -> Found:
    """The city recommends at least one mentor."""
    count = len(_taken(facts))
    rejected = sum(mentor.taken is False for mentor in facts.mentors)
    mend = f"本市未推荐导师（市级审定不通过 {rejected} 名）；请至少推荐 1 名导师" if not count else ""
    return Found(str(count), "≥1", mend)


def _tally(facts: MentorFacts) -> dict[str, int]:
    returning = sum(mentor.returning for mentor in _taken(facts))
    return {"new": len(_taken(facts)) - returning, "returning": returning}


def _counted(tally: Mapping[str, int]) -> str:
    new, returning = tally["new"], tally["returning"]
    said = [f"新增导师{new}名，由省级管理办公室颁发导师聘书"] if new else []
    said += [f"往届导师{returning}名，自动进入导师库"] if returning else []
    return f"{PASSED}共{new + returning}名导师：{'；'.join(said)}。"


INSTITUTIONS = StoredSheet(
    "培养单位", "institutions", InstitutionRow, ("name",), table="institution", worked_out=(party("institution"),)
)
MENTORS = StoredSheet(
    "导师", "mentors", MentorRow, ("name", "institution"), table="mentor", worked_out=(party("mentor"),)
)
TEAM = StoredSheet("培养团队", "team", TeamRow, ("mentor", "institution", "name"), table="team")

ROLL = (
    "name", "institution", "subject", "title", "degree", "honours", "elite_programme",
    "research", "places", "email", "returning_mentor", "taken",
)  # fmt: skip


def _facts(city: CityRows) -> MentorFacts:
    teams: dict[tuple[str, str], list[TeamMember]] = defaultdict(list)
    for row in city.rows["team"]:
        teams[row.mentor, row.institution].append(TeamMember(row.name, row.degree, row.title))
    return MentorFacts(
        frozenset(row.name for row in city.rows["institutions"]),
        tuple(_mentor(row, teams[row.name, row.institution]) for row in city.rows["mentors"]),
    )


def _mentor(row: Any, team: Sequence[TeamMember]) -> Mentor:  # noqa: ANN401 -- a row of MENTORS by its columns
    required = (row.name, row.institution, row.subject, row.title, row.degree, row.research, row.places, row.email)
    return Mentor(
        label=f"{row.name}（{row.institution}）",
        institution=row.institution,
        subject=row.subject,
        honours=tuple(row.honours),
        elite_programme=row.elite_programme,
        returning=row.returning_mentor,
        taken=row.taken,
        complete=all(required),
        team=tuple(team),
    )


def _of_a_mentor(_: OnRecord, reading: Reading) -> Iterator[RowError]:
    """A member of a team belongs to a mentor of the same workbook."""
    if not whole(reading, MENTORS.name):
        return
    mentors = Roll((row.name, row.institution) for sheet, row in rows_read(reading) if sheet.key == MENTORS.key)
    for sheet, row in rows_read(reading):
        if sheet.key == TEAM.key:
            left_out = "漏填的导师请补入“导师”表"
            yield from mentors.off_it(sheet, row, ("mentor", "institution"), "“导师”表", left_out)


def _with_parties(known: OnRecord, plain: PlainSheets) -> PlainSheets:
    places = spelled(row["name"] for row in plain[INSTITUTIONS.key])
    for row in plain[MENTORS.key]:
        row["institution"] = places.get(fold(row["institution"]), row["institution"])
    mentors = Roll((row["name"], row["institution"]) for row in plain[MENTORS.key])
    for row in plain[TEAM.key]:
        row["mentor"], row["institution"] = mentors.spelling(row["mentor"], row["institution"])
    keys = {
        INSTITUTIONS.key: [("institution", row["name"], "") for row in plain[INSTITUTIONS.key]],
        MENTORS.key: [("mentor", row["name"], row["institution"]) for row in plain[MENTORS.key]],
    }
    ids = known.parties([key for found in keys.values() for key in found])
    for sheet, found in keys.items():
        for key, row in zip(found, plain[sheet], strict=True):
            row[PARTY] = ids[key]
    if past := _folded(known.past_mentors):
        for row in plain[MENTORS.key]:
            row["returning_mentor"] = (fold(row["name"]), fold(row["institution"])) in past
    return plain


def _as_the_pool_has_them(known: OnRecord, reading: Reading) -> Iterator[RowError]:
    """Whether a mentor is new is what the column says while the pool is empty; then the pool says it."""
    if not (past := _folded(known.past_mentors)):
        return
    for sheet, row in rows_read(reading):
        if sheet.key != MENTORS.key:
            continue
        there = (fold(row.name), fold(row.institution)) in past
        if there is not row.returning_mentor:
            yield fault("mentor.returning", sheet, row, "returning_mentor", *DIFFERS[there])


def _folded(mentors: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((fold(name), fold(place)) for name, place in mentors)


DIFFERS = {
    True: ("导师库里有这位导师", "按往届导师办理，不再发聘书"),
    False: ("导师库里没有这位导师", "按新增导师办理，颁发聘书；确为往届导师的，请核对姓名和单位"),
}
"""What is shown where a workbook says otherwise than the pool, by whether the pool has the mentor."""


FORM = Form("mentor-recommendation", "导师信息收集表", 1, (INSTITUTIONS, MENTORS, TEAM))
PHASE = PhaseDefinition(
    slug="mentor-recommendation",
    name="导师推荐",
    called=Called("导师推荐工作", "培养高校（科研院所）名单和导师名单", "导师名单"),
    form=FORM,
    gate=Gate(
        "mentor-recommendation",
        MentorFacts,
        (
            Rule("mentors.institution-filed", "二(二)", "must", "培养单位已报备", "city", institution_filed),
            Rule("mentors.form-complete", "八(一)", "must", "导师信息收集表完整", "mentor", form_complete),
            Rule("mentors.city-reviewed", "三(一)", "must", "市级审定", "city", city_reviewed),
            Rule("mentors.standing", "三(一)", "in-principle", "导师资格", "city", standing),
            Rule("mentors.team", "三(一)", "in-principle", "培养团队", "mentor", team),
            Rule("mentors.some", "八(一)", "must", "推荐导师", "city", some),
        ),
        tally=_tally,
    ),
    check=_of_a_mentor,
    doubts=_as_the_pool_has_them,
    complete=_with_parties,
    made_of=MadeOf(
        {"institutions": ("name",), "mentors": ROLL, "team": ("mentor", "institution", "name", "degree", "title")},
        _facts,
    ),
    records=(Rule("roll-over.pool", "三(一)", "record", "往届导师自动入库", "province"),),
    figures=("honours", "team_degrees", "team_titles"),
    parties=(
        Stakeholder(
            "city",
            todo=(
                "确定培养高校、科研院所，填报名单，报省级管理办公室备案。",
                "对推荐的导师逐人审定，核对《导师信息收集表》和培养团队成员的学位、职称。",
                "在工作管理系统报送名单。",
            ),
            passed=(f"{PASSED}新增导师由省级管理办公室颁发导师聘书，往届导师自动进入导师库。", ""),
            counted=_counted,
        ),
        Stakeholder(
            "institution",
            todo=(
                lambda year: (
                    f"导师原则上从“基础学科拔尖学生培养计划”导师中推荐，以{words_of(year.figures.honours)}为主。"
                ),
                lambda year: f"请组织推荐人选填写《导师信息收集表》，并确定培养团队；团队{_asked_of_members(year)}",
                "请明确负责此项工作的部门和联系人。",
            ),
            hands_in="导师推荐材料",
            mailings={
                "opened": Mailing(
                    Pooled(),
                    title="关于商请推荐{year}年度导师的函",
                    subject="商请推荐{year}年度导师，请于{due}前反馈",
                    begins="为做好{year}年度{programme}工作，现商请贵单位推荐导师人选。",
                )
            },
        ),
        Stakeholder(
            "mentor",
            todo=(
                "核对《导师信息收集表》中的学科、计划招收人数和联系方式。",
                lambda year: f"确定培养团队成员；{_asked_of_members(year)}",
            ),
            hands_in="《导师信息收集表》",
            mends={
                "mentors.form-complete": "《导师信息收集表》没有填全，请补填",
                "mentors.team": lambda year: (
                    f"培养团队还没有成员，或有成员不具备{words_of([_qualifications(year.figures)])}；"
                    "请核对，有依据的据实补填，确不符合的请另选成员"
                ),
            },
            mailings={
                "opened": Mailing(Pooled()),
                "reminder": Mailing(Pooled(without="mentors")),
                "overdue": Mailing(Pooled(without="mentors")),
                "appointment": Mailing(Rows("mentors", where=("taken",), unless=("returning_mentor",))),
            },
        ),
        Stakeholder("province", todo=("核对高校、科研院所备案名单和导师名单。",)),
    ),
)
