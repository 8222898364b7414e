"""A rule that a later release brings is not judged by years opened before it, until the province adopts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from acts.act import Bench
from acts.adopt import adopt
from acts.book import ACTS
from acts.doing import previewed
from models import standing
from models.database import Database
from phases.book import BOOK, Book
from tests.support import ledger
from tests.support.newrule import NEW, NEXT, few
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, calendar, stamp

SHORTLIST, AT = "shortlist", "2022-01-26T10:00"


@pytest.fixture
def upgraded(database: Database) -> Iterator[Scene]:
    """A year that this release opened, Nanjing's shortlist passed, run by the next release."""
    Scene.begin(database, calendar(cities=2)).through(SHORTLIST, NANJING)
    later = Database(database.url, NEXT)
    yield Scene(later, calendar(cities=2))
    later.dispose()


def rules(scene: Scene, city: str) -> list[str]:
    return [finding.rule for verdict in scene.why(SHORTLIST, city, AT).verdicts for finding in verdict.findings]


def test_an_opened_year_does_not_judge_by_a_rule_that_came_after_it(upgraded: Scene) -> None:
    assert upgraded.through(SHORTLIST, WUXI)
    assert NEW.id not in rules(upgraded, WUXI)
    with upgraded.database.read() as connection:
        assert standing.opened(connection, YEAR).book.left_out(upgraded.year) == (NEW,)
        before = standing.opened(connection, YEAR, stamp("2022-01-02T10:00").as_of)
    assert NEW.id not in before.book.rules


def test_a_year_that_the_next_release_opens_judges_by_it(database: Database) -> None:
    later = Database(database.url, NEXT)
    scene = Scene.begin(later, calendar(cities=2)).through("application", NANJING)
    assert scene.file(SHORTLIST, NANJING).outcome == "returned"
    assert NEW.id in rules(scene, NANJING)
    later.dispose()


def test_adopting_it_says_first_what_it_finds_in_each_city(upgraded: Scene) -> None:
    upgraded.through("application", WUXI)
    bench = Bench(upgraded.database, upgraded.year, stamp(AT))
    filled = ACTS["adopt"].fill(upgraded.year, {"rule": NEW.id, "reason": "省办决定"})
    before = ledger.everything(upgraded.database)
    shown = previewed(ACTS["adopt"], bench, filled)
    assert ledger.everything(upgraded.database) == before
    assert shown.message == (
        "2022 年度自此按“面试名单人数（八(三)）”核验。\n"
        "南京（已通过）：不符合，面试名单 6 人；请减到 3 人\n"
        "无锡（进行中）：符合，0 人"
    )
    assert adopt(upgraded.database, YEAR, NEW.id, stamp(AT)).message == shown.message
    assert upgraded.states(NANJING)[SHORTLIST] == "passed"
    assert upgraded.file(SHORTLIST, WUXI, at=AT).outcome == "returned"
    assert rules(upgraded, WUXI)[-1] == NEW.id
    assert rules(upgraded, NANJING) == ["shortlist.tested", "shortlist.cut-line"], "what was judged is not judged again"
    again = adopt(upgraded.database, YEAR, NEW.id, stamp("2022-01-27T10:00"))
    assert (again.outcome, again.message) == ("refused", "没有 2022 年度尚未采用的规则“shortlist.few”。")
    with upgraded.database.read() as connection:
        opened = [standing.opened(connection, YEAR, stamp(at).as_of).book for at in ("2022-01-26T09:59", AT)]
    assert [NEW.id in book.rules for book in opened] == [False, True]


def test_before_the_phase_is_open_it_says_that_there_is_no_city_to_judge(database: Database) -> None:
    Scene.begin(database, calendar(cities=2))
    later = Database(database.url, NEXT)
    said = adopt(later, YEAR, NEW.id, stamp("2022-01-05T10:00"), dry_run=True).message
    later.dispose()
    assert said == "2022 年度自此按“面试名单人数（八(三)）”核验。\n现在还没有可以按它核验的市。"


def test_a_mended_rule_of_the_same_id_applies_at_once(database: Database) -> None:
    scene = Scene.begin(database, calendar(cities=2)).through("application", NANJING)
    was = BOOK[SHORTLIST]
    mended = tuple(replace(rule, find=few) if rule.id == "shortlist.cut-line" else rule for rule in was.gate.rules)
    other = replace(was, gate=replace(was.gate, rules=mended))
    later = Database(database.url, Book(other if one is was else one for one in BOOK.phases.values()))
    assert Scene(later, scene.year).file(SHORTLIST, NANJING).outcome == "returned"
    later.dispose()


def test_a_year_of_which_no_rules_are_kept_judges_by_those_of_its_release(released_url: str) -> None:
    later = Database(released_url, NEXT)
    with later.read() as connection:
        opened = standing.opened(connection, YEAR)
    later_ones = ("interviews.places", "interviews.one-child")
    since = {**{rule: BOOK.rules[rule] for rule in later_ones}, NEW.id: NEW}
    assert {rule.id: rule for rule in opened.book.left_out(opened.year)} == since
    assert opened.book.rules.keys() == BOOK.rules.keys() - {*later_ones}
    assert all(adopt(later, YEAR, rule, stamp("2022-02-07T10:00")).done for rule in since)
    with later.read() as connection:
        assert standing.opened(connection, YEAR).book is NEXT
    later.dispose()
