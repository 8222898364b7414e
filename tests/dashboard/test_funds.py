"""The year's money in the window: recorded by an act, shown to a city its own, as workbook and in print."""

from __future__ import annotations

from io import BytesIO

from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from calendars import files
from models import fund_transfers
from models.columns import table_of
from models.tables.audit import AuditEntry
from tests.dashboard.test_awards import done
from tests.support.window import ADMIN, VIEWER, YEAR, Window

PAGE = f"/{YEAR}/funds"
PAID = {"purpose": "work", "day": "2022-02-01", "voucher": "2022-记-31"}


def test_working_funds_are_recorded_shown_and_put_right(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert "还没有登记过拨付" in admin.get(PAGE).text
    preview = admin.submit(f"/{YEAR}/acts/record-payment/preview", city="nanjing", **PAID).text
    assert "南京：拨付工作经费 20000 元，2022年2月1日，凭证 2022-记-31。" in preview
    assert done(admin, "record-payment", city="nanjing", **PAID) == 200
    assert done(admin, "record-payment", city="nanjing", **PAID) == 422
    nanjing, wuxi = window.as_("nanjing"), window.as_("wuxi")
    assert ("2022-记-31" in nanjing.get(PAGE).text, "2022-记-31" in wuxi.get(PAGE).text) == (True, False)
    assert "void-transfer" not in nanjing.get(PAGE).text
    assert window.as_(VIEWER).get(PAGE).text.count("登记有误</a>") == 0
    assert done(admin, "void-transfer", transfer="第1号", reason="凭证号写错") == 200
    assert "登记有误，不计" in nanjing.get(PAGE).text
    assert "凭证号写错" not in nanjing.get(PAGE).text
    with window.database.read() as connection:
        said = connection.execute(select(table_of(AuditEntry).c.what)).scalars().all()
        assert [one.void for one in fund_transfers.transfers(connection, YEAR)] == ["凭证号写错"]
    assert {"登记经费拨付", "经费登记有误"} <= {*said}


def test_the_table_is_the_same_on_the_page_in_the_workbook_and_in_print(window: Window) -> None:
    admin = window.as_(ADMIN)
    done(admin, "record-payment", city="nanjing", **PAID)
    book = load_workbook(BytesIO(admin.get(f"/{YEAR}/exports/funds.xlsx").content))
    lines = {row[0]: row for row in book.worksheets[0].iter_rows(values_only=True)}
    names = [row[0] for row in book.worksheets[0].iter_rows(values_only=True, min_row=2)]
    assert names == [*(city.name for city in files.load(YEAR).cities), "全省"]
    assert lines["南京"][1:5] == (20000, 20000, 0, 0)
    assert lines["全省"][1:5] == (260000, 20000, 0, 0)
    register = admin.get(f"/{YEAR}/exports/transfers.csv").text.splitlines()
    assert (len(register), "2022-记-31" in register[1]) == (2, True)
    pdf = admin.get(f"/{YEAR}/funds.pdf")
    (only,) = PdfReader(BytesIO(pdf.content)).pages
    said = only.extract_text()
    assert ("经费收支表" in said, "260000" in said, "负责人" in said) == (True, True, True)
    assert admin.get(f"/{YEAR}/funds.pdf?as_of=2022-01-10T09:00").status_code != 200  # of no past is anything known
    assert window.as_("nanjing").get(f"/{YEAR}/funds.pdf").status_code == 404
