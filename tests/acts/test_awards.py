"""Letters of appointment and certificates of a whole season: to whom, under which numbers, and how one is put right."""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from typing import Protocol

import pytest
from pypdf import PdfReader
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from acts.awards import ISSUE, issue, printed, reissue, revoke, to_print
from acts.correct_result import correct_result
from acts.rerun import rerun
from acts.year import close_year
from dashboard.acts.trial import tried
from letters.award_papers import NoGlyph, Stationery
from models import awards
from models.awards import AwardKind, Entitled
from models.columns import table_of
from models.tables.awards import AwardRow
from models.tables.city_drafts import draft_table
from phases.application import STUDENTS
from phases.mentor_recommendation import MENTORS
from tests.support import qr_codes
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import YEAR, Scene, stamp
from tests.support.shelf import END, MARKS

BASE = "https://talent.example"
NOW = stamp("2023-01-02T10:00")
LATER = stamp("2023-01-03T10:00")


class Played(Protocol):
    def __call__(self, mark: str) -> Scene: ...


def register(scene: Scene, kind: AwardKind) -> list[awards.Award]:
    with scene.database.read() as connection:
        return [one for one in awards.register(connection, YEAR) if one.kind == kind]


def due(scene: Scene, kind: AwardKind) -> list[Entitled]:
    with scene.database.read() as connection:
        return awards.due(connection, scene.year, kind)


def outdated(scene: Scene) -> list[tuple[str, int, bool]]:
    with scene.database.read() as connection:
        return [
            (one.award.kind, one.award.number, one.now is not None) for one in awards.outdated(connection, scene.year)
        ]


def lapsed(scene: Scene) -> list[int]:
    with scene.database.read() as connection:
        return [one.number for one in awards.lapsed(connection, scene.year)]


def renamed(scene: Scene, number: str, **columns: str) -> None:
    table = draft_table(STUDENTS)
    with scene.database.write(YEAR) as connection:
        connection.execute(update(table).where(table.c.number == number).values(columns))


@ON_SQLITE
def test_the_season_of_2022_ends_with_42_appointments_and_55_certificates(played: Played) -> None:
    """The 26 mentors who return get none; all that the papers say is read back from them."""
    scene = played(END)
    first, *_ = due(scene, "certificate")
    renamed(scene, first.student, name="䶮𬭸")
    second = due(scene, "certificate")[1]
    renamed(scene, second.student, name="阿" * 30 + "·" + "尔" * 29)
    wanted: dict[AwardKind, int] = {"appointment": 42, "certificate": 55}
    for kind, count in wanted.items():
        said = issue(scene.database, YEAR, kind, NOW)
        grades = "（优秀 12、合格 43）" if kind == "certificate" else ""
        assert said.message.startswith(f"颁发{awards.TITLES[kind]} {count} 份{grades}，{YEAR}年第1号至第{count}号。")
        one = register(scene, kind)[-1]
        printed_of = "，".join(filter(None, (one.place, one.subject, one.grade)))
        assert said.message.endswith(f"（{printed_of}）")
        assert [one.number for one in register(scene, kind)] == [*range(1, count + 1)]
    assert Counter(one.grade for one in register(scene, "certificate")) == {"优秀": 12, "合格": 43}
    best = [one for one in register(scene, "certificate") if one.grade == "优秀"]
    with scene.database.read() as connection:
        nominees = awards.nominees(connection, scene.year)
    assert [(one.number, one.name, one.school) for one in nominees] == [
        (one.student, one.name, one.place) for one in best
    ]
    with scene.database.read() as connection:
        mentor = draft_table(MENTORS)
        returning = select(mentor.c.party).where(mentor.c.taken, mentor.c.returning_mentor)
        old = {f"mentor:{party}" for party in connection.execute(returning).scalars()}
    assert len(old) == 26
    assert not old & {one.whose for one in register(scene, "appointment")}
    for kind in awards.TITLES:
        held = register(scene, kind)
        pages = PdfReader(BytesIO(printed(kind, held, BASE, Stationery()))).pages
        texts = [re.sub(r"\s", "", page.extract_text()) for page in pages]
        for one, text in zip(held, texts, strict=True):
            assert f"编号：2022年第{one.number}号" in text
            assert all(word in text for word in (one.name, one.place, f"{one.subject}学科", one.grade))
        read = [qr_codes.read(qr_codes.drawn(page)) for page in (pages[0], pages[-1])]
        assert read == [f"{BASE}/verify/{one.token}" for one in (held[0], held[-1])]
        with scene.database.read() as connection:
            found = [awards.confirmed(connection, address.rpartition("/")[2]) for address in read]
        assert found == [held[0], held[-1]]


def test_numbers_go_by_city_and_number_and_nobody_gets_a_second_one(played: Played) -> None:
    scene = played(END)
    assert issue(scene.database, YEAR, "certificate", NOW).done
    held = register(scene, "certificate")
    order = [city.slug for city in scene.year.cities]
    assert [(order.index(one.city), one.student) for one in held] == sorted(
        (order.index(one.city), one.student) for one in held
    )
    again = issue(scene.database, YEAR, "certificate", LATER)
    assert (again.outcome, again.message) == ("refused", "2022 年度没有应颁发而未颁发的培养证书，未作改动。")
    assert register(scene, "certificate") == held
    assert len({one.token for one in held}) == len(held)
    twin = {name: getattr(held[0], name) for name in ("year", "kind", "city", "whose", "name", "place", "subject")}
    row = twin | {"grade": "", "number": 99, "edition": 1, "token": "x", **NOW.columns()}
    with pytest.raises(IntegrityError), scene.database.write(YEAR) as connection:
        connection.execute(insert(table_of(AwardRow)), [row])
    with pytest.raises(DBAPIError, match="award is append-only"), scene.database.write(YEAR) as connection:
        connection.execute(update(table_of(AwardRow)).values(number=1000))
    emptied = (
        "INSERT OR REPLACE INTO award SELECT * FROM award" if scene.database.embedded else "TRUNCATE award CASCADE"
    )
    with pytest.raises(DBAPIError, match="append-only"), scene.database.write(YEAR) as connection:
        connection.exec_driver_sql(emptied)


def test_what_changes_after_the_preview_is_noticed_even_under_the_cover_of_a_name(played: Played) -> None:
    scene = played(END)
    filled = ISSUE.fill(scene.year, {"kind": "certificate"})
    first = tried(scene.database, scene.year, ISSUE, filled, NOW)
    one = due(scene, "certificate")[0]
    renamed(scene, one.student, name=f"{one.name[0]}丁{one.name[2:]}")
    second = tried(scene.database, scene.year, ISSUE, filled, NOW)
    assert first.outcome.message == second.outcome.message
    assert first.digest != second.digest


def test_one_is_revoked_and_one_issued_anew_each_once(played: Played) -> None:
    scene = played(END)
    two: tuple[AwardKind, int] = ("certificate", 2)
    seven: tuple[AwardKind, int] = ("certificate", 7)
    assert issue(scene.database, YEAR, "certificate", NOW).done
    assert revoke(scene.database, YEAR, two, LATER, "重复参加").done
    assert revoke(scene.database, YEAR, two, LATER, "再来").message == "培养证书2022年第2号已经作废，未作改动。"
    said = reissue(scene.database, YEAR, seven, LATER, "遗失")
    whose = register(scene, "certificate")[6]
    assert said.message.startswith(f"培养证书2022年第7号 已作废，补发为培养证书2022年第56号 {whose.student} ")
    assert whose.name not in said.message
    again = reissue(scene.database, YEAR, seven, LATER, "又")
    assert again.message == "培养证书2022年第7号已经作废，也已补发，未作改动。"
    assert (
        revoke(scene.database, YEAR, ("certificate", 99), LATER, "x").message
        == "培养证书2022年第99号没有颁发过，未作改动。"
    )
    held = {one.number: one for one in register(scene, "certificate")}
    assert [number for number, one in held.items() if one.revoked] == [2, 7]
    assert (held[2].why, held[7].why, held[56].edition, held[56].whose) == ("重复参加", "遗失", 2, held[7].whose)
    assert len({held[7].token, held[56].token}) == 2
    assert due(scene, "certificate") == []


def test_a_result_corrected_since_makes_a_paper_outdated(played: Played) -> None:
    scene = played(END)
    assert issue(scene.database, YEAR, "certificate", NOW).done
    assert outdated(scene) == []
    best, good, gone = (
        next(one for one in register(scene, "certificate") if one.grade == grade and one.number > after)
        for grade, after in (("优秀", 0), ("合格", 0), ("合格", 20))
    )
    for one, grade in ((best, "合格"), (good, "不合格")):
        result = (one.student, grade)
        said = correct_result(scene.database, YEAR, "year-end", one.city, result, LATER, reason="复核")
        assert said.done, said.message
    renamed(scene, gone.student, name="更正过")
    assert outdated(scene) == sorted(
        [("certificate", best.number, True), ("certificate", good.number, False), ("certificate", gone.number, True)]
    )
    refused = reissue(scene.database, YEAR, ("certificate", good.number), LATER, "x")
    assert refused.message == f"{good.title} 的持有人现在不应持有培养证书，不能补发；请改为作废。"
    assert revoke(scene.database, YEAR, ("certificate", good.number), LATER, "结果更正").done
    assert reissue(scene.database, YEAR, ("certificate", best.number), LATER, "结果更正").done
    assert outdated(scene) == [("certificate", gone.number, True)]
    with scene.database.read() as connection:
        chosen, left = to_print(connection, scene.year, "certificate", None, None)
        asked, none = to_print(connection, scene.year, "certificate", None, gone.number)
    assert (len(chosen), [one.number for one in left]) == (53, [gone.number])
    assert ([one.number for one in asked], none) == ([gone.number], [])
    assert lapsed(scene) == []
    result = (good.student, "合格")
    assert correct_result(scene.database, YEAR, "year-end", good.city, result, LATER, reason="再核").done
    assert lapsed(scene) == [good.number]
    assert reissue(scene.database, YEAR, ("certificate", good.number), LATER, "再核").done
    assert lapsed(scene) == []
    assert [one.grade for one in register(scene, "certificate")[-2:]] == ["合格", "合格"]


def test_nothing_follows_from_results_that_are_judged_again(played: Played) -> None:
    scene = played(END)
    assert issue(scene.database, YEAR, "certificate", NOW).done
    assert rerun(scene.database, YEAR, "year-end", "nanjing", LATER, reason="漏报", until=LATER.as_of.date()).done
    assert outdated(scene) == []


def test_a_mentor_is_appointed_once_for_ever_and_not_before_the_roll_is_approved(played: Played) -> None:
    scene = played(MARKS[0])
    count = len(due(scene, "appointment"))
    assert issue(scene.database, YEAR, "appointment", stamp("2022-01-17T10:00")).done
    assert 0 < count < 42  # Yangzhou's roll is late
    mentor = draft_table(MENTORS)
    with scene.database.write(YEAR) as connection:  # who is on a roll again and said to be new
        row = connection.execute(select(mentor).where(mentor.c.taken, ~mentor.c.returning_mentor)).mappings().first()
        assert row is not None
        taken = select(mentor.c.line).where(mentor.c.city == "wuxi").order_by(mentor.c.line.desc())
        line = (connection.execute(taken).scalars().first() or 0) + 1
        connection.execute(insert(mentor), [dict(row) | {"city": "wuxi", "line": line, "name": "另写的名"}])
    assert due(scene, "appointment") == []


def test_what_was_approved_before_a_city_left_the_year_stands(played: Played) -> None:
    scene = played(MARKS[0])
    assert issue(scene.database, YEAR, "appointment", stamp("2022-01-17T10:00")).done
    assert scene.withdraw("nanjing", "2022-01-17T11:00").done
    assert (outdated(scene), due(scene, "appointment")) == ([], [])


def test_a_glyph_that_is_missing_stops_all_of_them_and_says_whose(played: Played) -> None:
    scene = played(END)
    whose = due(scene, "certificate")[40].student
    renamed(scene, whose, name="王\U0002cb6d")
    with pytest.raises(NoGlyph, match=f"{whose} 王\U0002cb6d的“\U0002cb6d（U\\+2CB6D）”"):
        issue(scene.database, YEAR, "certificate", NOW)
    assert register(scene, "certificate") == []


def test_a_year_that_is_archived_can_still_issue_one_anew(played: Played) -> None:
    scene = played(END)
    assert issue(scene.database, YEAR, "certificate", NOW).done
    assert close_year(scene.database, YEAR, NOW).done
    assert reissue(scene.database, YEAR, ("certificate", 1), LATER, "遗失").done
