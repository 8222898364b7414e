"""`talent consent`: guardians' consent, recorded, withdrawn, listed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from commands.options import SEASON, City, Day, SeasonOptions, UsageError, local
from commands.outcomes import report
from commands.output import answer, line, table

if TYPE_CHECKING:
    from models.guardian_consents import KeptConsent, KeptVoid, NewConsent

app = App(name="consent")
Number = Annotated[str, Parameter(name="报名号", help="如 3209-2022-0007")]
On = Annotated[Day, Parameter(name="--day", metavar="日期", help="监护人同意或撤回的日期")]
Relation = Annotated[
    Literal["father", "mother", "other"], Parameter(metavar="关系", help="father 父亲，mother 母亲，other 其他监护人")
]
Way = Annotated[
    Literal["paper", "school", "email", "in-person"],
    Parameter(metavar="方式", help="paper 书面，由市办登记，school 学校收存的书面同意，email 电子邮件，in-person 当面"),
]
Wording = Annotated[str, Parameter(metavar="文本", help="告知书上印的文本编号；own 其他文本（市办、学校自拟的）")]


@app.command(help="登记监护人同意；不登记监护人的姓名和电话")
def record(
    number: Number, /, *, day: On, relation: Relation, way: Way, wording: Wording, season: SeasonOptions = SEASON
) -> int:
    """Record that a guardian consented."""
    from models.guardian_consents import NewConsent

    return _put(season, NewConsent(number, True, day, relation, way, wording))


@app.command(help="登记监护人撤回同意：未满须监护人同意的年龄的，报名表中的“是”从此不作数，重新取得同意的另行登记")
def withdraw(
    number: Number,
    /,
    *,
    day: On,
    relation: Relation,
    way: Way,
    reason: Annotated[str, Parameter(metavar="说明", help="可以不写；不要写姓名、病情和家庭情况")] = "",
    season: SeasonOptions = SEASON,
) -> int:
    """Record that a guardian withdrew."""
    from models.guardian_consents import NewConsent

    return _put(season, NewConsent(number, False, day, relation, way, reason=reason))


@app.command(help="登记有误：登错的一条原样留着，此后不以它为准；监护人确实撤回的，用 withdraw")
def void(
    consent: Annotated[int, Parameter(name="编号", help="talent consent list 里的编号")],
    /,
    *,
    reason: Annotated[str, Parameter(metavar="说明", help="有误之处；不要写姓名、病情和家庭情况")],
    season: SeasonOptions = SEASON,
) -> int:
    """Record that one was recorded in error."""
    from acts.guardian_consents import void_consent
    from models.case_notes import PROVINCE
    from models.guardian_consents import consents

    database, year, stamp = season.acting()
    with database.read() as connection:
        one = next((one for one in consents(connection, year.year) if one.id == consent), None)
    if one is None:
        raise UsageError(f"{year.year} 年度没有 {consent} 号监护人同意。")
    return report(season, year, void_consent(database, year.year, one, reason, stamp, PROVINCE))


def _put(season: SeasonOptions, new: NewConsent) -> int:
    from acts.guardian_consents import put_consent
    from models import directory
    from models.case_notes import PROVINCE

    database, year, stamp = season.acting()
    with database.read() as connection:
        city = directory.whose_student(connection, year.year, new.number)
    if city is None:
        raise UsageError(f"{year.year} 年度没有报名号 {new.number}。")
    token = secrets.token_urlsafe(18)
    return report(season, year, put_consent(database, year.year, city, new, token, stamp, PROVINCE))


@app.command(name="list", help="登记过的同意和撤回，先后为序；以办公室登记的最后一条为准，登记有误的除外")
def list_(*, city: City = None, season: SeasonOptions = SEASON) -> int:
    """Print what is on record of a year."""
    from models.guardian_consents import consents, voids

    database, year, _ = season.viewing()
    place = year.city(city).slug if city else None
    with database.read() as connection:
        found, errors = consents(connection, year.year, city=place), voids(connection, year.year)
    data = [
        {
            "id": one.id, "city": one.city, "student": one.number, "given": one.given, "day": one.day.isoformat(),
            "relation": one.relation or None, "way": one.way, "wording": one.wording or None, "filing": one.filing,
            "by": one.by, "as_of": local(one.as_of).isoformat(), "void": _void(errors.get(one.id)),
        }
        for one in found
    ]  # fmt: skip
    rows = [
        (
            str(one.id),
            year.city(one.city).name,
            one.number,
            "同意" if one.given else "撤回同意",
            one.day.isoformat(),
            _said(one, errors.get(one.id)),
            f"{local(one.as_of):%Y-%m-%d}",
        )
        for one in found
    ]
    shown = table("编号", "城市", "报名号", "同意或撤回", "日期", "说明", "登记", rows=rows)
    answer(season.json, data, lambda console: console.print(shown) if rows else line(console, "没有登记。"))
    return 0


def _void(void: KeptVoid | None) -> dict[str, str] | None:
    if void is None:
        return None
    return {"reason": void.reason, "by": void.by, "as_of": local(void.as_of).isoformat()}


def _said(one: KeptConsent, void: KeptVoid | None) -> str:
    """Say what is on record, and first that it was an error."""
    from dashboard.views.consents import in_error, in_words

    return f"{in_error(void)}：{void.reason}；原登记：{in_words(one)}" if void else in_words(one)
