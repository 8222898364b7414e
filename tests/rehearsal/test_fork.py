"""推演: a fork with no change is the season; with one it is the season played that way from the start."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from acts.advance import advance
from acts.amend import amend
from acts.answer import answer, answer_question
from acts.approve import reject
from acts.ask import ask
from acts.case_notes import add_note
from acts.correct import correct
from acts.correct_result import correct_result
from acts.correct_score import NewScore, correct_score
from acts.correct_student import Correction, correct_student
from acts.extend import extend
from acts.guardian_consents import put_consent, void_consent
from acts.move_student import NewHome, move_student
from acts.nobody_applied import nobody_applied
from acts.nudge import nudge
from acts.question import question
from acts.recall import recall
from acts.rejoin import rejoin
from acts.rerun import rerun
from acts.return_mentors import return_mentors
from acts.withdraw import withdraw
from calendars import files
from calendars.year import Year
from models import city_requests, guardian_consents
from models.case_notes import PROVINCE, NewNote
from models.city_requests import Wanted
from models.database import Database
from models.guardian_consents import NewConsent
from models.letterbox import EVERY
from models.recorded_season import RecordedSeason
from models.stamp import Stamp
from phases.book import BOOK
from post.marks import hold_back
from rehearsal import fork as forked
from rehearsal.fork import NoSuchFigure, OnPaper, Unfit, figures, fork, side
from rehearsal.packs import Pack, read_pack
from rehearsal.play import Play, moments
from rehearsal.recorded_events import recorded
from tests.support import ledger, sheets
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import NANJING, WUXI, XUZHOU, YEAR, Scene, instant, stamp
from tests.support.shelf import PACK
from tests.support.years import parse

CITIES = ("changzhou", "nantong", "huaian")
"""One whose applications are returned, one too few came to whose interviews, one that would fund too many."""

UNTIL = "2022-02-19T12:00"
ROLL, MOVED = "mentor-recommendation", "3201-2022-0001"


def calendar(**figures: str) -> Year:
    """The calendar of these cities alone."""
    text = files.load(YEAR).source_text
    table = "".join(re.findall(rf"(?m)^(?:{'|'.join(CITIES)}) = .*\n", text))
    text = re.sub(r"(?s)\[cities\]\n.*?\n\n", lambda _: f"[cities]\n{table}\n", text, count=1)
    for figure, value in figures.items():
        text, found = re.subn(rf"(?m)^{figure} = \S+", f"{figure} = {value}", text, count=1)
        assert found
    return parse(text, "2022.toml")


def played(file: Path, folder: Path, year: Year, until: str = UNTIL) -> Database:
    database = Database(f"sqlite:///{shutil.copy(file, folder / f'{len([*folder.iterdir()])}.db')}", BOOK)
    whole = read_pack(PACK)
    pack = Pack(YEAR, tuple(one for one in whole.events if one.city in CITIES), whole.folder)
    for _ in Play(database, year, pack, instant(until), "省办").steps():
        pass
    return database


@pytest.fixture(scope="module")
def season(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The season of these cities up to the interviews, as it is."""
    database = played(migrated_sqlite, tmp_path_factory.mktemp("season"), calendar())
    yield database
    database.dispose()


def test_with_no_change_it_is_the_season_and_nothing_of_it_stays(season: Database) -> None:
    before = ledger.everything(season)
    found = fork(season, YEAR, instant(UNTIL), {})
    assert (found.left, found.refused, found.changed) == ((), (), ())
    assert (found.cells, found.written, found.unwritten) == ((), (), ())
    assert (found.same, found.post) == (True, {})
    assert found.before.training
    assert len(found.before.letters) > 50
    assert ledger.everything(season) == before


@pytest.mark.parametrize(
    "figures", [{"interview_ratio": "2"}, {"subject_rank": "30", "city_cap": "6", "grace": "1"}], ids=["one", "several"]
)
def test_with_another_figure_it_is_the_season_played_that_way(
    season: Database, migrated_sqlite: Path, tmp_path: Path, figures: dict[str, str]
) -> None:
    found = fork(season, YEAR, instant(UNTIL), figures)
    other = played(migrated_sqlite, tmp_path, calendar(**figures))
    expected = side(other, found.after.standings.year, instant(UNTIL))
    other.dispose()
    assert not found.same
    assert found.after.standings.cities == expected.standings.cities
    assert found.after.training == expected.training
    assert found.after.letters == expected.letters
    assert found.after.totals == expected.totals
    assert {city for _, city in found.post} <= {*CITIES, EVERY}


class Living:
    """A season that is looked after at every instant at which the calendar makes anything owed; its letters leave."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.now = scene, instant("2021-12-30T23:59")

    def at(self, text: str) -> Stamp:
        """Let time come to an instant, and stamp what is done then."""
        due = sorted(one for one in {*moments(self.scene.year, self.now, instant(text)), *ENDS} if one > self.now)
        for one in (one for one in due if one <= instant(text)):
            advance(self.scene.database, YEAR, Stamp("系统", one, one))
            hold_back(self.scene.database, one)
        hold_back(self.scene.database, instant(text))
        self.now = instant(text)
        return stamp(text)


ENDS = [instant(f"2022-01-{day}T00:00") for day in (20, 22, 27)]
"""When the days end that cities are given below."""


def another_years_request(database: Database) -> None:
    """A request of the year after, whose number lies between those of this one."""
    wanted = Wanted("later-day", 1, "封控", date(2023, 1, 20))
    with database.write() as connection:
        city_requests.ask(connection, "another", (YEAR + 1, ROLL, WUXI), wanted, stamp("2022-01-07T10:15"))


@ON_SQLITE
def test_each_kind_of_act_on_record_is_done_again(scene: Scene) -> None:
    """Later days, a rerun, a request and its answer, a recall, no applicants, a city that leaves and comes back."""
    where, living = (scene.database, YEAR), Living(scene)
    living.at("2022-01-05T10:00")
    scene.load(ROLL, WUXI, scene.sheets(ROLL, WUXI), "2022-01-05T10:00")
    scene.submit(ROLL, WUXI, "2022-01-05T10:00")
    recall(*where, ROLL, WUXI, living.at("2022-01-06T10:00"), reason="漏了一名")
    days = {"until": date(2022, 1, 19), "reason": "暴雪"}
    extend(*where, ROLL, [WUXI], living.at("2022-01-06T11:00"), **days, untold="已电话告知")  # type: ignore[arg-type]
    ask(*where, ROLL, XUZHOU, living.at("2022-01-07T10:00"), until=date(2022, 1, 20), reason="封控")
    another_years_request(scene.database)
    ask(*where, ROLL, "suqian", living.at("2022-01-07T10:30"), until=date(2022, 1, 18), reason="封控")
    answer(*where, 1, living.at("2022-01-07T11:00"), grant=True, until=date(2022, 1, 21), reason="同意")
    living.at("2022-01-08T10:00")
    scene.file(ROLL, NANJING, at="2022-01-08T10:00")
    answer(*where, 3, living.at("2022-01-08T11:00"), grant=False, until=None, reason="不同意")
    nobody_applied(*where, NANJING, living.at("2022-01-10T10:00"))
    withdraw(*where, "changzhou", living.at("2022-01-11T10:00"), reason="不再组织")
    rejoin(*where, "changzhou", living.at("2022-01-12T10:00"), reason="再组织")
    nudge(*where, ROLL, "suzhou", living.at("2022-01-17T10:00"), words="请尽快")
    living.at("2022-01-18T10:00")
    scene.submit(ROLL, WUXI, "2022-01-18T10:00")
    reject(*where, ROLL, WUXI, living.at("2022-01-18T11:00"), reason="缺一名", until=None)
    question(*where, ROLL, WUXI, living.at("2022-01-18T12:00"), about="decision", reason="没有缺")
    answer_question(*where, 4, living.at("2022-01-18T13:00"), changed=False, reason="缺的")
    rerun(*where, ROLL, "suzhou", living.at("2022-01-19T10:00"), until=date(2022, 1, 26), reason="系统故障")
    living.at("2022-01-28T12:00")
    found = fork(*where, instant("2022-01-28T12:00"), {})
    assert (found.left, found.refused, found.cells) == ((), (), ())
    assert (found.written, found.unwritten) == ((), ())


@ON_SQLITE
def test_a_figure_that_was_amended_is_no_change_though_the_form_says_it(scene: Scene) -> None:
    scene.load(ROLL, WUXI, scene.sheets(ROLL, WUXI), "2022-01-12T10:00")
    scene.submit(ROLL, WUXI, "2022-01-12T10:00")
    scene.reject(ROLL, WUXI, "2022-01-14T10:00")
    cell = scene.cell(ROLL, WUXI)
    later = parse(scene.year.source_text.replace("grace = 3", "grace = 5"), "2022.toml")
    assert amend(scene.database, YEAR, later, stamp("2022-01-14T11:00"), reason="疫情").done
    form = {name: one.value for name, one in figures(later, BOOK).items()}
    assert (cell.state.value, form["grace"]) == ("returned", "5")
    found = fork(scene.database, YEAR, instant("2022-01-14T12:00"), form)
    assert (found.changed, found.cells, found.left, found.refused) == ((), (), (), ())


@ON_SQLITE
def test_what_moved_a_day_is_done_again_with_what_it_left_unsaid(scene: Scene) -> None:
    """A calendar that was revised, a day put right, each told to nobody; a note, which moves nothing."""
    where, living = (scene.database, YEAR), Living(scene)
    living.at("2022-01-05T10:00")
    extend(*where, ROLL, [WUXI], living.at("2022-01-06T10:00"), until=date(2022, 1, 25), reason="写错")
    correct(*where, ROLL, WUXI, living.at("2022-01-07T10:00"), reason="应是另一市", untold="已电话告知")
    asked = NewNote(ROLL, NANJING, "", PROVINCE, "请核对", owner=NANJING)
    add_note(*where, asked, "one", living.at("2022-01-07T11:00"))
    later = parse(scene.year.source_text.replace("due = 2022-01-15", "due = 2022-01-17", 1), "2022.toml")
    said = amend(*where, later, living.at("2022-01-10T10:00"), reason="疫情", untold="开会说过")
    assert said.changes.transitions
    living.at("2022-01-11T12:00")
    found = fork(*where, instant("2022-01-11T12:00"), {})
    assert (found.left, found.refused, found.cells) == ((), (), ())
    assert (found.written, found.unwritten) == ((), ())


@ON_SQLITE
def test_what_guardians_said_is_recorded_again(scene: Scene) -> None:
    """A child under fourteen whose workbook says 否, and one whose guardian withdrew: the gate goes by the record."""
    first, second = ("3201-2022-0001", "3201-2022-0002")
    said = NewConsent(first, given=True, day=date(2022, 1, 8), relation="mother", way="in-person", wording="own")
    where = (scene.database, YEAR, NANJING)

    def load(at: str) -> None:
        young = {"born": date(2010, 5, 6)}
        one = sheets.student(scene.city(NANJING), 1, **young, guardian_consent=False)
        two = sheets.student(scene.city(NANJING), 2, **young)
        scene.load("application", NANJING, sheets.application([one, two]), at)

    scene.through(ROLL, NANJING)
    load("2022-01-10T10:00")
    assert put_consent(*where, said, "one", stamp("2022-01-10T10:30"), NANJING).done
    assert scene.submit("application", NANJING, "2022-01-10T11:00").done
    back = said._replace(number=second, given=False, day=date(2022, 1, 11), wording="")
    assert put_consent(*where, back, "two", stamp("2022-01-11T10:00"), NANJING).done
    scene.rerun("application", NANJING, "2022-01-12T10:00", date(2022, 1, 20))
    load("2022-01-13T10:00")
    assert scene.submit("application", NANJING, "2022-01-13T11:00").outcome == "returned"
    with scene.database.read() as connection:
        error = guardian_consents.consents(connection, YEAR, number=second)[-1]
    assert void_consent(scene.database, YEAR, error, "登错", stamp("2022-01-13T11:20"), NANJING).done
    assert scene.submit("application", NANJING, "2022-01-13T11:40").done
    found = fork(scene.database, YEAR, instant("2022-01-13T12:00"), {})
    assert (found.left, found.refused, found.cells) == ((), (), ())


@ON_SQLITE
@pytest.mark.parametrize("grade", ["优秀", "合格"])
def test_a_corrected_result_is_read_off_the_log_whether_it_stands_or_not(scene: Scene, grade: str) -> None:
    scene.through("year-end", NANJING)
    number, why = "3201-2022-0001", "复核：维持“原意见”：漏加一项"
    at = stamp("2022-11-22T10:00")
    assert correct_result(scene.database, YEAR, "year-end", NANJING, (number, grade), at, reason=why).done
    with scene.database.read() as connection:
        events, left = recorded(RecordedSeason(connection, YEAR, at.as_of))
    assert (events[-1].do, events[-1].phase, left) == ("correct-result", "year-end", [])
    assert events[-1].options == {"student": number, "grade": grade, "reason": why}


@ON_SQLITE
def test_a_score_put_right_is_read_off_the_log(scene: Scene) -> None:
    scene.through("year-end", NANJING)
    number, why = "3201-2022-0001", "漏加：由 1 更正为 2：一项"
    at, new = stamp("2022-11-22T10:00"), NewScore(number, "综合能力", "90.5")
    assert correct_score(scene.database, YEAR, "year-end", NANJING, new, at, reason=why).done
    with scene.database.read() as connection:
        events, left = recorded(RecordedSeason(connection, YEAR, at.as_of))
    assert (events[-1].do, events[-1].phase, left) == ("correct-score", "year-end", [])
    assert events[-1].options == {"student": number, "column": "综合能力", "score": "90.5", "reason": why}


@ON_SQLITE
def test_single_mentors_are_returned_again_and_a_school_put_right(scene: Scene) -> None:
    where, city = (scene.database, YEAR, NANJING), scene.city(NANJING)
    scene.load(ROLL, NANJING, sheets.roll(sheets.mentor(city), sheets.mentor(city, 2)), "2022-01-05T10:00")
    scene.submit(ROLL, NANJING, "2022-01-05T10:00")
    at, gone = stamp("2022-01-06T10:00"), "南京导师2（南京大学）"
    assert return_mentors(*where, [gone], at, reason="材料待核", passes=True).done
    applied = [sheets.student(city, 1), sheets.student(city, 2, school="南京二中")]
    scene.load("application", NANJING, sheets.application(applied), "2022-01-10T10:00")
    assert scene.submit("application", NANJING, "2022-01-10T10:00").done
    right = Correction(MOVED, "school", "南京二中")
    assert correct_student(*where, right, stamp("2022-01-20T10:00"), reason="报错").done
    found = fork(scene.database, YEAR, instant("2022-01-20T10:00"), {})
    assert (found.left, found.refused) == ((), ())
    assert {pair for pair in found.cells if pair.city == NANJING} == set()


@ON_SQLITE
def test_a_student_moves_again_to_where_he_went(scene: Scene) -> None:
    scene.through("meeting", NANJING).through("meeting", WUXI)
    home, at = NewHome(WUXI, "无锡一中", ("无锡导师1", "无锡大学")), stamp("2022-05-10T10:00")
    assert move_student(scene.database, YEAR, NANJING, MOVED, home, at, reason="随家庭迁居").done
    found = fork(scene.database, YEAR, at.as_of, {})
    assert (found.left, found.refused, found.after.training) == ((), (), found.before.training)
    assert (WUXI, MOVED) in found.after.training


def test_a_past_instant_is_played_twice_and_what_is_not_on_record_is_counted(scene: Scene) -> None:
    scene.through(ROLL, NANJING)
    scene.advance("2022-01-17T09:00")
    with scene.database.write(YEAR) as connection:
        connection.exec_driver_sql("DELETE FROM filed_row")
    found = fork(scene.database, YEAR, instant("2022-01-10T12:00"), {})
    assert [(one.city, one.event.value) for one in found.left] == [(NANJING, "load")]
    assert found.same


def test_what_is_no_figure_or_no_value_of_one_is_refused_in_the_words_of_the_form(season: Database) -> None:
    with pytest.raises(NoSuchFigure, match="interview_ratio"):
        fork(season, YEAR, instant(UNTIL), {"ratio": "2"})
    with pytest.raises(Unfit, match="面试人数与入选人数之比不少于"):
        fork(season, YEAR, instant(UNTIL), {"interview_ratio": "many"})


def test_the_copy_is_its_owners_alone_and_goes_whatever_happens(
    season: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Path, int, int]] = []

    def looked(_: Database, copy: Database, *__: object) -> None:
        assert copy.file is not None
        seen.append((copy.file, copy.file.stat().st_mode & 0o777, copy.file.parent.stat().st_mode & 0o777))
        raise OnPaper(year=YEAR)

    monkeypatch.setattr(forked, "_played", looked)
    with pytest.raises(OnPaper):
        fork(season, YEAR, instant(UNTIL), {})
    ((file, mode, folder),) = seen
    assert (oct(mode), oct(folder), file.parent.exists()) == ("0o600", "0o700", False)
