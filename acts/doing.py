"""How each act is done: the very act that the command line calls, for the cities of the form one after another."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from acts import amend as amending
from acts import answer as answering
from acts import approve as deciding
from acts import covering, decide_address, settle_letter, year
from acts import extend as extending
from acts import rerun as rerunning
from acts import suppress as suppressing
from acts import waive as waiving
from acts import withdraw as withdrawing
from acts.load import EVALUATION, load_rows
from acts.offices import PROVINCE, set_office
from acts.outcome import Outcome, joined
from calendars.deadlines import day_of
from calendars.errors import TalentError
from models import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from acts.described import Bench, Filled


def _each(bench: Bench, filled: Filled, do: Callable[[str], Outcome]) -> Outcome:
    """Each city on its own: what one of them cannot have done undoes none of the others."""
    outcomes = []
    for city in filled.cities:
        try:
            outcomes.append(do(city))
        except TalentError as error:
            outcomes.append(Outcome("refused", f"{bench.year.city(city).name} 没有办理：{error}"))
    return joined(outcomes)


def approve(bench: Bench, filled: Filled) -> Outcome:
    """Let submitted phases pass."""
    database, year_ = bench.database, bench.year.year
    return _each(bench, filled, lambda city: deciding.approve(database, year_, filled.slug, city, bench.stamp))


def reject(bench: Bench, filled: Filled) -> Outcome:
    """Return submitted phases to their cities."""

    def one(city: str) -> Outcome:
        words = {"reason": filled.reason, "until": filled.until}
        return deciding.reject(bench.database, bench.year.year, filled.slug, city, bench.stamp, **words)  # type: ignore[arg-type]

    return _each(bench, filled, one)


def extend(bench: Bench, filled: Filled) -> Outcome:
    """Give a later due day before the due instant."""
    assert filled.until is not None
    given = (bench.database, bench.year.year, filled.slug, filled.cities, bench.stamp)
    return extending.extend(*given, until=filled.until, reason=filled.reason)


def rerun(bench: Bench, filled: Filled) -> Outcome:
    """Open late, returned or passed phases again."""
    until = filled.until
    assert until is not None

    def one(city: str) -> Outcome:
        given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
        return rerunning.rerun(*given, until=until, reason=filled.reason)

    return _each(bench, filled, one)


def waive(bench: Bench, filled: Filled) -> Outcome:
    """Set an in-principle rule aside."""

    def one(city: str) -> Outcome:
        given = (bench.database, bench.year.year, filled.words["rule"], filled.slug, city, bench.stamp)
        return waiving.waive(*given, reason=filled.reason)

    return _each(bench, filled, one)


def withdraw(bench: Bench, filled: Filled) -> Outcome:
    """Take a city out of the year."""

    def one(city: str) -> Outcome:
        return withdrawing.withdraw(bench.database, bench.year.year, city, bench.stamp, reason=filled.reason)

    return _each(bench, filled, one)


def evaluate(bench: Bench, filled: Filled) -> Outcome:
    """Save the scores and grades of a city's students."""
    (city,) = filled.cities
    return load_rows(bench.database, bench.year.year, EVALUATION, city, {"evaluations": list(filled.rows)}, bench.stamp)


def answer(bench: Bench, filled: Filled) -> Outcome:
    """Answer a city's request for a later day."""
    return answering.answer(
        bench.database,
        bench.year.year,
        filled.number,
        bench.stamp,
        grant=filled.words["answer"] == "granted",
        until=filled.until,
        reason=filled.reason,
    )


def address(bench: Bench, filled: Filled) -> Outcome:
    """Decide between the address in force and one that a city filed."""
    choice = cast("decide_address.Choice", filled.words["choice"])
    given = (bench.database, bench.year.year, filled.number, bench.stamp)
    return decide_address.decide_address(*given, choice=choice, reason=filled.reason, account=bench.account)


def settle(bench: Bench, filled: Filled) -> Outcome:
    """Settle a letter of unknown fate."""
    found = cast("settle_letter.Found", filled.words["found"])
    return settle_letter.settle(bench.database, [filled.number], found, bench.stamp, account=bench.account)


def suppress(bench: Bench, filled: Filled) -> Outcome:
    """Write to an address no more."""
    email = filled.words["email"]
    outcome = suppressing.suppress(bench.database, email, bench.stamp, reason=filled.reason, account=bench.account)
    return _masked(email, outcome)


def unsuppress(bench: Bench, filled: Filled) -> Outcome:
    """Write to an address again."""
    email = filled.words["email"]
    return _masked(email, suppressing.unsuppress(bench.database, email, bench.stamp, account=bench.account))


def _masked(address: str, outcome: Outcome) -> Outcome:
    """Cover the address in what was answered, for that is kept for ever."""
    said = re.sub(re.escape(address.strip()), lambda _: covering.email(address), outcome.message, flags=re.IGNORECASE)
    return replace(outcome, message=said)


def office(bench: Bench, filled: Filled) -> Outcome:
    """Put an office's addresses on file."""
    slug, email, head = filled.words["office"], filled.words.get("email"), filled.words.get("head")
    name = "省级管理办公室" if slug == PROVINCE else bench.year.city(slug).name
    if not (email or head):
        return Outcome("refused", "两个邮箱都没有写，未作改动。")
    return set_office(bench.database, slug, name, email=email, head=head, day=day_of(bench.stamp.as_of))


def amend(bench: Bench, filled: Filled) -> Outcome:
    """Put a checked calendar in the place of the year's."""
    assert filled.calendar is not None
    return amending.amend(bench.database, bench.year.year, filled.calendar, bench.stamp, reason=filled.reason)


def close(bench: Bench, _filled: Filled) -> Outcome:
    """Archive the year."""
    return year.close_year(bench.database, bench.year.year, bench.stamp)


def resume(bench: Bench, _filled: Filled) -> Outcome:
    """Take the machine's clock as it is now as right, so that the post goes on."""
    with bench.database.write() as connection:
        if clock.alarm(connection) is None:
            return Outcome("refused", "投递没有因时钟暂停，未作改动。")
        clock.believe(connection, bench.stamp.at, clock.Ticks.now())
    return Outcome("done", "已确认系统时钟无误，投递恢复。")
