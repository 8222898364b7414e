"""`talent user`: who may sign in to the window. A password is never typed here: its owner chooses it by a link."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from calendars.deadlines import TZ
from commands.options import PLAIN, Db, Plain, database_at, environment
from commands.output import answer, line, table

if TYPE_CHECKING:
    from rich.console import Console

    from acts.accounts import Invited
    from models.database import Database
    from models.stamp import Stamp
    from season.outcome import Outcome

app = App(name="user")

Name = Annotated[str, Parameter(name="用户名", help="登录用的名字：小写字母、数字、点、横线")]
City = Annotated[
    str | None, Parameter(name="--city", metavar="城市", help="市办账号属于哪个设区市：拼音、中文名或行政区划代码")
]


@app.command(help="新建账号，给出一次性登录链接（24 小时内有效）")
def add(
    name: Name,
    /,
    *,
    role: Annotated[
        Literal["admin", "viewer", "city"], Parameter(help="admin 省办办理，viewer 省办查看，city 市办", metavar="角色")
    ],
    city: City = None,
    shown: Annotated[str | None, Parameter(metavar="姓名", help="页面和记录上显示的姓名；不写时同用户名")] = None,
    db: Db = None,
    plain: Plain = PLAIN,
) -> int:
    """Make an account and print the link by which its owner chooses a password."""
    from acts import accounts
    from models.standing import newest_calendar

    database = _database(db)
    if database.absent:
        from models import migrate

        migrate.upgrade(database)
    slug = None
    if city is not None:
        with database.read() as connection:
            slug = newest_calendar(connection).city(city).slug
    token = accounts.fresh_token()
    return _invited(
        plain,
        accounts.add(database, _stamp(plain), name, role=role, city=slug, shown=shown or name, token=token, by=None),
    )


@app.command(help="作废原来的密码与动态口令，给出新的一次性登录链接")
def reset(name: Name, /, *, db: Db = None, plain: Plain = PLAIN) -> int:
    """Take an account's password back and print a new link."""
    from acts import accounts

    token = accounts.fresh_token()
    return _invited(plain, accounts.reset(_database(db), _stamp(plain), name, token=token, by=None))


@app.command(help="停用账号：立即退出，不能再登录；记录保留")
def disable(
    name: Name,
    /,
    *,
    reason: Annotated[str, Parameter(metavar="事由", help="事由，记录在案")] = "",
    db: Db = None,
    plain: Plain = PLAIN,
) -> int:
    """Shut an account."""
    from acts import accounts

    return _said(plain, accounts.disable(_database(db), _stamp(plain), name, by=None, reason=reason))


@app.command(help="启用停用过的账号")
def enable(name: Name, /, *, db: Db = None, plain: Plain = PLAIN) -> int:
    """Open an account again."""
    from acts import accounts

    return _said(plain, accounts.enable(_database(db), _stamp(plain), name, by=None))


@app.command(name="list", help="账号清单")
def list_(*, db: Db = None, plain: Plain = PLAIN) -> None:
    """Print the accounts."""
    from models.accounts import everybody

    with _database(db).read() as connection:
        found = everybody(connection)
    data = [
        {
            "name": row.name,
            "shown": row.shown,
            "role": row.role,
            "city": row.city,
            "state": _state(row),
            "totp": row.totp is not None,
            "made_by": row.made_by,
            "made_at": row.made_at.isoformat(),
        }
        for row in found
    ]
    answer(plain.json, data, lambda console: _list(console, data))


STATES = {"disabled": "已停用", "invited": "等待设定密码", "active": "可以登录"}


def _state(row: Any) -> str:  # noqa: ANN401 - a row of accounts
    if row.disabled_at is not None:
        return "disabled"
    return "active" if row.password else "invited"


def _list(console: Console, data: list[dict[str, Any]]) -> None:
    from acts.accounts import ROLES

    rows = [
        [each["name"], each["shown"], ROLES[each["role"]], each["city"] or "（省级）", STATES[each["state"]]]
        for each in data
    ]
    console.print(table("用户名", "姓名", "角色", "设区市", "情况", rows=rows))


def _database(db: str | None) -> Database:
    return database_at(db or environment().database.url)


def _stamp(plain: Plain) -> Stamp:
    from models.stamp import Stamp

    now = datetime.now(TZ)
    return Stamp(plain.operator(), now, now, environment().links_lead)


def _said(plain: Plain, outcome: Outcome) -> int:
    data = {"outcome": outcome.outcome, "message": outcome.message}
    answer(plain.json, data, lambda console: line(console, outcome.message, "green" if outcome.done else "yellow"))
    return 0 if outcome.done else 1


def _invited(plain: Plain, invited: Invited) -> int:
    outcome, link = invited.outcome, invited.link
    data = {"outcome": outcome.outcome, "message": outcome.message, "link": link}
    answer(plain.json, data, lambda console: _link(console, outcome, link))
    return 0 if outcome.done else 1


def _link(console: Console, outcome: Outcome, link: str | None) -> None:
    line(console, outcome.message, "green" if outcome.done else "yellow")
    if link is not None:
        line(console, "登录链接（24 小时内有效，只能用一次，请当面或用政务通讯交给本人）：")
        line(console, link)
