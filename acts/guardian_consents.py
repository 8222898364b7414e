"""An office puts a guardian's consent, or its withdrawal, on record (decision 69); and what guardians are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendars.deadlines import day_of
from forms.cells import BadCellError, prose
from gates.states import Event
from letters.consent_wording import Asked, ConsentText, Whom, consent_text
from models import addresses, audit, contacts, guardian_consents, personal_changes
from models.case_notes import PROVINCE
from models.facts.scope import Scope
from models.guardian_consents import OWN, RELATIONS, SHOWN, WAYS
from phases.application import PHASE as APPLICATION
from season.outcome import Outcome
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from calendars.year import Year
    from models.database import Database
    from models.guardian_consents import KeptConsent, NewConsent
    from models.stamp import Stamp
    from phases.book import Book
    from season.unit_of_work import Season

LONGEST = 100
"""Characters of why it is withdrawn, which nobody has to say."""


def printed(
    connection: Connection, book: Book, year: Year, day: date, *, in_charge: str = "", place: str = ""
) -> ConsentText:
    """Give what guardians are shown on a day: the wording of the year, and what the office says of itself then."""
    on_file, people = addresses.on_file(connection), contacts.of(connection, PROVINCE)
    contact = contacts.points(on_file, people, day, year.contact)[PROVINCE]
    return wording(book, year, Whom(contact, in_charge, place))


def wording(book: Book, year: Year, whom: Whom | None = None) -> ConsentText:
    """Word the paper by the columns and figures of the year: its digest is the same whoever is to be asked."""
    sheets = [
        (sheet.name, tuple(column.label for column in sheet.columns))
        for phase in year.phases
        for form in book.forms_of(phase)
        for sheet in form.asked(year).sheets
        if "number" in sheet.fields
    ]
    figures = year.figures
    return consent_text(Asked(year.year, figures.consent_age, figures.people_months, sheets), whom)


def put_consent(
    database: Database, year: int, city: str, new: NewConsent, token: str, stamp: Stamp, office: str
) -> Outcome:
    """Record that a guardian consented, or withdrew; for ever as it is, the newest decides.

    `wording` of what is new is the number on the paper that was signed, or "own" for another paper; that of today is
    kept whole. The log of the city's applications names the student's number and that of the record. `refused` where
    it is nobody of that city, or does not fit.
    """
    with sitting(database, year, stamp, [city]) as season:
        cell = season.cells[APPLICATION.slug, city]
        season.not_backdated(cell)
        title = season.title(cell.phase, city)
        student = personal_changes.student(season.connection, year, city, new.number)
        if why := _unfit(season, student, new):
            return Outcome("refused", f"{title}：{why}。")
        reason = "" if new.given else prose(new.reason, LONGEST)
        named = _kept(season, new.wording) if new.given else ""
        new = new._replace(reason=reason, wording=named, born=student["born"] if student else new.born)
        kept = guardian_consents.add(season.connection, token, year, city, new, stamp, office)
        what = "登记监护人同意" if new.given else "登记监护人撤回同意"
        season.note(cell, Event.CONSENT, f"{new.number} {what}（{guardian_consents.in_log(kept)}）")
        if office == PROVINCE:
            _audited(season, what, kept)
        then = "" if new.given else _then(season, city, new.number)
    return season.answered(Outcome("done", f"{title}：{new.number} 已{what}（{kept.id} 号）。{then}"))


def may_void(one: KeptConsent, office: str) -> bool:
    """Tell whether an office may say of one that it was recorded in error: its own, the province of each."""
    return one.filing is None and office in {PROVINCE, one.office}


def void_consent(database: Database, year: int, one: KeptConsent, reason: str, stamp: Stamp, office: str) -> Outcome:
    """Put on record that one was recorded in error: it stays as it is, and counts no more; what was before it does.

    `refused` where a filing recorded it, or another office, where no reason is given, and the second time.
    """
    with sitting(database, year, stamp, [one.city]) as season:
        cell = season.cells[APPLICATION.slug, one.city]
        season.not_backdated(cell)
        title = season.title(cell.phase, one.city)
        if why := _not_voided(season, one, reason, office):
            return Outcome("refused", f"{title}：{why}。")
        kept = guardian_consents.add_void(season.connection, year, one, prose(reason, LONGEST), stamp)
        what = f"第 {one.id} 号登记有误"
        season.note(cell, Event.CONSENT_VOID, f"{one.number} {what}（{guardian_consents.in_log(kept)}）")
        if office == PROVINCE:
            _audited(season, what, one)
        then = _then(season, one.city, one.number)
    return season.answered(Outcome("done", f"{title}：{one.number} 已登记：{what}，此后不以它为准。{then}"))


def _not_voided(season: Season, one: KeptConsent, reason: str, office: str) -> str:
    """Say why one is not to be recorded as an error; "" where it is."""
    if one.filing is not None:
        return f"{one.id} 号是据报送的报名表登记的；请改正报名表后重新报送"
    if not may_void(one, office):
        return f"{one.id} 号不是本单位登记的；请登记的办公室或省级管理办公室办理"
    if one.id in guardian_consents.voids(season.connection, season.year.year):
        return f"{one.id} 号已登记为有误，不必重复登记"
    try:
        return "" if prose(reason, LONGEST) else "请写明有误之处"
    except BadCellError as error:
        return f"说明{error.wrong}，请改正"


def _audited(season: Season, what: str, one: KeptConsent) -> None:
    """Put on record what the province did about a city's student."""
    subject, stamp = f"student/{season.year.year}/{one.number}", season.stamp
    audit.record(season.connection, stamp, what, subject, account=stamp.account, city=one.city)


def _unfit(season: Season, student: Mapping[str, Any] | None, new: NewConsent) -> str:
    """Say what is wrong with what was written; "" where nothing is."""
    if student is None:
        return "该市没有这个报名号；请核对"
    if new.relation not in RELATIONS or new.way not in WAYS:
        return "请选择与学生的关系和方式"
    if new.given and _named(season, new.wording) is None:
        return f"没有编号为“{new.wording}”的告知书；请照纸上印的文本编号填写，其他文本不填"
    try:
        prose(new.reason, LONGEST)
    except BadCellError as error:
        return f"说明{error.wrong}，请改正"
    return _untimely(season, new, student["born"])


def _untimely(season: Season, new: NewConsent, born: date) -> str:
    """Say what is wrong with its day, as the student's and as what is on record have it; "" where nothing is."""
    if new.day > day_of(season.arrived):
        return f"日期 {new.day} 还没有到，请核对"
    if new.day < born:
        return f"日期 {new.day} 早于学生的出生日期，请核对"
    errors = guardian_consents.voids(season.connection, season.year.year)
    found = guardian_consents.consents(season.connection, season.year.year, number=new.number)
    on_record = [one for one in found if one.id not in errors]
    if not new.given and on_record and not on_record[-1].given:
        return f"{on_record[-1].id} 号已登记撤回同意，不必重复登记"
    back = max((one for one in on_record if not one.given), key=lambda one: one.day, default=None)
    if new.given and back and new.day < back.day:
        return f"{back.id} 号已登记 {back.day} 撤回同意，早于这一天的同意不再作数；请登记撤回之后重新取得的同意"
    return ""


def _named(season: Season, number: str) -> str | None:
    """Give what names the wording with that number on it: today's, or one kept before; None where none has it."""
    if number == OWN:
        return OWN
    known = (wording(season.book, season.year).digest, *guardian_consents.wordings(season.connection))
    return next((one for one in known if len(number) >= SHOWN and one.startswith(number.lower())), None)


def _kept(season: Season, number: str) -> str:
    """Give what names the wording, kept whole where it is today's."""
    named, shown = _named(season, number) or OWN, wording(season.book, season.year)
    if named == shown.digest:
        guardian_consents.keep_wording(season.connection, named, shown.text, season.stamp)
    return named


def _then(season: Season, city: str, number: str) -> str:
    """Say what is to be done about whoever is still in, as 待办 has it; "" where he is not."""
    still_in = guardian_consents.open_withdrawals(Scope.undated(season.connection, season.year, [city]))
    one = next((one for one in still_in if one.number == number), None)
    if one is None:
        return ""
    if one.trained:
        return "该生在培，请由省级管理办公室办理“学生退出培养”；重新取得同意的，另行登记。"
    return (
        f"该生仍在名单中：不再参加的，市级审核填“不通过”后报送；重新取得同意的，另行登记。"
        f"未满{season.year.figures.consent_age}周岁的，报名表中的“是”不再作数。"
    )
