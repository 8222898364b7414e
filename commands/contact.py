"""`talent city contact`: the people of an office, who is in charge and who stands in, from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from commands.options import SEASON, Day, SeasonOptions, local
from commands.outcomes import report
from commands.output import answer, table

if TYPE_CHECKING:
    from rich.console import Console

    from calendars.year import Year

app = App(name="contact")

PROVINCE = "province"
Office = Annotated[str, Parameter(name="单位", help="设区市（拼音、中文名或代码），省级管理办公室写 province")]


@app.command(help="登记一名联系人：经办人（main）或代办人（deputy，B 岗）")
def add(
    office: Office,
    /,
    *,
    name: Annotated[str, Parameter(metavar="姓名", help="联系人姓名")],
    part: Annotated[Literal["main", "deputy"], Parameter(help="main 经办人，deputy 代办人（B 岗）")] = "main",
    email: Annotated[str, Parameter(metavar="邮箱", help="在任期间函件发到这里")] = "",
    phone: Annotated[str, Parameter(metavar="电话", help="联系电话")] = "",
    since: Annotated[Day | None, Parameter(help="从哪一天起（含）；不写时即日有效")] = None,
    until: Annotated[Day | None, Parameter(help="到哪一天止（含）；不写时长期有效")] = None,
    season: SeasonOptions = SEASON,
) -> int:
    """Put a person on file."""
    from acts.contacts import add_contact

    database, year, stamp = season.acting(shared=True)
    slug, title = _office(year, office)
    outcome = add_contact(
        database, slug, title, stamp, name=name, part=part, email=email, phone=phone, since=since, until=until
    )
    return report(season, year, outcome)


@app.command(help="结束一名联系人的任期")
def end(
    office: Office,
    number: Annotated[int, Parameter(name="编号", help="编号，见 talent city contact list")],
    /,
    *,
    last: Annotated[Day | None, Parameter(metavar="日期", help="任期的最后一天（含）；不写时为今天")] = None,
    season: SeasonOptions = SEASON,
) -> int:
    """End a person's part; the record stays."""
    from acts.contacts import end_contact

    database, year, stamp = season.acting(shared=True)
    slug, title = _office(year, office)
    day = last or local(stamp.as_of).date()
    return report(season, year, end_contact(database, number, slug, title, stamp, last=day))


@app.command(help="选定一个人急事另告的方式：短信、企业微信或钉钉；mail 只发邮件")
def way(
    office: Office,
    whose: Annotated[
        str,
        Parameter(
            name="谁", help="contact:编号（见 talent city contact list），head 负责同志，或导师、高校、中学的名称、编号"
        ),
    ],
    by: Annotated[
        Literal["mail", "sms", "wecom", "dingtalk"],
        Parameter(name="方式", help="mail 只发邮件，sms 短信，wecom 企业微信群机器人，dingtalk 钉钉群机器人"),
    ],
    /,
    *,
    to: Annotated[str, Parameter(metavar="号码或地址", help="手机号码，或机器人的 Webhook 地址")] = "",
    season: SeasonOptions = SEASON,
) -> int:
    """Choose how somebody is told what is urgent, beside mail."""
    from acts.beliefs import party_of
    from acts.second_ways import choose_way
    from models import contacts

    database, year, stamp = season.acting(shared=True)
    slug, _ = _office(year, office)
    key = contacts.recipients(slug)[1] if whose == "head" else whose
    if not key.startswith(("contact:", "head:")):
        with database.read() as connection:
            key = party_of(connection, year, key)
    return report(season, year, choose_way(database, key, slug, stamp, way=by, address=to))


@app.command(name="list", help="一个单位的联系人，历任也在内")
def list_(office: Office, /, *, season: SeasonOptions = SEASON) -> None:
    """Print an office's contacts, and who is in charge today."""
    from models import contacts

    database, year, stamp = season.viewing()
    slug, _ = _office(year, office)
    with database.read() as connection:
        people = contacts.of(connection, slug)
    charged = contacts.in_charge(people, local(stamp.as_of).date())
    data = [
        {
            "id": person.id,
            "office": person.office,
            "part": person.part,
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "since": person.since.isoformat() if person.since else None,
            "until": person.until.isoformat() if person.until else None,
            "in_charge": person == charged,
        }
        for person in people
    ]
    answer(season.json, data, lambda console: _list(console, data))


def _list(console: Console, data: list[dict[str, str | int | bool | None]]) -> None:
    parts = {"main": "经办人", "deputy": "代办人（B 岗）"}
    rows = [
        (
            str(each["id"]),
            parts[str(each["part"])] + ("（在任）" if each["in_charge"] else ""),
            *(str(each[key] or "—") for key in ("name", "email", "phone", "since", "until")),
        )
        for each in data
    ]
    console.print(table("编号", "职责", "姓名", "邮箱", "电话", "起", "止", rows=rows))


def _office(year: Year, key: str) -> tuple[str, str]:
    """The office and how people call it."""
    if key == PROVINCE:
        return PROVINCE, "省级管理办公室"
    city = year.city(key)
    return city.slug, city.name
