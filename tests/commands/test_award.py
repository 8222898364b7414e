"""`talent award`, as it is typed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pypdf import PdfReader
from sqlalchemy import text

from models import snapshots
from phases.book import BOOK

if TYPE_CHECKING:
    from tests.commands.conftest import Talent

AT = ("--as-of", "2022-02-07T09:30")


def test_appointments_are_issued_listed_printed_confirmed_and_taken_back(season: Talent, tmp_path: Path) -> None:
    assert season("award", "list").out == "还没有颁发。\n"
    looked = season("award", "issue", "appointment", "--dry-run")
    assert (looked.status, "颁发导师聘书 42 份，2022年第1号至第42号。" in looked.out) == (0, True)
    assert season("award", "list", "--json").data == []
    assert season("award", "issue", "appointment").status == 0
    again = season("award", "issue", "appointment", "--json")
    assert (again.status, again.data["outcome"]) == (1, "refused")
    held = season("award", "list", "--city", "南京", "--json").data
    assert [(one["number"], one["revoked"]) for one in held] == [(1, None), (2, None), (3, None)]
    printed = season("award", "print", "appointment", "--city", "南京", "--reason", "补印", "-o", "南京.pdf")
    assert printed.out == "已写入 南京.pdf：导师聘书 3 份。\n"
    assert season("award", "print", "appointment", "--city", "南京").status == 2
    with snapshots.opened(tmp_path / "season.db", BOOK) as database, database.read() as connection:
        said = connection.execute(text("SELECT reason FROM audit WHERE what LIKE '打印聘书%'")).scalars().all()
    assert said == ["补印"]
    pages = PdfReader(BytesIO((tmp_path / "南京.pdf").read_bytes())).pages
    assert ["样张" in page.extract_text() for page in pages] == [True] * 3  # of a rehearsal
    with snapshots.opened(tmp_path / "season.db", BOOK) as database, database.write() as connection:
        connection.execute(text("UPDATE programme_year SET rehearsal = false"))
    real = season("award", "print", "appointment", "--reason", "补印")
    assert (real.status, "TALENT_BASE_URL" in real.err) == (2, True)
    with snapshots.opened(tmp_path / "season.db", BOOK) as database, database.write() as connection:
        connection.execute(text("UPDATE programme_year SET rehearsal = true"))
    assert season("award", "revoke", "appointment", "2", "--reason", "离任").status == 0
    assert season("award", "revoke", "appointment", "2", "--reason", "离任").status == 1
    unread = season("award", "revoke", "appointment", "9" * 30, "--reason", "离任")
    assert (unread.status, "编号应为数字，如 12，未作改动。" in unread.out) == (1, True)
    anew = season("award", "reissue", "appointment", "第３号", "--reason", "遗失")
    assert "导师聘书2022年第3号 已作废，补发为导师聘书2022年第43号 " in anew.out
    assert "已作废：离任" in season("award", "list").out
    refused = season("award", "print", "appointment", "--number", "2", "--reason", "补印")
    assert (refused.status, "已经作废" in refused.err) == (2, True)


def test_what_nobody_was_given_is_not_confirmed(season: Talent) -> None:
    refused = season("award", "verify", "https://talent.example/verify/nothing")
    assert (refused.status, "没有查到" in refused.out) == (1, True)


def test_a_template_is_taken_to_the_office_s_folder_once(talent: Talent, tmp_path: Path) -> None:
    assert talent("award", "template", "certificate").status == 0
    assert "培养证书" in (tmp_path / "var/papers/certificate.typ").read_text("utf-8")
    assert talent("award", "template", "certificate").status == 1
