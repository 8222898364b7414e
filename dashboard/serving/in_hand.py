"""What needs the province's hand, kind by kind: the row above the matrix, and the number in the menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from gates.states import State
from models import awards, case_notes, city_requests, letter_marks, party_addresses, prepared_acts, short_messages
from models.addresses import on_file
from models.case_notes import PROVINCE
from models.facts.scope import Scope
from models.guardian_consents import open_withdrawals
from models.likely_children import likely_children
from models.loading import emptied_drafts
from models.reports import matrix
from models.suppression import unclear
from models.waiting import waiting
from season.outdated_results import outdated_results_at
from season.still_due import still_due_at

if TYPE_CHECKING:
    from fastapi import Request
    from sqlalchemy import Connection

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from models.city_requests import CityRequest
    from models.reports import Matrix

SOON = 3
"""Working days before its due day from which a filing that is not there yet is worth a look."""


@dataclass(frozen=True, slots=True)
class Hand:
    """A kind of thing that needs a hand: how many there are, what is done about them next, and on which page."""

    what: str
    count: int
    unit: str
    then: str
    page: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Hands:
    """All that needs a hand at an instant, with what it was found in: the matrix, and the requests nobody answered."""

    matrix: Matrix
    requests: tuple[CityRequest, ...]
    row: tuple[Hand, ...]

    @property
    def count(self) -> int:
        """How many there are, but for what only comes soon."""
        return sum(one.count for one in self.row if one.page.startswith("/tasks"))


def hands(connection: Connection, look: Looking) -> Hands:
    """Give what needs a hand in a year at an instant; a kind of which there is nothing is left out."""
    year, at = look.opened.year.year, look.as_of
    found = matrix(connection, year, at)
    asked = city_requests.unanswered(connection, year, at)
    alarms, (kept, _) = found.alarms, letter_marks.kept(connection, year, at)
    unsettled = short_messages.to_settle(connection, year, at)
    stuck = sum(alarms.letters.values()) + len(alarms.suppressed) + kept + len(unsettled)
    differing = len(party_addresses.differences(connection, year, at))
    alike = sum(one.same is None for one in likely_children(Scope.undated(connection, look.opened.year)))
    row = (
        Hand("逾期", len(list(waiting(found, province=False))), "项", "催办或重新开放", "/tasks#late", alarm=True),
        Hand("待审定、备案或评价", len(list(waiting(found, province=True))), "项", "去办理", "/tasks#awaiting"),
        Hand("待签批", len(prepared_acts.unsigned(connection, year, at)), "件", "去签批", "/tasks#unsigned"),
        Hand("申请和异议", len(asked), "件", "去答复", "/tasks#asked"),
        Hand(
            "待回复的留言", len(case_notes.unanswered(connection, year, PROVINCE, at)), "条", "去回复", "/tasks#notes"
        ),
        Hand("邮箱不一致", differing, "处", "去决定", "/tasks#differing"),
        Hand("疑似同一人", alike, "组", "去核实", "/tasks#likely"),
        Hand("撤回同意后仍在名单中", _withdrawn(connection, look), "人", "去办理", "/tasks#consents"),
        Hand("个人延期未交齐", _still_due(connection, look), "人", "看名单", "/tasks#later"),
        Hand("公布后有变化的结果", _outdated(connection, found, look), "处", "去核对", "/tasks#outdated"),
        Hand("颁发后有变化的聘书、证书", _awards(connection, look), "份", "去补发或作废", "/tasks#papers"),
        Hand("函件待处理", stuck, "件", "去处理", "/tasks#letters", alarm=True),
        Hand("退信待核对", 0 if look.past else len(unclear(connection)), "件", "去核对", "/tasks#returned"),
        Hand(
            "清空的联系方式",
            0 if look.past else len(emptied_drafts(connection, year)),
            "份",
            "看名单",
            "/tasks#emptied",
        ),
        Hand("没有登记邮箱的市", _without(connection, look), "个", "去登记", "/tasks#without"),
        Hand(f"{SOON} 个工作日内到期", len(due_soon(found)), "项", "看是哪些市", "?only=soon"),
    )
    return Hands(found, tuple(asked), tuple(one for one in row if one.count))


def _withdrawn(connection: Connection, look: Looking) -> int:
    """How many are still in whose guardian withdrew: who is in is known of now alone."""
    scope = Scope.undated(connection, look.opened.year)
    return 0 if look.past or look.opened.closed_as_of else len(open_withdrawals(scope))


def _still_due(connection: Connection, look: Looking) -> int:
    """How many have a day of their own and are not complete: what they handed in is known of now alone."""
    return 0 if look.past else len(still_due_at(connection, look.opened.year.year, look.as_of))


def _outdated(connection: Connection, found: Matrix, look: Looking) -> int:
    """How many city phases have results that stood on something else: nothing is judged where none are published."""
    published = any(
        one.state is State.PASSED and found.year.phase(one.phase).province == "results"
        for line in found.cities.values()
        for one in line
    )
    return 0 if look.past or not published else len(outdated_results_at(connection, found.year.year, found.as_of))


def _awards(connection: Connection, look: Looking) -> int:
    """How many papers say what is so no longer; what is to be issued waits for no day."""
    return 0 if look.past else len(awards.outdated(connection, look.opened.year))


def _without(connection: Connection, look: Looking) -> int:
    """How many cities have no mailbox, of which now alone is known; a rehearsal has specimens instead."""
    if look.past or look.opened.rehearsal:
        return 0
    held = on_file(connection)
    return sum(city.slug not in held or not held[city.slug].email for city in look.opened.year.cities)


def due_soon(found: Matrix) -> list[str]:
    """Give the city of each filing that is not there yet and due within a few working days."""
    today, left = day_of(found.as_of), found.year.working_days.left
    return [
        city
        for city, line in found.cities.items()
        for one in line
        if one.state in {State.OPEN, State.RETURNED} and left(today, one.due.day) <= SOON
    ]


def hands_now(request: Request, look: Looking) -> int:
    """Give the number in the menu, on a page that has not read what needs a hand for itself."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        return site.known_answers.answer(connection, look, "hands", lambda: hands(connection, look).count)
