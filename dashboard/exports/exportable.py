"""What may be exported: every table of the window, in its words, and which of their columns say who somebody is."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from acts.signatures import granter, mover, signed
from calendars.deadlines import BECAUSE, day_of
from dashboard.exports import data_handling, form_exports
from dashboard.exports.consents import consent_tables
from dashboard.exports.export import Export, ExportRequest
from dashboard.exports.spreadsheets import Cell, Table
from dashboard.views import balance, masking
from dashboard.views.history import KINDS, as_read, outcome, why, word
from dashboard.views.matrix import lines
from dashboard.views.request_words import answer_word, wish
from dashboard.views.standings import rule_name
from gates.verdict import ACTORS
from letters.words import TAGS, state_word
from models import (
    awards,
    city_requests,
    contact_evidence,
    contacts,
    exports,
    fund_transfers,
    histories,
    reports,
    statistics,
)
from models.fund_transfers import CLAIM_STANDINGS, DIRECTIONS, PURPOSES
from models.trained import with_trained
from season.recipients import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Connection

    from dashboard.views.matrix import MatrixLine
    from phases.book import Book


def _matrix(asked: ExportRequest) -> tuple[Table, ...]:
    """The matrix as its page shows it: a line a city, a column a phase."""
    columns = ("城市", *(f"{phase.name}（{phase.due}）" for phase in asked.year.phases))
    _, chosen = _lines(asked)
    rows = [
        (line.city.name, *(" ".join(filter(None, (cell.word, cell.left, *cell.notes))) for cell in line.cells))
        for line in chosen
    ]
    return (Table("进度总览", columns, rows),)


def _standings(asked: ExportRequest) -> tuple[Table, ...]:
    """The same as a list, with the days and instants that its page has no room for."""
    found, chosen = _lines(asked)
    rows = []
    for line in chosen:
        for cell, standing in zip(line.cells, found.cities[line.city.slug], strict=True):
            notes = "、".join((cell.left, *cell.notes) if cell.left else cell.notes)
            told = (standing.due.day, notes, standing.attempt, standing.filed_at, standing.passed_at)
            rows.append((line.city.name, asked.phase(cell.phase), cell.word, *told))
    return (Table("进度明细", ("城市", "阶段", "状态", "截止日", "说明", "轮次", "报送时间", "通过时间"), rows),)


def _lines(asked: ExportRequest) -> tuple[reports.Matrix, list[MatrixLine]]:
    found = reports.matrix(asked.connection, asked.year.year, asked.look.as_of)
    return found, [line for line in lines(found) if asked.city in {None, line.city.slug}]


def _counts(asked: ExportRequest) -> tuple[Table, ...]:
    """What a city adds to each total, and how many of its students are in training, where that is known."""
    matrix = with_trained(asked.connection, reports.matrix(asked.connection, asked.year.year, asked.look.as_of))
    rows = [
        (asked.place(city), *counts.values(), matrix.trained[city] if matrix.trained is not None else None)
        for city, counts in matrix.counts.items()
        if asked.city in {None, city}
    ]
    return (Table("人数", ("城市", *(total.label for total in matrix.book.totals), "在培"), rows),)


def _log(asked: ExportRequest) -> tuple[Table, ...]:
    columns = ("城市", "阶段", "轮次", "事项", "原状态", "新状态", "操作人", "办理时间", "记录时间", "事由")
    rows = [
        (
            asked.place(row.city),
            asked.phase(row.phase),
            row.attempt,
            word(row.event, asked.year.phase(row.phase), refused=row.refused),
            row.before.chinese,
            row.after.chinese,
            mover(row),
            row.as_of,
            row.at,
            why(asked.look.opened.book, row.event, row.reason),
        )
        for row in (as_read(row, full=asked.full) for row in histories.as_written(asked.connection, _span(asked)))
    ]
    return (Table("记录", columns, rows),)


def _letters(asked: ExportRequest) -> tuple[Table, ...]:
    columns = ("编号", "种类", "阶段", "城市", "收件人", "主题", "状态", "成函时间", "发出时间", "签收时间")
    rows = [
        (
            row.id,
            TAGS[row.kind],
            asked.phase(row.phase),
            asked.place(row.concerns),
            named(asked.year, row.recipient),
            row.subject,
            state_word(row.state, row.detail),
            row.queued_as_of,
            row.sent_at,
            row.receipt,
        )
        for row in exports.letters(asked.connection, asked.year.year, asked.city, asked.look.as_of)
    ]
    return (Table("函件", columns, rows),)


AnyDated = TypeVar("AnyDated", bound=histories.PastGrant | histories.SetAside | contact_evidence.NotedCall)


def _dated(
    found: Callable[[Connection, histories.Span], Iterable[AnyDated]],
    title: str,
    columns: Mapping[str, Callable[[ExportRequest, AnyDated], Cell]],
    *,
    provincial: bool = False,
    recorded: bool = False,
) -> Export:
    """A table whose rows stand by themselves, the city and the phase first."""

    def tables(asked: ExportRequest) -> tuple[Table, ...]:
        rows = []
        for row in found(asked.connection, _span(asked)):
            cells = [cell(asked, row) for cell in columns.values()]
            rows.append((asked.place(row.city), asked.phase(row.phase), row.attempt, *cells))
        return (Table(title, ("城市", "阶段", "轮次", *columns), rows),)

    return Export(title, tables, provincial=provincial, recorded=recorded)


def _span(asked: ExportRequest) -> histories.Span:
    return histories.Span(asked.year.year, asked.look.as_of, city=asked.city)


def _by(_: ExportRequest, row: histories.SetAside | contact_evidence.NotedCall) -> Cell:
    return signed(row.by)


def _when(_: ExportRequest, row: histories.PastGrant | histories.SetAside | contact_evidence.NotedCall) -> Cell:
    return row.as_of


def _requests(asked: ExportRequest) -> tuple[Table, ...]:
    columns = ("城市", "阶段", "轮次", "事项", "申请延至", "理由", "操作人", "办理时间")
    of_answers = ("答复", "答复人", "答复时间", "答复事由")
    rows = []
    for one in city_requests.requests(asked.connection, asked.year.year, as_of=asked.look.as_of):
        if asked.city in {None, one.city}:
            about = (asked.place(one.city), asked.phase(one.phase), one.attempt, wish(one, asked.year), one.until)
            answer = (one.answer.by, one.answer.as_of, one.answer.reason) if one.answer else (None, None, None)
            rows.append((*about, one.reason, signed(one.by), one.as_of, answer_word(one), *answer))
    return (Table("申请", (*columns, *of_answers), rows),)


def _findings(asked: ExportRequest) -> tuple[Table, ...]:
    columns = (
        "城市",
        "阶段",
        "轮次",
        "本轮第几次核验",
        "规则",
        "条款",
        "性质",
        "结果",
        "实际",
        "要求",
        "办理方",
        "修改意见",
        "核验时间",
    )
    rows = []
    for one in sorted(histories.judgements(asked.connection, _span(asked)), key=lambda judged: judged.as_of):
        about = (asked.place(one.city), asked.phase(one.phase), one.attempt, one.number)
        for rule in one.verdict.findings:
            what = (rule_name(asked.look.opened.book, rule.rule), rule.clause, KINDS[rule.kind])
            result = outcome(ok=rule.ok, waived=bool(rule.waived))[1]
            rows.append((*about, *what, result, rule.found, rule.needed, ACTORS[rule.actor], rule.mend, one.as_of))
    return (Table("结论", columns, rows),)


def _statistics(asked: ExportRequest) -> tuple[Table, ...]:
    """How many came how far; what a purge leaves of a year."""
    found = sorted(statistics.of_year(asked.connection, asked.year.year).items())
    rows = [
        (asked.place(one.city), one.school, one.subject, one.what, count)
        for one, count in found
        if asked.city in {None, one.city}
    ]
    return (Table("分校人数", ("城市", "中学", "学科", "到哪一步", "人数"), rows),)


def _awards(asked: ExportRequest) -> tuple[Table, ...]:
    """The register; why one was revoked is the province's own."""
    columns = ("种类", "编号", "城市", "姓名", "单位", "报名号", "学科", "等级", "颁发时间", "作废时间", "作废事由")
    rows = [
        (
            awards.TITLES[one.kind],
            one.number,
            asked.place(one.city),
            one.name if asked.full or not one.student else masking.name(one.name),
            one.place,
            one.student,
            one.subject,
            one.grade,
            one.as_of,
            one.revoked,
            one.why if asked.city is None else None,
        )
        for one in awards.register(asked.connection, asked.year.year, asked.city)
    ]
    return (Table("聘书、证书", columns, rows),)


def _nominees(asked: ExportRequest) -> tuple[Table, ...]:
    """Whom the province recommends to the next year's competition, as its organisers ask for it."""
    columns = ("序号", "城市", "姓名", "报名号", "中学", "年级", "学科", "导师", "导师单位")
    rows = [
        (
            place,
            asked.place(one.city),
            one.name if asked.full else masking.name(one.name),
            *(one.number, one.school, one.grade, one.subject, one.mentor, one.institution),
        )
        for place, one in enumerate(awards.nominees(asked.connection, asked.year), 1)
    ]
    return (Table(f"{asked.year.year + 1}年推荐名单", columns, rows),)


def _funds(asked: ExportRequest) -> tuple[Table, ...]:
    """The account of each city and, for the province, of all."""
    found = fund_transfers.accounts(asked.connection, asked.year, asked.city)
    rows: list[tuple[Cell, ...]] = [(asked.place(one.city), *balance.line(one)) for one in found]
    if asked.city is None:
        rows.append(("全省", *balance.total(found)))
    columns = ("城市", *(f"{one.head.removesuffix('（元）')}{one.label}" for one in balance.COLUMNS))
    return (Table("经费收支", columns, rows),)


def _transfers(asked: ExportRequest) -> tuple[Table, ...]:
    """Every payment and return, also what was recorded in error."""
    rows = [
        (
            *(
                one.serial,
                one.day,
                asked.place(one.city),
                PURPOSES[one.purpose],
                one.number,
                DIRECTIONS[one.way],
                one.amount,
            ),
            *(one.voucher, "" if one.void is None else "登记有误，不计"),
        )
        for one in fund_transfers.transfers(asked.connection, asked.year.year)
        if asked.city in {None, one.city}
    ]
    columns = ("登记号", "日期", "城市", "经费", "报名号", "拨付、收回", "金额（元）", "凭证号", "备注")
    return (Table("经费登记簿", columns, rows),)


def _grants(asked: ExportRequest) -> tuple[Table, ...]:
    """Each student's grant, as the finance office asks for it."""
    found = fund_transfers.claims(asked.connection, asked.year)
    mine = [one for one in found if one.purpose == "grant" and asked.city in {None, one.city}]
    names = fund_transfers.students_names(asked.connection, asked.year.year, mine)
    name = str if asked.full else masking.name
    columns = ("城市", "报名号", "姓名", "现状", "应拨（元）", "已拨（元）", "拨付日期", "已收回（元）")
    rows = [
        (
            asked.place(one.city),
            one.number,
            name(names.get(one.number, "")),
            CLAIM_STANDINGS[one.standing],
            one.amount if one.standing == "approved" else None,
            *(one.paid, one.on, one.returned),
        )
        for one in mine
    ]
    return (Table("资助学生", columns, rows),)


def _contacts(asked: ExportRequest) -> tuple[Table, ...]:
    columns = ("单位", "职责", "姓名", "邮箱", "电话", "起", "止", "登记人", "登记时间")
    name, email, phone = (str, str, str) if asked.full else (masking.name, masking.email, masking.phone)
    rows = [
        (
            asked.place(one.office),
            contacts.PARTS[one.part],
            name(one.name),
            email(one.email or ""),
            phone(one.phone or ""),
            one.since,
            one.until,
            one.by,
            one.at,
        )
        for one in contacts.of(asked.connection, asked.city)
    ]
    return (Table("联系人", columns, rows),)


TABLES: Mapping[str, Export] = {
    "matrix": Export("进度总览", _matrix),
    "standings": Export("进度明细", _standings),
    "counts": Export("人数", _counts),
    "log": Export("记录", _log, personal=True),
    "letters": Export("函件", _letters),
    "extensions": _dated(
        histories.grants,
        "延期",
        {
            "延至": lambda _, row: row.until,
            "缘由": lambda _, row: BECAUSE[row.cause],
            "事由": lambda _, row: row.reason,
            "操作人": lambda _, row: granter(row.cause, row.by),
            "办理时间": _when,
        },
    ),
    "waivers": _dated(
        histories.waivers,
        "豁免",
        {
            "规则": lambda asked, row: rule_name(asked.look.opened.book, row.rule),
            "事由": lambda _, row: row.reason,
            "操作人": _by,
            "办理时间": _when,
        },
    ),
    "findings": Export("结论", _findings),
    "requests": Export("申请", _requests),
    "calls": _dated(
        contact_evidence.calls_of,
        "电话",
        {"与谁通话": lambda _, row: row.whom, "内容": lambda _, row: row.said, "操作人": _by, "办理时间": _when},
        provincial=True,
        recorded=True,
    ),
    "contacts": Export("联系人", _contacts, personal=True, now=True),
    "consents": Export("监护人同意", consent_tables, recorded=True),
    "awards": Export("聘书、证书", _awards, personal=True, now=True),
    "nominees": Export("科技创新大赛推荐名单", _nominees, personal=True, now=True, provincial=True),
    "funds": Export("经费收支", _funds, now=True),
    "transfers": Export("经费登记簿", _transfers, now=True),
    "grants": Export("资助学生名单", _grants, personal=True, now=True),
    "data-handling": Export(data_handling.TITLE, data_handling.handling_tables, now=True, provincial=True),
    "statistics": Export("分校人数", _statistics, now=True),
}


def exportable(book: Book) -> Mapping[str, Export]:
    """Give every export there is: the tables, each form, and each sheet of a form."""
    return {**TABLES, **form_exports.of_forms(book), **form_exports.of_sheets(book)}


def stem(asked: ExportRequest, export: Export) -> str:
    """Name the file: 2022年度-进度总览-盐城-2022-02-07."""
    whose = asked.place(asked.city) if asked.city else "全省"
    return f"{asked.year.year}年度{asked.look.mark}-{export.title}-{whose}-{day_of(asked.look.as_of)}"
