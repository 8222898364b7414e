"""Which day a party was told, and that nobody goes by an untrue one for longer than until the next working morning."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy import select

import season.correspondence
from acts.amend import amend
from acts.answer import answer
from acts.ask import ask
from acts.beliefs import SeveralParties, UnknownParty, beliefs, party_of, untrue
from acts.correct import correct
from acts.extend import extend
from calendars.deadlines import at_nine, day_of
from models.city_requests import unanswered
from models.columns import table_of
from models.loading import register
from models.tables.pool import Party
from models.tables.season import Letter
from phases.letter_kinds import UNTOLD
from tests.acts.test_machine import CITIES, PHASES, Season, play, template
from tests.support.mailboxes import Mailboxes, believed
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp
from tests.support.years import revision

__all__ = ["template"]

CITY = f"city:{NANJING}"
FIRST = "mentor-recommendation"

SEASONS = int(os.environ.get("TALENT_TEST_SEASONS", "5"))
"""How many random seasons are played, forty steps each."""


def told(scene: Scene, at: str) -> dict[tuple[str, str, str], tuple[date, date | None]]:
    """What Nanjing's office believes at an instant."""
    return {key: days for key, days in believed(scene.database, YEAR, instant(at)).items() if key[0] == CITY}


def test_a_party_knows_what_went_out_and_no_more(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    assert told(scene, "2021-12-31T12:00") == {}
    Mailboxes().post(scene.database, instant("2021-12-31T12:00"))
    old, new = date(2022, 1, 15), date(2022, 1, 25)
    assert told(scene, "2021-12-31T12:00") == {(CITY, FIRST, NANJING): (old, old)}
    scene.extend(FIRST, [NANJING], "2022-01-05T10:00", new)
    assert told(scene, "2022-01-05T10:00") == {(CITY, FIRST, NANJING): (old, new)}
    with scene.database.read() as connection:
        (waits,) = beliefs(connection, YEAR, instant("2022-01-05T10:00"), [CITY])
    assert (waits.true, waits.newer) == (False, "第 14 号函件待发")
    Mailboxes().post(scene.database, instant("2022-01-05T11:00"))
    assert told(scene, "2022-01-05T11:00") == {(CITY, FIRST, NANJING): (new, new)}
    assert told(scene, "2022-01-04T11:00") == {(CITY, FIRST, NANJING): (old, old)}


def test_nobody_goes_by_the_day_of_what_is_held(scene: Scene) -> None:
    """Whatever moves it meanwhile: it was filed, and is judged again by itself."""
    scene.through(FIRST, NANJING)
    Mailboxes().post(scene.database, instant("2022-01-05T11:00"))
    due = date(2022, 1, 20)
    assert told(scene, "2022-01-06T10:00")[CITY, "application", NANJING] == (due, due)
    scene.file("application", NANJING)
    scene.rerun(FIRST, NANJING, "2022-01-11T11:00", date(2022, 1, 28))
    later = scene.extend("application", [NANJING], "2022-01-11T12:00", date(2022, 1, 29))
    assert (later.done, later.changes.letters) == (True, ())
    assert told(scene, "2022-01-11T13:00")[CITY, "application", NANJING] == (due, None)


def test_who_is_meant(scene: Scene) -> None:
    scene.file(FIRST, NANJING)
    with scene.database.read() as connection:
        party = table_of(Party)
        key, kind, name = connection.execute(select(party.c.id, party.c.kind, party.c.name)).first() or (0, "", "")
        asked = (
            "南京",
            "南京市",
            "3201",
            CITY,
            f"head:{NANJING}",
            "lead",
            name,
            f"{kind}:{key}",
            "省办",
            "省级管理办公室",
        )
        assert [party_of(connection, scene.year, one) for one in asked] == [
            CITY, CITY, CITY, CITY, f"head:{NANJING}", "lead", f"{kind}:{key}", f"{kind}:{key}", "province", "province"
        ]  # fmt: skip
        with pytest.raises(UnknownParty, match="没有名为“无名氏”的单位或个人"):
            party_of(connection, scene.year, "无名氏")
    with scene.database.write("every") as connection:
        register(connection, [("school", name, "别处")])
    with scene.database.read() as connection, pytest.raises(SeveralParties, match=f"请写编号：{kind}:{key}、school:"):
        party_of(connection, scene.year, name)


class Believing(Season):
    """Two cities as they please, and the post every working morning: then whoever was told a day knows the true one."""

    template: ClassVar[Path]

    @initialize()
    def open_mailboxes(self) -> None:
        self.mail = Mailboxes()

    @rule(city=CITIES, phase=PHASES)
    def correct(self, city: str, phase: str) -> None:
        given = (self.scene.database, YEAR, phase, city, stamp(self.at))
        self.act(city, lambda **dry: correct(*given, reason="误办", **dry))

    @rule(days=st.integers(0, 9), later=st.integers(0, 40))
    def amend(self, days: int, later: int) -> None:
        """The year's calendar gives parties more time, or less, and for what follows the materials of the year-end."""
        text = re.sub(r"(?m)^party_days = \d+", f"party_days = {days}", self.scene.year.source_text)
        text = text.replace("second_due = 2022-12-31", f"second_due = {date(2022, 12, 31) + timedelta(later)}")
        text = text.replace("province_due = 2022-12-31", "province_due = 2023-03-01")
        revised = revision(text, "2022.toml", self.scene.year)
        amend(self.scene.database, YEAR, revised, stamp(self.at), reason="另行安排")

    @rule(city=CITIES, phase=PHASES, days=st.integers(1, 60))
    def ask(self, city: str, phase: str, days: int) -> None:
        ask(self.scene.database, YEAR, phase, city, stamp(self.at), until=self.day(days), reason="场地停用")

    @rule(grant=st.booleans(), days=st.none() | st.integers(0, 60))
    def answer(self, *, grant: bool, days: int | None) -> None:
        """The province answers the first request that waits, with the day asked for or another."""
        with self.scene.database.read() as connection:
            waiting = [one for one in unanswered(connection, YEAR) if one.kind == "later-day"]
        for one in waiting[:1]:
            until = None if days is None else self.day(days)
            answer(self.scene.database, YEAR, one.id, stamp(self.at), grant=grant, until=until, reason="情况属实")

    @rule(city=CITIES, phase=PHASES, days=st.integers(1, 60))
    def leave_out(self, city: str, phase: str, days: int) -> None:
        """The province gives a day and tells nobody, on record."""
        given = (self.scene.database, YEAR, phase, [city], stamp(self.at))
        self.act(city, lambda **dry: extend(*given, until=self.day(days), reason="暴雪", untold="均已在场", **dry))

    @rule()
    def morning(self) -> None:
        """The next working morning comes: what is owed is written and goes out."""
        days = self.scene.year.working_days
        self.now = max(self.now, at_nine(days.on_or_after(day_of(self.now + timedelta(hours=15)))))
        self.scene.advance(self.at)
        self.mail.post(self.scene.database, self.now)
        self.nobody_is_wrong()

    def nobody_is_wrong(self) -> None:
        """Save for those whom the province left out, each of whom the list of them names, with the reason."""
        found = believed(self.scene.database, YEAR, self.now)
        assert {key for key, days in found.items() if days[1] not in {None, days[0]}} <= self.left_out(second=False)
        for (party, phase, city), (day, holds) in found.items():
            shown = self.mail.days(self.address(party)).get(f"{YEAR}-{phase}-due-{city}@talent-calendar", day)
            assert holds is None or shown == day, (party, phase, city)
        self.nobody_is_wrong_about_what_follows()

    def nobody_is_wrong_about_what_follows(self) -> None:
        """Whoever heard of the second part of the year-end, and goes by it, read the day that holds."""
        found = believed(self.scene.database, YEAR, self.now, second=True)
        assert {key for key, days in found.items() if days[1] not in {None, days[0]}} <= self.left_out(second=True)
        read = {(party, city): self.mail.second_day(self.address(party)) for party, _, city in found}
        assert read == {(party, city): day for (party, _, city), (day, _) in found.items()}
        for (party, phase, city), (day, holds) in found.items():
            shown = self.mail.days(self.address(party)).get(f"{YEAR}-{phase}-second-due-{city}@talent-calendar", day)
            assert holds is None or shown == day, (party, phase, city)

    def left_out(self, *, second: bool) -> set[tuple[str, str, str]]:
        """Give who goes by a day that does not hold because the newer one was left unsaid."""
        with self.scene.database.read() as connection:
            found = untrue(connection, YEAR, self.now)
        return {(one.party, one.phase, one.city) for one in found if one.second is second and UNTOLD in one.newer}

    def address(self, party: str) -> str:
        letter = table_of(Letter)
        with self.scene.database.read() as connection:
            found = select(letter.c.address).where(letter.c.recipient == party).order_by(letter.c.id.desc())
            return str(connection.execute(found.limit(1)).scalar())


class Ending(Believing):
    """The same from the opening of the year-end on, which one city or both have yet to file."""

    @initialize(wuxi=st.integers(6, 7))
    def begin(self, wuxi: int) -> None:
        self.begun(6, wuxi)
        self.now = max(self.now, instant("2022-11-01T09:00"))


@pytest.mark.slow
def test_nobody_believes_an_untrue_day_for_longer_than_a_working_morning(template: Path) -> None:
    play(template, SEASONS, Believing, steps=40)
    play(template, max(SEASONS // 3, 1), Ending, steps=40)


def test_where_a_moved_day_is_told_to_nobody_it_is_found(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without `moved` the machine's own check fails."""
    Believing.template = template
    for tells in (True, False):
        machine = Believing()
        machine.begin(0, 0)
        machine.open_mailboxes()
        machine.morning()
        if not tells:
            monkeypatch.setattr(season.correspondence, "tell_moved", lambda _: None)
        machine.extend(NANJING, FIRST, 40)
        if tells:
            machine.morning()
        else:
            with pytest.raises(AssertionError):
                machine.morning()
        machine.teardown()


def test_whoever_was_left_out_goes_by_the_old_day_and_is_listed(template: Path) -> None:
    Believing.template = template
    machine = Believing()
    machine.begin(0, 0)
    machine.open_mailboxes()
    machine.morning()
    machine.leave_out(NANJING, FIRST, 40)
    machine.morning()
    wrong = {(CITY, FIRST, NANJING)}
    days = believed(machine.scene.database, YEAR, machine.now)
    assert {key for key, (told, holds) in days.items() if told != holds} == machine.left_out(second=False) == wrong
    machine.teardown()
