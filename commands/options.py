"""What every command understands: who acts, on which database, as of when, and in which shape the answer is."""

from __future__ import annotations

import getpass
import os
import re
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, Token

from calendars.deadlines import FIRST_YEAR, LAST_YEAR, REACH, TZ, known
from commands.output import say
from phases.book import BOOK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_core import ErrorDetails

    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Opened
    from settings import Settings

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

FOLDER = Path("var")
"""`settings.FOLDER`, which is slow to import."""

Folder = Annotated[Path, Parameter(metavar="目录", help="talent up 的目录：页面的密钥、匹配密钥在这里")]

AT_END = ExitStack()
"""What is closed when the command has ended, however it ended."""


class ConfigurationError(Exception):
    """环境变量或 .env 里有不能用的设置。"""


class UsageError(Exception):
    """命令写得不对。"""


def instant(text: str) -> datetime:
    """An aware instant from `2022-01-16T09:00`, or a bare day (its 00:00), Shanghai where it names no offset."""
    try:
        parsed = datetime.fromisoformat(f"{text}T00:00" if DAY.fullmatch(text) else text)
    except ValueError:
        raise ValueError(f"“{text}”不是时间；请写成 2022-01-16T09:00 或 2022-01-16") from None
    _known(text, parsed.date())  # before anything turns it into another time zone: the edges cannot be
    return parsed.replace(tzinfo=TZ) if parsed.tzinfo is None else parsed.astimezone(TZ)


def local(at: datetime) -> datetime:
    """The instant in Shanghai's time."""
    return at.astimezone(TZ)


def day(text: str) -> date:
    """A day from `2022-01-18`; ValueError else."""
    try:
        typed = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}”不是日期；请写成 2022-01-18") from None
    return _known(text, typed)


def _known(text: str, typed: date) -> date:
    if not known(typed):
        raise ValueError(f"“{text}”不在年度日历的范围内；请写 {REACH}的日期")
    return typed


def _instant(_type: type, tokens: Sequence[Token]) -> datetime:
    return instant(tokens[0].value)


def _day(_type: type, tokens: Sequence[Token]) -> date:
    return day(tokens[0].value)


def a_year(_type: object, year: int | None) -> None:
    """Refuse the number of a year for which there can be no calendar."""
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"没有 {year} 年度；年度应为 {FIRST_YEAR} 至 {LAST_YEAR}")


def _reason(_type: type, tokens: Sequence[Token]) -> str:
    if not (words := tokens[0].value.strip()):
        raise ValueError("不能是空白，事由要记录在案")
    return words


Instant = Annotated[datetime, Parameter(converter=_instant, n_tokens=1, metavar="时间")]
Day = Annotated[date, Parameter(converter=_day, n_tokens=1, metavar="日期")]
YearNumber = Annotated[int, Parameter(name="年度", validator=a_year, help="年度，如 2022")]
City = Annotated[str | None, Parameter(name="--city", metavar="城市", help="设区市：拼音、中文名或行政区划代码")]
Cities = Annotated[
    list[str],
    Parameter(name="--city", metavar="城市", negative="", help="设区市，可以写多次：拼音、中文名或行政区划代码"),
]
OneCity = Annotated[str, Parameter(name="--city", metavar="城市", help="设区市：拼音、中文名或行政区划代码")]
Reason = Annotated[str, Parameter(converter=_reason, n_tokens=1, metavar="事由", help="事由，记录在案")]
Db = Annotated[
    str | None,
    Parameter(name="--db", metavar="URL", help="数据库；不写时取 TALENT_DATABASE__URL，再取 var/talent.db（SQLite）"),
]
DryRun = Annotated[bool, Parameter(name="--dry-run", negative="", help="只预览会发生什么，不写入")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Plain:
    """The options of a command that has a database and a time of its own."""

    by: Annotated[str | None, Parameter(metavar="姓名", help="操作人；不写时取 TALENT_OPERATOR，再取系统用户名")] = None
    json: Annotated[bool, Parameter(negative="", help="以 JSON 输出数据；消息写到标准错误")] = False

    def operator(self) -> str:
        """Who acts: the option, the environment, the system's user."""
        return self.by or environment().operator or _system_user()


def _system_user() -> str:
    """The name of the system's user; its number where it has none, as in many a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Common(Plain):
    """The options of every command but a few."""

    db: Db = None
    as_of: Annotated[Instant | None, Parameter(help="按哪一时刻办理或查看；不写时为现在，演练库为演练的时钟")] = None

    def moment(self) -> datetime:
        """As of when: the option, else the clock. Below the command line nothing reads a clock."""
        return self.as_of or datetime.now(TZ)

    def stamp(self) -> Stamp:
        """Who acts and when, for an act; says so where words of the office's own cannot be used."""
        from models.stamp import Stamp

        now, settings = datetime.now(TZ), environment()
        told = (settings.links_lead, settings.mail_domain)
        return Stamp(self.operator(), now, self.as_of or now, *told, words=_words(settings), papers=settings.papers)

    def database(self, folder: Path = FOLDER) -> Database:
        """The database that is meant, with the keys in `folder`; connections are made when it is first asked."""
        return database_at(self._url(), self.home(folder))

    def home(self, folder: Path = FOLDER) -> Path:
        """That folder, or, where none is named, the one of what runs on this database and said so here."""
        from deployments.instance import running
        from settings import HOUSE

        found = running() if folder == FOLDER else None
        if found is None or found.demo:
            return folder
        its = found.variables.get("TALENT_DATABASE__URL", environment().database.url)
        return Path(found.variables.get(HOUSE, folder)) if its == self._url() else folder

    def _url(self) -> str:
        return self.db or environment().database.url


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class SeasonOptions(Common):
    """The options of a command about one year."""

    year: Annotated[
        int | None, Parameter(validator=a_year, metavar="年度", help="哪一年度；不写时为最近打开的年度")
    ] = None

    def opened(self) -> tuple[Database, Year]:
        """The database and the calendar that the year was opened with.

        Raises YearNotOpen, NoYearOpen, NotPrepared, Newer.
        """
        database, found = self._found()
        return database, found.year

    def viewing(self) -> tuple[Database, Year, Stamp]:
        """The same, stamped with the instant to look at it: the option, else a played rehearsal's clock, else now."""
        database, found = self._found()
        return database, found.year, self._as_of(found, self.stamp())

    def _as_of(self, found: Opened, stamp: Stamp) -> Stamp:
        """A rehearsal that was played has its own time, here as in the window, where no other was asked for."""
        return stamp if found.clock is None or self.as_of is not None else replace(stamp, as_of=found.clock)

    def acting(self, *, shared: bool = False) -> tuple[Database, Year, Stamp]:
        """The same for an act, stamped before anything is waited for; says so where a rehearsal was given no time.

        Of several years that run nobody is to guess which is meant: raises UsageError where none is named, unless what
        it is about is `shared` by all.
        """
        stamp = self.stamp()  # before anything is waited for
        database, found = self._found(guessing=shared)
        stamp = self._as_of(found, stamp)
        if found.rehearsal and self.as_of is None:
            whose = "演练的时钟" if found.clock else "现在"
            say(f"提示：这是演练库，没有写 --as-of，按{whose}（{local(stamp.as_of):%Y-%m-%d %H:%M}）办理。")
        return database, found.year, stamp

    def _found(self, *, guessing: bool = True) -> tuple[Database, Opened]:
        from models.standing import newest_year, opened, years_running

        database = self.database()
        database.refuse_newer()
        with database.read() as connection:
            if not guessing and self.year is None and len(running := years_running(connection)) > 1:
                raise UsageError(f"{'、'.join(map(str, running))} 年度都在进行；请用 --year 写明是哪一年度。")
            return database, opened(connection, self.year or newest_year(connection))


PLAIN, COMMON, SEASON = Plain(), Common(), SeasonOptions()
"""None of the options given."""


def database_at(url: str, folder: Path = FOLDER) -> Database:
    """The database at that URL, with the keys in `folder`, closed when the command ends; raises UsageError."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from models.database import Database

    try:
        driver = make_url(url).drivername
    except (ArgumentError, ValueError):
        driver = ""
    if driver not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        raise UsageError("数据库只能是 SQLite（sqlite:///路径）或 PostgreSQL（postgresql://用户@主机/库）。")
    keys = environment().keys_in(folder)
    made = Database(url, BOOK, *keys)
    AT_END.callback(made.dispose)
    for what, one in zip(("匹配密钥", "联系方式密钥"), keys, strict=True):
        if one.given is None and not one.path.exists():
            AT_END.callback(_say_made, what, one.path.absolute())
    return made


def _say_made(what: str, path: Path) -> None:
    """Say where a key was made, for `talent up` has to find it there."""
    if path.exists():
        say(f"提示：{what}已生成，在 {path}；talent up 用的若是另一个目录，请把这个文件移到那里。")


def environment() -> Settings:
    """What the environment and `.env` decide; raises ConfigurationError with every fault in Chinese."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        raise ConfigurationError("；".join(map(_fault, error.errors()))) from error
    except SettingsError as error:
        unread = re.search(r'value for field "(\w+)"', str(error))  # a group of settings that is no JSON
        raise ConfigurationError(f"TALENT_{unread[1].upper()}：写法不对" if unread else str(error)) from error


def _words(settings: Settings) -> Mapping[str, str]:
    """The office's own templates that hold; nothing of the letters is loaded where there are none."""
    if not settings.letters.is_dir():
        return {}
    from letters.overrides import wording

    found = wording(settings.letters, BOOK)
    say(*(f"提示：{fault.sentence}；这类函件仍用系统所附的文字。" for fault in found.faults))
    return found.words


WRONG = {
    "int_parsing": "应为整数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "应为 {expected} 之一",
    "extra_forbidden": "没有这一项设置",
    "too_short": "至少要 {min_length} 个字符",
}
"""What is wrong with a setting, by pydantic's kind of error."""


def _fault(fault: ErrorDetails) -> str:
    if fault["type"] == "value_error":  # said by the settings themselves, the variable included
        return str(fault["ctx"]["error"])
    named = {key: re.sub(r", | or ", "、", str(value)).replace("'", "") for key, value in fault.get("ctx", {}).items()}
    variable = "TALENT_" + "__".join(str(part).upper() for part in fault["loc"])
    return f"{variable}：{WRONG.get(fault['type'], '写法不对').format(**named)}"


def calendar_of(source: str) -> Year:
    """A year's calendar by its number (the file that is shipped) or by the path of a year file."""
    from calendars.files import load, read

    if not source.isdecimal():
        return read(Path(source), BOOK.terms)
    try:
        a_year(int, int(source))
    except ValueError as error:
        raise UsageError(f"{error}。") from None
    return load(int(source), BOOK.terms)
