"""One season with every kind of promise and of single decision in it: the sheet at every phase, and a fork of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from acts.answer import answer_question
from acts.arrange import arrange
from acts.ask import ask
from acts.case_notes import add_note
from acts.correct_student import Correction, correct_student
from acts.decline_place import decline_place
from acts.excuse import excuse
from acts.extend import extend
from acts.extend_person import extend_person
from acts.handover import handover
from acts.leave_training import leave_training
from acts.question import question
from acts.replace_mentor import replace_mentor
from acts.retract import retract
from models.case_notes import PROVINCE, NewNote
from models.database import Database
from phases.book import BOOK
from rehearsal.fork import Fork, fork
from season.outcome import Outcome
from tests.rehearsal.test_fork import Living
from tests.support import sheets
from tests.support.scenes import FILED, NANJING, WUXI, YEAR, Scene, calendar, instant, stamp
from tests.support.sheets import Sheets

ROLL, APPLICATION, INTERVIEW, MEETING = "mentor-recommendation", "application", "interview", "meeting"
MIDTERM, YEAR_END = "midterm", "year-end"
END = "2022-12-12T12:00"
Promised = tuple[str, str, str, str, date | None]


def done(said: Outcome) -> None:
    assert said.done, said.message


@dataclass
class Kept:
    """The season as it goes on: what is promised by whoever makes it, against what the sheet says."""

    scene: Scene
    living: Living
    promised: set[Promised] = field(default_factory=set)
    looks: list[tuple[str, set[Promised], set[Promised]]] = field(default_factory=list)

    def look(self, at: str) -> None:
        """Keep what the sheet says, beside the truth."""
        self.living.at(at)
        with self.scene.database.read() as connection:
            found = handover(connection, YEAR, instant(at)).promises
        said: set[Promised] = {(one.kind, one.phase, one.city, one.whom, one.until) for one in found}
        self.looks.append((at, said, set(self.promised)))

    def file(self, phase: str, *cities: str) -> None:
        """Let these cities file a phase in its time."""
        self.living.at(FILED[phase])
        for city in cities:
            done(self.scene.file(phase, city, filled(self.scene, phase, city)))
        self.look(FILED[phase])


def filled(scene: Scene, phase: str, city: str) -> Sheets:
    """What a city files: two mentors, and after the interviews whom the second student's place went to."""
    where, one, _, two, *_ = scene.city(city), *sheets.students(scene.city(city))
    if phase == ROLL:
        return sheets.roll(sheets.mentor(where), sheets.mentor(where, 2))
    trains = {MEETING: sheets.meeting, MIDTERM: sheets.midterm}
    return trains[phase]([one, two]) if phase in trains else scene.sheets(phase, city)


def play(scene: Scene) -> Kept:
    """Play it, with what is promised noted as it is."""
    kept = Kept(scene, Living(scene))
    where, living = (scene.database, YEAR), kept.living
    living.at(FILED[ROLL])
    scene.load(ROLL, WUXI, filled(scene, ROLL, WUXI), FILED[ROLL])
    done(scene.submit(ROLL, WUXI, FILED[ROLL]))
    kept.file(ROLL, NANJING)
    living.at("2022-01-06T10:00")
    done(scene.reject(ROLL, WUXI, "2022-01-06T10:00"))
    done(question(*where, ROLL, WUXI, living.at("2022-01-06T11:00"), about="decision", reason="没有缺"))
    done(extend(*where, ROLL, [WUXI], living.at("2022-01-06T12:00"), until=date(2022, 1, 20), reason="暴雪"))
    kept.promised |= {day := ("day", ROLL, WUXI, "", date(2022, 1, 20))}
    done(answer_question(*where, 1, living.at("2022-01-06T13:00"), changed=True, reason="已经延期"))
    kept.look("2022-01-07T10:00")
    asked = NewNote(APPLICATION, NANJING, "", PROVINCE, "请核对", owner=NANJING, until=date(2022, 1, 14))
    add_note(*where, asked, "one", living.at("2022-01-07T11:00"))
    kept.promised |= {note := ("note", APPLICATION, NANJING, NANJING, date(2022, 1, 14))}
    living.at("2022-01-08T10:00")
    done(scene.submit(ROLL, WUXI, "2022-01-08T10:00"))
    living.at("2022-01-08T11:00")
    done(scene.approve(ROLL, WUXI, "2022-01-08T11:00"))
    kept.promised -= {day}
    kept.look("2022-01-08T12:00")
    later = {"until": date(2022, 1, 25), "reason": "封控"}
    done(ask(*where, APPLICATION, WUXI, living.at("2022-01-09T10:00"), **later))  # type: ignore[arg-type]
    done(retract(*where, APPLICATION, WUXI, living.at("2022-01-09T11:00"), reason="不必了"))
    kept.file(APPLICATION, NANJING, WUXI)
    add_note(
        *where, NewNote(APPLICATION, NANJING, "", NANJING, "对的", answers=1), "two", living.at("2022-01-11T10:00")
    )
    kept.promised -= {note}
    kept.look("2022-01-11T11:00")
    right = Correction(f"{scene.city(NANJING).code}-2022-0003", "name", "周丙")
    living.at("2022-01-20T10:00")
    done(correct_student(*where, NANJING, right, stamp("2022-01-20T10:00"), reason="报错"))
    return trained(kept)


def trained(kept: Kept) -> Kept:
    """Go on with it from the shortlist."""
    scene, living, where = kept.scene, kept.living, (kept.scene.database, YEAR)
    living.at(FILED["shortlist"])
    done(scene.file("shortlist", WUXI))
    living.at("2022-02-09T10:00")
    done(scene.waive("interviews.ratio", INTERVIEW, WUXI, "2022-02-09T10:00"))
    kept.file(INTERVIEW, WUXI)
    first, second, third = (f"{scene.city(WUXI).code}-2022-000{place}" for place in (1, 2, 3))
    gone = living.at("2022-02-14T10:00")
    done(decline_place(*where, WUXI, second, gone, reason="本人放弃", next_one=third))
    held = {"day": date(2022, 2, 23), "begins": "14:30", "place": "江海大学"}
    done(arrange(*where, MEETING, WUXI, living.at("2022-02-22T10:00"), **held))  # type: ignore[arg-type]
    kept.file(MEETING, WUXI)
    ill = {"until": date(2022, 9, 20), "reason": "因病"}
    done(extend_person(*where, MIDTERM, WUXI, first, living.at("2022-07-15T10:00"), **ill))  # type: ignore[arg-type]
    kept.promised |= {person := ("person", MIDTERM, WUXI, first, date(2022, 9, 20))}
    kept.look("2022-07-16T10:00")
    kept.promised -= {person}
    kept.file(MIDTERM, WUXI)
    done(leave_training(*where, WUXI, third, living.at("2022-09-05T10:00"), reason="转学"))
    kept.look("2022-09-05T11:00")
    before, after = ((f"{scene.city(WUXI).name}导师{place}", f"{scene.city(WUXI).name}大学") for place in (1, 2))
    done(replace_mentor(*where, WUXI, before, living.at("2022-10-10T10:00"), successor=after, reason="调离"))
    named = f"{after[0]}（{after[1]}）"
    done(excuse(*where, YEAR_END, WUXI, named, living.at("2022-11-15T10:00"), reason="已调离"))
    kept.promised |= {("excuse", YEAR_END, WUXI, named, None)}
    kept.look("2022-11-16T10:00")
    kept.look(END)
    return kept


@pytest.fixture(scope="module")
def season(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """The season of two cities, one of which goes no further than the application."""
    file = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("season") / "talent.db")
    database = Database(f"sqlite:///{file}", BOOK)
    yield play(Scene.begin(database, calendar(2)))
    database.dispose()


@pytest.fixture(scope="module")
def again(season: Kept) -> Fork:
    return fork(season.scene.database, YEAR, instant(END), {})


def test_the_sheet_has_every_open_promise_and_no_closed_one_at_every_phase(season: Kept) -> None:
    assert [(at, said) for at, said, _ in season.looks] == [(at, truth) for at, _, truth in season.looks]
    assert {kind for _, said, _ in season.looks for kind, *_ in said} == {"day", "note", "person", "excuse"}


def test_single_decisions_are_done_again_and_lead_to_the_same(again: Fork) -> None:
    """Each does what it did.

    A waiver, an excuse, an arrangement, a request taken back, a changed answer; a student's day, name, leave and place;
    a mentor's successor.
    """
    assert (again.left, again.refused, again.cells) == ((), (), ())
    assert (again.written, again.unwritten) == ((), ())
    assert again.before.training == again.after.training
