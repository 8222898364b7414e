"""One page for the leadership, as PDF/A: where every city is, who is late and why, what awaits the province."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acts.last_word import last_work
from calendars.errors import TalentError
from dashboard.views.agenda import happening
from dashboard.views.dates import clock, weekday
from dashboard.views.matrix import lines
from dashboard.views.standings import rule_name
from gates.states import State
from models.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dashboard.views.matrix import MatrixCell, MatrixLine
    from models.reports import Matrix, Standing
    from phases.book import Book

TEMPLATE = Path(__file__).parents[1] / "reports" / "status.typ"
MOST = 8
"""Lines of a list: with 13 cities the page stays one."""

COMING = 5
IN_FONT = {"↩": "←"}
"""Shapes that the font does not have, and what stands for them."""

FAILED, UNKNOWN = "could not be displayed", "unknown font family"
"""What typst says where a character is missing, and where all are: then it leaves them out without a word."""


class NoFont(TalentError):
    """不能生成 PDF：服务器没有中文字体 Noto Serif CJK SC，或其中缺少要用的字。Debian/Ubuntu 请安装 fonts-noto-cjk。"""


def facts(matrix: Matrix, requests: Sequence[str], now: datetime, *, tried: bool = False) -> dict[str, Any]:
    """Give what the page says; `requests` are the cities' requests that nobody answered yet, in words.

    `tried`: what it says was done in a trial.
    """
    year, shown = matrix.year, lines(matrix)
    late, awaiting = _late(matrix, shown), [*_awaiting(matrix), *requests]
    marks = ("（日历暂定）" if year.provisional else "") + ("（试运行，不作数）" if tried else "")
    coming = [one for one in happening(matrix) if not one.done][:COMING]
    return {
        "title": f"{year.title} 情况报告",
        "office": "省级管理办公室",
        "as_of": f"截至 {clock(matrix.as_of)}{marks}",
        "day": [now.year, now.month, now.day],
        "totals": _totals(matrix, shown),
        "phases": [{"name": phase.name, "due": f"{phase.due:%Y-%m-%d}"} for phase in year.phases],
        "cities": [{"name": line.city.name, "cells": [_cell(cell) for cell in line.cells]} for line in shown],
        "late": late[:MOST],
        "late_more": max(len(late) - MOST, 0),
        "awaiting": awaiting[:MOST],
        "awaiting_more": max(len(awaiting) - MOST, 0),
        "coming": [f"{one.day} {weekday(one.day)} {one.time}　{one.label}" for one in coming],
        "foot": f"本报告由工作管理系统于 {clock(now)} 生成。每格为状态、余下或逾期的天数；"
        "按时、延期内按时、豁免、重新开放另行注明。",
    }


def _totals(matrix: Matrix, shown: Sequence[MatrixLine]) -> list[str]:
    alarms = matrix.alarms
    states = [cell.state for line in shown for cell in line.cells]
    return [
        f"已通过 {states.count(State.PASSED)}/{len(states)} 项",
        f"已逾期 {len(waiting(matrix, province=False))} 项",
        *(f"{one.label} {matrix.counted(one)} {one.unit}" for one in matrix.book.totals if one.shown),
        *([f"在培 {matrix.in_training} 人"] if matrix.in_training is not None else []),
        f"函件未送达 {alarms.letters.get('failed', 0)} 封、待核实 {alarms.letters.get('unknown', 0)} 封",
        f"停止发函的邮箱 {len(alarms.suppressed)} 个",
    ]


def _cell(cell: MatrixCell) -> dict[str, str]:
    note = "、".join((cell.left, *cell.notes) if cell.left else cell.notes)
    shape = IN_FONT.get(cell.shape, cell.shape)
    return {"state": str(cell.state), "shape": shape, "word": cell.word, "note": note}


def _late(matrix: Matrix, shown: Sequence[MatrixLine]) -> list[str]:
    """Say who is late or was returned, by how much, and by which rules: no names, no words that somebody typed."""
    found = []
    for line in shown:
        for cell, standing in zip(line.cells, matrix.cities[line.city.slug], strict=True):
            second = standing.second if standing.second_late else None
            if second or cell.state in {State.OVERDUE, State.RETURNED}:
                title = f"{line.city.name}市 {matrix.year.phase(cell.phase).name}{'（后交部分）' if second else ''}"
                left = f"，{cell.left}" if cell.left and not second else ""
                word, due = ("已逾期", second) if second else (cell.word, standing.due)
                found.append(f"{title}：{word}{left}（截止日 {due.day}）。{_why(matrix.book, standing)}")
    return found


def _why(book: Book, standing: Standing) -> str:
    if standing.second_late:
        return "后交部分没有交齐。"
    if standing.refusals:
        return f"未符合：{'、'.join(rule_name(book, rule) for rule in standing.refusals)}。"
    return "截止前没有报送。" if standing.filed_at is None else "报送后被退回，没有再次报送。"


def _awaiting(matrix: Matrix) -> list[str]:
    found = sorted(waiting(matrix, province=True), key=lambda one: matrix.year.cities.index(one.city))
    return [
        f"{one.city.name}市 {one.phase.name}：已报送，"
        f"待{last_work(matrix.book, one.phase, unfinished=one.pending.unfinished)}"
        for one in found
    ]


def render(said: dict[str, Any], template: Path = TEMPLATE, *, fonts: bool = True) -> bytes:
    """Make the PDF by a template; raise `NoFont` where a character would be missing.

    `fonts`: use those that are installed.
    """
    import typst

    try:
        made, warnings = typst.compile_with_warnings(
            template.read_bytes(),
            format="pdf",
            ignore_system_fonts=not fonts,
            sys_inputs={"data": json.dumps(said, ensure_ascii=False)},
            pdf_standards=["a-2b"],
        )
    except typst.TypstError as error:
        if FAILED in str(error):
            raise NoFont from error
        raise
    if any(UNKNOWN in warning.message for warning in warnings):
        raise NoFont
    assert isinstance(made, bytes)
    return made
