"""The address of a party that cities share: a draft changes nobody's, a filing only what nobody else says."""

from __future__ import annotations

from itertools import permutations

import pytest
from sqlalchemy import select, update

from acts.decide_address import Choice, decide_address
from acts.filed_addresses import DIFFERS
from acts.know_addresses import know_addresses
from acts.suppress import suppress
from models import audit, party_addresses
from models.columns import table_of
from models.database import Database
from models.facts.scope import Scope
from models.parties import Reach, parties_named
from models.tables.pool import StatedAddress
from models.tables.season import Letter
from tests.acts.test_statements import counted
from tests.support import sheets
from tests.support.scenes import NANJING, WUXI, XUZHOU, YEAR, Scene, stamp
from tests.support.shared_addresses import (
    APPLICATION,
    AT,
    DECIDED,
    LATER,
    NEW,
    OLD,
    ROLL,
    address,
    addressees,
    again,
    decide,
    draft,
    file,
    logged,
    roll,
    waiting,
    written,
)

ORDERS = list(permutations((NANJING, WUXI)))


@pytest.mark.parametrize(("first", "second"), ORDERS)
def test_a_draft_redirects_nobodys_letters(scene: Scene, first: str, second: str) -> None:
    drafted = {"name": "共用　导师", "title": "研究员"}
    draft(scene, second, NEW, **drafted)  # he is first registered by a draft, as it spells him
    file(scene, first, OLD)
    draft(scene, second, NEW, LATER, **drafted)
    scene.approve(ROLL, first, LATER)
    scene.advance("2022-01-07T09:00")
    assert address(scene, name="共用导师") == OLD
    assert addressees(scene) == {(first, "共用导师教授")}
    assert {where for where, _ in written(scene).values()} == {OLD}
    assert ("appointment", first) in written(scene)


@pytest.mark.parametrize(("first", "second"), ORDERS)
@pytest.mark.parametrize("choice", ["new", "held"])
def test_the_one_that_is_held_stays_until_the_province_decides(
    scene: Scene, first: str, second: str, choice: Choice
) -> None:
    file(scene, first, OLD)
    said = file(scene, second, NEW, LATER)
    assert (said.done, "由省级管理办公室决定" in said.message) == (True, True)
    for city in (first, second):
        scene.approve(ROLL, city, LATER)
    scene.advance("2022-01-07T09:00")
    assert {where for where, _ in written(scene).values()} == {OLD}
    (one,) = waiting(scene)
    assert (one.city, one.email, one.held, one.held_by, one.dead) == (second, NEW, OLD, (first,), False)

    assert decide(scene, choice).done
    assert waiting(scene) == ()
    assert address(scene) == {"new": NEW, "held": OLD}[choice]
    assert {where for where, _ in written(scene).values()} == {address(scene)}


def test_a_city_that_names_nobody_calls_him_as_a_filing_does_and_never_as_a_draft(scene: Scene) -> None:
    draft(scene, NANJING, NEW, name="共用　导师", title="研究员")

    def called_in_wuxi() -> tuple[str, str]:
        with scene.database.read() as connection:
            reach = Reach(Scope.undated(connection, scene.year, [WUXI]))
            (party,) = [int(key.partition(":")[2]) for key in parties_named(connection, "共用　导师")]
            one = reach.on_file({WUXI: {party: ()}})[WUXI, party]
        return one.name, one.title

    assert called_in_wuxi() == ("共用导师", "")
    file(scene, XUZHOU, OLD)
    assert called_in_wuxi() == ("共用导师", "教授")
    scene.reject(ROLL, XUZHOU, LATER)
    assert called_in_wuxi() == ("共用导师", "")


def test_a_draft_of_two_cities_says_nothing_before_either_files(scene: Scene) -> None:
    draft(scene, NANJING, OLD)
    draft(scene, WUXI, NEW)
    assert (address(scene), waiting(scene)) == ("", ())
    scene.submit(ROLL, WUXI, LATER)
    assert (address(scene), waiting(scene)) == (NEW, ())


def test_a_city_alone_may_change_its_address_by_filing_again(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    draft(scene, WUXI, "draft@unit.example")
    assert again(scene, NANJING, NEW, LATER).done
    assert (address(scene), waiting(scene)) == (NEW, ())
    assert logged(scene, NANJING, "submit")[-1].startswith("更新邮箱：导师 #")


def test_what_waits_goes_to_the_address_that_a_city_alone_changed(scene: Scene) -> None:
    scene.file(ROLL, NANJING, roll(scene, NANJING, OLD), AT)
    letter = table_of(Letter)
    with scene.database.write() as connection:  # of a kind that no rerun takes back
        connection.execute(update(letter).where(letter.c.kind == "appointment").values(kind="withdrawn"))
    scene.rerun(ROLL, NANJING, LATER, stamp("2022-01-12T00:00").as_of.date())
    assert written(scene)["withdrawn", NANJING] == (OLD, "queued")
    file(scene, NANJING, NEW, LATER)
    assert written(scene)["withdrawn", NANJING] == (NEW, "queued")


def test_a_filing_that_the_gate_refuses_changes_no_address(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    scene.reject(ROLL, NANJING, LATER)
    filled = roll(scene, NANJING, NEW)
    scene.load(ROLL, NANJING, {**filled, "team": ()}, LATER)
    assert scene.submit(ROLL, NANJING, LATER).outcome == "returned"
    assert address(scene) == OLD


def test_a_dry_run_of_a_filing_changes_no_address(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    draft(scene, WUXI, NEW, LATER)
    assert scene.submit(ROLL, WUXI, LATER, dry_run=True).done
    assert (address(scene), waiting(scene)) == (OLD, ())


def test_a_mentor_whom_the_city_did_not_take_is_not_its_own(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    rejected = sheets.mentor(scene.city(WUXI), name="共用导师", institution="共用大学", email=NEW, taken=False)
    own = sheets.mentor(scene.city(WUXI))
    scene.load(ROLL, WUXI, sheets.roll(own, rejected), LATER)
    assert scene.submit(ROLL, WUXI, LATER).done
    assert waiting(scene) == ()


def test_an_institution_is_shared_like_a_mentor_and_a_school_is_not(scene: Scene) -> None:
    for city, unit in ((NANJING, OLD), (WUXI, NEW)):
        scene.load(ROLL, city, roll(scene, city, "m@unit.example", unit), AT)
        scene.submit(ROLL, city, AT)
        scene.approve(ROLL, city, AT)
    (one,) = waiting(scene)
    assert (one.recipient.split(":")[0], one.email, one.held) == ("institution", NEW, OLD)
    assert address(scene, "institution", "共用大学") == OLD
    for city in (NANJING, WUXI):
        chosen = {"mentor": "共用导师", "institution": "共用大学", "school": "同名中学"}
        applied = dict(sheets.application([sheets.student(scene.city(city), 1, name=f"{city}学生", **chosen)]))
        applied["schools"] = [row.model_copy(update={"email": f"{city}@school.example"}) for row in applied["schools"]]
        scene.load(APPLICATION, city, applied, LATER)
        assert scene.submit(APPLICATION, city, LATER).done
    assert waiting(scene) == (one,)


def test_the_draft_of_a_school_changes_no_address_before_it_is_filed(scene: Scene) -> None:
    scene.through(APPLICATION, NANJING)
    assert address(scene, "school", "南京一中") == "yz@school.example"
    scene.rerun(APPLICATION, NANJING, "2022-01-12T10:00", stamp("2022-01-20T00:00").as_of.date())
    filled = dict(scene.sheets(APPLICATION, NANJING))
    filled["schools"] = [row.model_copy(update={"email": NEW}) for row in filled["schools"]]
    scene.load(APPLICATION, NANJING, filled, "2022-01-12T11:00")
    assert address(scene, "school", "南京一中") == "yz@school.example"
    scene.submit(APPLICATION, NANJING, "2022-01-12T12:00")
    assert address(scene, "school", "南京一中") == NEW


def test_what_the_province_kept_is_not_asked_again_until_another_is_filed(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    decide(scene, "held", LATER)
    again(scene, WUXI, NEW.upper(), "2022-01-07T10:00")
    assert waiting(scene) == ()
    again(scene, WUXI, "third@unit.example", "2022-01-08T10:00")
    assert [one.email for one in waiting(scene)] == ["third@unit.example"]
    assert address(scene) == OLD


def test_after_a_decision_no_city_changes_it_by_itself(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    decide(scene, "new", LATER)
    assert again(scene, NANJING, OLD, "2022-01-07T10:00").done
    assert (address(scene), waiting(scene)) == (NEW, ())
    again(scene, WUXI, "third@unit.example", "2022-01-08T10:00")
    assert (address(scene), [one.city for one in waiting(scene)]) == (NEW, [WUXI])


def test_a_city_that_no_longer_names_the_mentor_says_nothing_of_him(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    scene.reject(ROLL, WUXI, LATER)
    scene.load(ROLL, WUXI, sheets.roll(sheets.mentor(scene.city(WUXI))), LATER)
    scene.submit(ROLL, WUXI, LATER)
    assert waiting(scene) == ()
    assert again(scene, NANJING, NEW, "2022-01-07T10:00").done
    assert address(scene) == NEW


def test_when_all_say_the_same_nothing_waits(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    again(scene, NANJING, NEW, "2022-01-07T10:00")
    assert (address(scene), waiting(scene)) == (NEW, ())


def test_one_decision_leaves_a_third_opinion_to_be_decided(scene: Scene) -> None:
    for city, email in ((NANJING, OLD), (WUXI, NEW), (XUZHOU, "third@unit.example")):
        file(scene, city, email)
    first, second = waiting(scene)
    decide_address(scene.database, YEAR, first.id, stamp(LATER), choice="new", reason="已核实")
    (left,) = waiting(scene)
    assert (left.id, left.email, left.held, left.held_by) == (
        second.id,
        "third@unit.example",
        NEW,
        (party_addresses.PROVINCE, WUXI),
    )


def test_a_new_address_for_a_dead_one_waits_just_the_same(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    suppress(scene.database, OLD, stamp(AT), reason="退信")
    file(scene, WUXI, NEW, LATER)
    (one,) = waiting(scene)
    assert (one.dead, address(scene)) == (True, OLD)
    scene.approve(ROLL, NANJING, LATER)
    decide(scene, "new")
    assert written(scene)["appointment", NANJING] == (NEW, "queued")


def test_one_that_was_not_taken_waits_again_once_the_one_in_force_is_dead(scene: Scene) -> None:
    """Whoever is told to put it right, and says its good address again, has said something."""
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    decide(scene, "held")
    line = f"共用导师，共用大学，{NEW}"

    def said() -> tuple[str, list[tuple[bool, bool]], int]:
        outcome = know_addresses(scene.database, YEAR, WUXI, stamp("2022-01-13T10:00"), kind="mentor", lines=line)
        with scene.database.read() as connection:
            known = party_addresses.known_by(connection, YEAR, WUXI)
        return outcome.message, [(one.dead, one.waits) for one in known if one.dead or one.waits], len(waiting(scene))

    assert said() == ("无锡 已更正 1 个邮箱。", [], 0)
    suppress(scene.database, OLD, stamp(DECIDED), reason="退信")
    assert said() == (f"无锡 已更正 1 个邮箱{DIFFERS.format(1)}。", [(True, True)], 1)
    digest = next(one.text for one in scene.advance("2022-01-17T09:00").changes.letters if one.kind == "digest")
    assert f"邮箱{OLD}已停止发函（退信），已报来另一个，请决定用哪一个" in digest
    decide(scene, "new", "2022-01-17T10:00")
    assert (address(scene), waiting(scene)) == (NEW, ())


def test_letters_moved_to_an_address_that_is_given_up_are_held(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    scene.approve(ROLL, NANJING, LATER)
    suppress(scene.database, NEW, stamp(LATER), reason="退信")
    decide(scene, "new")
    assert written(scene)["appointment", NANJING] == (NEW, "held")


def test_whoever_reads_the_log_sees_why(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    (one,) = waiting(scene)
    mentor = f"导师 #{one.party}"
    assert logged(scene, WUXI, "submit") == [f"邮箱与现用的不同，待省级管理办公室决定：{mentor}"]
    decide(scene, "new")
    said = f"{mentor}：改用无锡报送的邮箱；已电话核实"
    assert [logged(scene, city, "address") for city in (NANJING, WUXI, XUZHOU)] == [[said], [said], []]
    with scene.database.read() as connection:
        (entry,) = audit.entries(connection, most=5)
    assert (entry.what, entry.subject, entry.city, entry.reason) == ("决定邮箱", one.recipient, WUXI, said)


def test_the_digest_tells_the_province_of_a_difference(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    scene.advance("2022-01-07T09:00")
    letter = table_of(Letter)
    with scene.database.read() as connection:
        found = connection.execute(select(letter.c.subject).where(letter.c.kind == "digest")).scalars().all()
    assert any("待办理3项" in subject for subject in found), found


@pytest.mark.parametrize("again_", [False, True])
def test_a_difference_is_decided_once(scene: Scene, *, again_: bool) -> None:
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    (one,) = waiting(scene)
    if again_:
        again(scene, WUXI, "third@unit.example", "2022-01-07T10:00")
    else:
        decide(scene, "held")
    said = decide_address(scene.database, YEAR, one.id, stamp(DECIDED), choice="new", reason="再来一次")
    assert (said.outcome, address(scene)) == ("refused", OLD)


def test_a_filing_asks_as_much_of_thirteen_cities_as_of_two(scene: Scene, second_database: Database) -> None:
    other = Scene.begin(second_database)
    for place, city in enumerate(scene.year.cities[1:]):
        file(scene, city.slug, f"{place}@unit.example")
    file(other, WUXI, "0@unit.example")
    asked = []
    for one in (scene, other):
        draft(one, NANJING, NEW)
        with counted(one.database) as statements:
            one.submit(ROLL, NANJING, LATER)
        asked.append(len(statements))
    assert asked[0] == asked[1]
    assert len(waiting(scene)) == len(scene.year.cities) - 1


def test_the_table_keeps_one_word_of_an_office(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    again(scene, NANJING, NEW, LATER)
    table = table_of(StatedAddress)
    with scene.database.read() as connection:
        found = connection.execute(select(table.c.office, table.c.email).order_by(table.c.id)).all()
    assert [tuple(row) for row in found if row.email in {OLD, NEW}] == [(NANJING, NEW)]
