"""Year files of another version than today's: an older one is brought to it, a newer one says that we are too old."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable

import pytest

from calendars import files, versions
from calendars.drafts import draft
from calendars.faults import CalendarFaults, Fault
from calendars.files import load, shipped, stored
from calendars.findings import check
from calendars.phase_terms import PhaseTerms
from calendars.versions import TooNew, stating
from calendars.year import Year
from phases.book import BOOK
from tests.support import nextrelease, released
from tests.support.years import PHASES, parse, revision

NEW = load(2022).source_text
OLD = re.sub(r"(?m)^version = .*\n", "", NEW)


def without_text(year: Year) -> Year:
    return year.model_copy(update={"source_text": ""})


def test_the_file_of_the_release_before_says_no_version_and_means_the_same() -> None:
    assert OLD != NEW
    assert without_text(stored(OLD, "库里")) == without_text(parse(OLD, "文件")) == without_text(load(2022))


@pytest.mark.parametrize("year", shipped())
def test_what_we_write_says_today_s_version(year: int) -> None:
    today = f"version = {versions.current()}"
    assert today in load(year).source_text
    assert today in draft(load(year), year + 1)[0]


def test_each_version_that_says_something_otherwise_has_its_function_to_the_next() -> None:
    assert {1, 2} <= set(versions.UPGRADES) <= set(range(1, versions.current()))


def test_version_2_asked_three_for_summaries_and_stated_weights_that_nothing_reckoned_by() -> None:
    said = re.sub(r"(?m)^(score_weights|excellent_from|qualified_from) = .*\n", "", NEW)
    said = said.replace("version = 3", "version = 2", 1)
    said = re.sub(r"(?m)^summaries_owed = .*$", "weights = [1, 1, 1, 1, 1]", said)
    year, today = stored(said, "库里"), load(2022)
    unsaid = {"score_weights": (), "excellent_from": 0, "qualified_from": 0}
    assumed = {f"figures.{name}": value for name, value in unsaid.items()}
    assert year.assumed == assumed | {"figures.summaries_owed": ("市级", "导师", "中学")}
    before = today.model_copy(update={"figures": today.figures.model_copy(update=unsaid)})
    assert year.model_copy(update={"assumed": {}, "source_text": ""}) == without_text(before)
    with pytest.raises(CalendarFaults) as refused:
        stored(said.replace("version = 2", "version = 3", 1), "库里")
    missing = {"summaries_owed", "weights", *unsaid}
    assert {fault.key for fault in refused.value.faults} == {f"figures.{name}" for name in missing}


@pytest.mark.parametrize("read", [parse, stored])
def test_a_newer_version_is_refused_in_one_sentence(read: Callable[[str, str], Year]) -> None:
    ahead = versions.current() + 1
    with pytest.raises(TooNew) as refused:
        read(NEW.replace(f"version = {versions.current()}", f"version = {ahead}"), "2022 年度日历")
    said = f"2022 年度日历是第 {ahead} 版的格式，本程序只认到第 {ahead - 1} 版：程序比写下它的旧，请先升级程序。"
    assert str(refused.value) == str(pickle.loads(pickle.dumps(refused.value))) == said
    assert refused.value.faults == (
        Fault("2022 年度日历", "version", f"是第 {ahead} 版的格式", f"本程序只认到第 {ahead - 1} 版，请先升级程序"),
    )


@pytest.mark.parametrize("wrong", ['"2"', "0", "true", "2.0", "2022-01-01"])
def test_what_is_no_version_is_a_fault(wrong: str) -> None:
    with pytest.raises(CalendarFaults) as refused:
        parse(NEW.replace(f"version = {versions.current()}", f"version = {wrong}"), "2022.toml")
    assert [fault.key for fault in refused.value.faults] == ["version"]


def test_the_next_release_reads_what_this_one_and_the_one_before_keep() -> None:
    with nextrelease.installed():
        for text in (OLD, NEW, released.calendar(1)):
            year = stored(text, "库里")
            assert year.figures.model_dump()["spare_days"] == nextrelease.SPARE_DAYS
            assert tuple(phase.slug for phase in year.phases) == PHASES
            assert year.assumed["figures.spare_days"] == nextrelease.SPARE_DAYS


def test_a_figure_more_is_its_field_and_its_line_in_the_files() -> None:
    """The recipe of `docs/carrying-on.md`: the field is that of the next release, the line is here."""
    with nextrelease.installed():
        raised = NEW.replace(f"version = {versions.current() - 1}", f"version = {versions.current()}", 1)
        text = raised.replace("grace = 3", "spare_days = 5  # 个工作日 [本地约定]\ngrace = 3", 1)
        year = parse(text, "2022.toml")
        assert (year.figures.model_dump()["spare_days"], dict(year.assumed)) == (5, {})
        assert "spare_days = 5  # 个工作日：备用的时间" in draft(year, 2023)[0]
        for wrong, key in (
            (raised, "figures"),
            (text.replace("spare_days = 5", "spare_days = -1"), "figures.spare_days"),
        ):
            with pytest.raises(CalendarFaults) as refused:
                parse(wrong, "2022.toml")
            assert [fault.key for fault in refused.value.faults if fault.key.startswith(key)]


def test_one_that_forgot_its_upgrade_does_not() -> None:
    """The control: without the line that says what the figure means to older years, none of them is read."""
    with nextrelease.installed(upgrading=False), pytest.raises(CalendarFaults) as refused:
        stored(OLD, "库里")
    assert [fault.key for fault in refused.value.faults] == ["figures.spare_days"]


def test_what_older_files_did_not_know_is_told_to_whoever_checks_one() -> None:
    with nextrelease.installed():
        told = [one for one in check(stored(OLD, "库里")) if one.key == "figures.spare_days"]
    assert [(one.reason, one.mend) for one in told] == [
        ("文件是旧版格式，没有这一项，现按 3 执行", "请核对；要改用别的值，在文件里写明")
    ]
    assert not [one for one in check(load(2022)) if "旧版" in one.reason]


def test_a_figure_that_the_file_states_itself_stands() -> None:
    raw = {"figures": {"grace": 5}}
    assert stating(raw, {"figures.grace": 3, "figures.visits": 10}) == {"figures": {"grace": 5, "visits": 10}}
    assert stating(raw, {"phases.year-end.second_due": 1}) == raw, "a section that is not there is a fault of its own"
    assert raw == {"figures": {"grace": 5}}


def test_a_new_file_states_the_new_phase_and_a_revision_those_that_the_year_was_opened_with() -> None:
    with nextrelease.installed():
        with pytest.raises(CalendarFaults) as refused:
            files.parse(OLD, "2022.toml", {**BOOK.terms, "tracking": PhaseTerms("year-end")})
        assert [fault.key for fault in refused.value.faults] == ["phases.tracking"]
        opened, revised = stored(OLD, "库里"), OLD.replace("due = 2022-08-31", "due = 2022-09-02")
        assert str(revision(revised, "日历", opened).phase("midterm").due) == "2022-09-02"


def test_what_was_kept_is_not_checked_by_rules_that_came_later() -> None:
    """A check that a later release makes of new files must not shut a year that was opened before."""
    odd = NEW.replace("due = 2022-08-31", "due = 2022-06-30")
    with pytest.raises(CalendarFaults):
        parse(odd, "2022.toml")
    assert str(stored(odd, "库里").phase("midterm").due) == "2022-06-30"
