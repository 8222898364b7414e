"""What of persons the database holds: table and column, what for, who sees it, how long, by which law.

Columns of sheets say of themselves whether they are personal, in their phases; those of all other tables are said here.
`docs/privacy.md` is made from this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import JSON, Date, LargeBinary, String
from sqlmodel.sql.sqltypes import AutoString

from forms.kinds import PROSE, Ask
from models.sealed import Sealed
from models.tables.catalogue import declared
from models.tables.city_drafts import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Column, Table

    from phases.book import Book
    from phases.stored_sheet import StoredSheet

Says = Literal["person", "encrypted", "words", "key", "sealed", "plain"]
"""What a column may say: who somebody is or how to reach them, and the same encrypted (its type says so); what people
wrote, names too; a hash by which a child is found again; what only the program may know; nothing of a person."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long rows are kept, as people are told, and what ends that.

    Figures of their year, figures for what belongs to none (by their own instant), or what no purge knows of. Then rows
    go `whole`, or the columns that hold something of people are emptied.
    """

    said: str
    ends: Literal["year", "access", "itself"] = "itself"
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Keeping:
    """A table that holds something of people, or may: what for, who sees it, how long, by which law (Chinese).

    The columns that hold it, by what they say, with a space between; `plain` are those of words that say nothing.
    """

    purpose: str
    seen_by: str
    term: Term
    law: str
    person: str = ""
    words: str = ""
    key: str = ""
    sealed: str = ""
    plain: str = ""

    def says(self, column: str) -> Says | None:
        """Give what a column says, None where nothing is known of it."""
        kinds: tuple[Says, ...] = ("person", "words", "key", "sealed", "plain")
        return next((kind for kind in kinds if column in getattr(self, kind).split()), None)


@dataclass(frozen=True, slots=True)
class Held:
    """A table as it is held: its columns of words, days and files, by what they say."""

    table: str
    keeping: Keeping
    columns: Mapping[str, Says]


OFFICES, CITY = "省办", "省办、本市"
KEEPS = Term("随数据库，不清除")
PEOPLE = Term("年度归档后满 people_months 个月删去", "year", whole=True)
WORDS = Term("年度归档后满 people_months 个月清除所写的内容", "year")
AUDIT = Term("满期清除所写的内容和地址：本年度的同上，其余的满 access_months 个月", "year")
ACCESS = Term("满 access_months 个月删去", "access", whole=True)
SAID = Term("满 access_months 个月清除所写的内容", "access")
PARTY = Term("没有未到期的年度用到之后清除")
CARE, CHILD, RECORD, SAFE = "个保法 6、19", "个保法 28、31", "个保法 6、51", "个保法 51，网安法 21"

PRINTED = "`calendar` 里有通知印出的省办联系人（姓名、电话、邮箱），随数据库，不清除"
"""What a calendar says of a person: whom the province's notice names to everybody, so that it is no secret later."""

KEEPINGS: Mapping[str, Keeping] = {
    "account": Keeping("登录页面", "省办管理员", KEEPS, SAFE, person="name shown made_by", sealed="password totp",
                       plain="role city"),
    "amendment": Keeping(f"年度日程的修订；{PRINTED}", "省办、各市", WORDS, RECORD, words="reason by",
                         plain="calendar"),
    "arrangement": Keeping("会议安排：日期、时间、地点或链接", CITY, WORDS, CARE, words="place by",
                           plain="phase city day begins"),
    "audit": Keeping("操作日志：谁办了什么、看了什么", OFFICES, AUDIT, SAFE, person="address", words="by reason",
                     sealed="salt", plain="city what subject purged"),
    "award": Keeping("聘书、证书的登记；编号、种类、等级留着，供核验", CITY, WORDS, RECORD, person="name place",
                     words="by", sealed="token", plain="kind city whose subject grade"),
    "award_revoked": Keeping("聘书、证书的作废", OFFICES, WORDS, RECORD, words="reason by"),
    "calendar_draft": Keeping(f"起草中的年度日历；{PRINTED}", "省办管理员", Term("至年度开设"), RECORD, words="by",
                              plain="calendar"),
    "call": Keeping("电话催办的记录", OFFICES, WORDS, RECORD, words="said by whom", plain="phase city"),
    "case_note": Keeping("省办与各市就具体事项的留言（只限本单位的，只有本单位）", CITY, PEOPLE, RECORD, person="about",
                         words="text by", sealed="token", plain="phase city office owner until"),
    "chain_link": Keeping("操作日志和办理记录的校验", OFFICES, KEEPS, SAFE, plain="record content chained"),
    "child_settled": Keeping("核定是否同一学生", OFFICES, PEOPLE, CHILD, words="reason by", key="likeness persons"),
    "city_phase": Keeping("各市各阶段的状态", "省办、各市", KEEPS, CARE, plain="phase city state resume tally"),
    "city_year": Keeping("参加的市", "省办、各市", KEEPS, CARE, plain="city name code"),
    "clock_reading": Keeping("核对时钟", OFFICES, KEEPS, SAFE, plain="boot alarm"),
    "consent_void": Keeping("登记有误的监护人同意和撤回", CITY, PEOPLE, RECORD, words="reason by", plain="city"),
    "consent_wording": Keeping("告知监护人的文本", "省办、各市", KEEPS, CHILD, plain="digest text"),
    "contact": Keeping("各办公室的联系人", CITY, ACCESS, CARE, person="name email phone", words="by",
                       plain="office part since until"),
    "deed": Keeping("同一表单只办一次；刚办的可以撤销", "本人", ACCESS, RECORD, words="said undo", sealed="token",
                    plain="act back"),
    "excuse": Keeping("免交总结", CITY, WORDS, RECORD, words="reason by", plain="phase city recipient"),
    "extension": Keeping("延期和重新开放", CITY, WORDS, RECORD, words="reason by", plain="phase city cause until"),
    "feed": Keeping("日历订阅", "订阅人", KEEPS, CARE, sealed="digest", plain="city"),
    "filed_row": Keeping("历次报送的原样，供比对", CITY, PEOPLE, CHILD, person="cells", plain="phase city sheet"),
    "filing": Keeping("系统核验所依据的事实和结论", CITY, WORDS, CHILD, words="verdict facts by",
                      plain="phase city part digest"),
    "fund_transfer": Keeping("经费的拨付和收回（学生只写报名号）", CITY, WORDS, RECORD, words="voucher reason by",
                             plain="purpose way city number day"),
    "guardian_consent": Keeping("监护人同意和撤回的登记；不记监护人的姓名和电话", CITY, PEOPLE, CHILD,
                                person="number born", words="reason by", sealed="token",
                                plain="city day relation way wording office"),
    "guess": Keeping("防止猜口令", "无人", Term("过期即删"), SAFE, sealed="token key"),
    "letter": Keeping("函件及送达", CITY, WORDS, CARE, person="address addressee", words="subject detail",
                      plain="phase city attempt recipient kind slot concerns state claim body message_id"),
    "letter_body": Keeping("函件正文（学生只写报名号）", CITY, WORDS, CARE, person="reply_to",
                           words="text html ics framed", plain="digest papers"),
    "letter_mark": Keeping("函件暂不发出或放行", OFFICES, PEOPLE, RECORD, words="reason by",
                           plain="phase city attempt recipient kind slot mark"),
    "letter_paper": Keeping("随函附件", CITY, WORDS, CARE, words="name content", plain="digest type"),
    "letter_template": Keeping("办公室自存的函件", "该办公室", Term("至本办公室删除"), CARE,
                               words="name subject text by", plain="office whom papers"),
    "office": Keeping("各办公室的邮箱", CITY, Term("至改动"), CARE, person="email head", plain="office"),
    "one_time_link": Keeping("首次设定口令", "本人", ACCESS, SAFE, sealed="digest"),
    "party": Keeping("导师、单位、中学及其邮箱", CITY, PARTY, CARE, person="email name", plain="kind place"),
    "party_likeness": Keeping("认出同一导师、单位、中学", "无人", PARTY, CARE, person="name", plain="kind place"),
    "personal_change": Keeping("对个人情况的更正，前后都记", CITY, PEOPLE, "个保法 46", person="number was now",
                               words="reason by", plain="city what"),
    "pool": Keeping("后备人才库", CITY, PEOPLE, CHILD, key="key", plain="city kind"),
    "prepared_act": Keeping("经办、签批分开的事项", OFFICES, WORDS, RECORD, words="given says reason by settled_by",
                            plain="act settled"),
    "programme_year": Keeping(f"年度和它的日程；{PRINTED}", "省办、各市", WORDS, CARE, person="trial",
                              words="opened_by", plain="calendar rules matching_key"),
    "purge": Keeping("到期清除的记录；事由不写姓名", OFFICES, KEEPS, RECORD, words="reason by", plain="rows"),
    "receipt": Keeping("函件的签收", CITY, WORDS, RECORD, words="by"),
    "refused_load": Keeping("没有导入的报送表：只记错误位置", CITY, PEOPLE, CARE, words="by", plain="form city places"),
    "request": Keeping("各市的申请和异议", CITY, WORDS, RECORD, words="reason by", sealed="token",
                       plain="kind phase city until about"),
    "request_answer": Keeping("对申请和异议的答复", CITY, WORDS, RECORD, words="reason by", plain="said"),
    "restoration": Keeping("备份恢复的记录", OFFICES, SAID, SAFE, words="by reason released_by", plain="sent"),
    "second_way": Keeping("急事另告的号码", OFFICES, Term("至停用"), CARE, person="address", words="by",
                          plain="whose way stopped"),
    "short_message": Keeping("发出的短消息", OFFICES, PEOPLE, CARE, person="address", words="says detail",
                             plain="whose way state claim"),
    "sign_in": Keeping("已登录的页面", "无人", Term("退出或过期即删"), SAFE, sealed="digest"),
    "sign_of_life": Keeping("各项工作是否在运行", OFFICES, KEEPS, SAFE, plain="work"),
    "stated_address": Keeping("各办公室所报的邮箱", CITY, Term("至该办公室改报"), CARE, person="email", words="by",
                              plain="office"),
    "student_count": Keeping("清除之后留下的人数：市、中学、学科", CITY, KEEPS, CARE, plain="city school subject what"),
    "suppressed": Keeping("不再发函的邮箱", OFFICES, Term("至解除"), CARE, person="address", words="why by"),
    "transition": Keeping("办理记录", CITY, WORDS, RECORD, words="by reason", sealed="salt",
                          plain="purged phase city event from_state to_state tally"),
    "transfer_void": Keeping("登记有误的经费登记", OFFICES, WORDS, RECORD, words="reason by"),
    "unclear_bounce": Keeping("待人查看的退信", OFFICES, ACCESS, CARE, person="addresses", words="reason",
                              plain="digest"),
    "waiver": Keeping("豁免", CITY, WORDS, RECORD, words="reason by", plain="phase city rule"),
    "workbook_load": Keeping("导入过的报送表：只记校验码和行数", CITY, WORDS, RECORD, words="by",
                             plain="form city sha256"),
}  # fmt: skip
"""By table, of all that no sheet makes."""

TELLING = (String, AutoString, Sealed, JSON, Date, LargeBinary)
"""What can say something of a person: not numbers and instants, which stand for nobody alone."""

_KEYS = ("person", "likeness")
"""What a load works out of a child besides: a hash under the matching key."""


def held(book: Book) -> tuple[Held, ...]:
    """Give every table of a database made for a book, by name. Raise `KeyError` of what nobody described."""
    of_sheets = {table.name: sheet for sheet in book.sheets.values() for table in tables_of(sheet)}
    tables = sorted(declared(book).tables.values(), key=lambda table: table.name)
    return tuple(
        _of_sheet(table, of_sheets[table.name]) if table.name in of_sheets else _held(table) for table in tables
    )


def _held(table: Table) -> Held:
    keeping = KEEPINGS[table.name]
    found: dict[str, Says] = {}
    for column in _telling(table):
        says = keeping.says(column.name)
        if says is None:
            raise KeyError(f"{table.name}.{column.name}")
        found[column.name] = "encrypted" if isinstance(column.type, Sealed) else says
    return Held(table.name, keeping, found)


def _of_sheet(table: Table, sheet: StoredSheet) -> Held:
    asks = {
        name: mark for name in sheet.fields for mark in sheet.row.model_fields[name].metadata if isinstance(mark, Ask)
    }
    law = f"{CARE}、28、31" if "number" in sheet.fields else CARE
    keeping = Keeping(f"报送表“{sheet.name}”", CITY, PEOPLE, law)
    return Held(table.name, keeping, {one.name: _says(one, asks.get(one.name)) for one in _telling(table)})


def _says(column: Column[object], ask: Ask | None) -> Says:
    if isinstance(column.type, Sealed):
        return "encrypted"
    if ask is None:
        return "key" if column.name in _KEYS else "plain"
    if ask.says_who != "no":
        return "person"
    return "words" if ask.kind is PROSE else "plain"


def _telling(table: Table) -> Iterator[Column[object]]:
    return (column for column in table.columns if isinstance(column.type, TELLING))


CLASSES: Mapping[Says, str] = {
    "person": "身份和联系方式", "encrypted": "加密的联系方式", "words": "自由填写", "key": "匹配码",
    "sealed": "口令和凭据",
}  # fmt: skip
"""What a column says, for whoever reads the page."""


def in_words(book: Book) -> str:
    """Give all that may say something of a person as a table in Markdown (Chinese), a line each table."""
    lines = ["| 表 | 做什么用 | 列 | 谁能看 | 存多久 | 依据 |", "| --- | --- | --- | --- | --- | --- |"]
    for one in held(book):
        named = {word: _named(one, kind) for kind, word in CLASSES.items()}
        columns = "；".join(f"{word}：{names}" for word, names in named.items() if names)
        what = one.keeping
        cells = (f"`{one.table}`", what.purpose, columns or "不含个人信息", what.seen_by, what.term.said, what.law)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _named(one: Held, kind: Says) -> str:
    return "、".join(f"`{name}`" for name, says in one.columns.items() if says == kind)


if __name__ == "__main__":
    import sys
    from pathlib import Path

    from phases.book import BOOK

    page, begun, ended = Path(sys.argv[1]), "<!-- held -->\n", "<!-- /held -->"
    before, rest = page.read_text("utf-8").split(begun)
    page.write_text(f"{before}{begun}{in_words(BOOK)}{ended}{rest.split(ended)[1]}", "utf-8")
