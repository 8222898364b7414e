"""A city sends its workbook with a script: progress, the faults in place of the page, and back again."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect

from acts.load import load_rows
from acts.rerun import rerun
from tests.browser.conftest import Town
from tests.support.filing import CITY, DUE, HERE, STAMP, spoilt
from tests.support.window import PACK, YEAR

pytestmark = pytest.mark.slow
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


def test_an_upload_with_a_script_shows_its_faults_and_then_its_success(town: Town, tmp_path: Path) -> None:
    faulty = tmp_path / "faulty.xlsx"
    faulty.write_bytes(spoilt(D2="九十"))
    page = town.sign_in(town.context(), CITY)
    page.goto(f"{HERE}/workbook")
    page.get_by_label("填好的《面试名单》").set_input_files(faulty)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_role("alert").first).to_have_text("盐城《面试名单》有 1 处错误，未导入；请逐条改正后重新导入。")
    expect(page.get_by_role("row", name="2 测试成绩 九十 不是数字 应为 0–100 的数")).to_be_visible()
    assert page.evaluate("document.activeElement.hasAttribute('data-result')")
    page.set_viewport_size(PHONE)
    mended, right = page.get_by_label("第 2 行测试成绩已改"), page.get_by_role("cell", name="应为 0–100 的数")
    for box in (mended.bounding_box(), right.bounding_box()):
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]
    page.set_viewport_size(DESK)

    page.get_by_label("填好的《面试名单》").set_input_files(PACK / CITY / "shortlist.xlsx")
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("盐城《面试名单》已导入 38 行")
    page.get_by_role("button", name="下一步：自查").click()
    expect(page.get_by_role("heading", name="自查：盐城 面试名单")).to_be_visible()


def test_a_file_that_is_too_large_is_not_even_sent(town: Town, tmp_path: Path) -> None:
    large = tmp_path / "large.xlsx"
    large.write_bytes(b"PK" + b"0" * 6 * 2**20)
    for scripts, said in ((True, "文件超过 5 MB，没有上传"), (False, "文件太大：一份报送表不能超过 5 MB")):
        page = town.sign_in(town.context(scripts=scripts), CITY)
        page.goto(f"{HERE}/workbook")
        page.get_by_label("填好的《面试名单》").set_input_files(large)
        page.get_by_role("button", name="上传", exact=True).click()
        expect(page.get_by_role("alert").filter(has_text=said)).to_be_visible()


PASTE = """([table, text]) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const cell = document.getElementsByName(table)[0];
    cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_rows_are_saved_as_they_are_left_and_wait_for_the_line_and_a_paste_fills_them(town: Town) -> None:
    context = town.context()
    page = town.sign_in(context, CITY)
    page.goto(f"{HERE}/rows?sheet=cut_lines")
    page.set_viewport_size(PHONE)
    assert page.locator("table.edit tbody th").first.evaluate("one => getComputedStyle(one).position") == "sticky"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a row is a card, and goes not sideways"
    page.set_viewport_size(DESK)
    said = page.locator("[data-said]")
    line = str(page.locator("tr[data-kept='']").first.get_attribute("data-line"))
    page.locator(f"[name='{line}.line_score']").fill("80")
    page.get_by_role("button", name="保存", exact=True).focus()
    expect(page.locator("small.fault")).to_be_visible()
    expect(said).to_contain_text("还有 1 行没有保存")
    context.set_offline(True)
    page.evaluate(PASTE, [f"{line}.subject", "计算机\t81\r\n天文\t82\r\n"])
    expect(said).to_contain_text("没有连上，还有 2 行没有保存")
    assert page.evaluate("() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))"), "leaving warns"
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(said).to_contain_text("还有 1 行没有保存")
    expect(page.locator("small.fault")).to_contain_text("不在可选项中")
    page.locator(f"[name='{int(line) + 1}.subject']").select_option("数学")
    page.get_by_role("button", name="保存", exact=True).focus()
    expect(said).to_have_text("已保存。")
    assert not page.evaluate("() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    page.locator(f"[name='{line}.line_score']").fill("79")
    page.get_by_role("button", name="保存", exact=True).click()  # the row is on its way as the page is sent
    page.wait_for_url("**/rows?*said=*")
    assert page.locator("[name$='.line_score']").evaluate_all("all => all.some(one => one.value === '79')")
    assert page.get_by_text("没有保存：草稿在您打开本页之后改过").count() == 0


def test_a_city_in_which_nobody_applied_ticks_it_once(town: Town) -> None:
    where, database = f"/{YEAR}/application/{CITY}", town.site.database
    assert rerun(database, YEAR, "application", CITY, STAMP, until=DUE, reason="核对").done
    assert load_rows(database, YEAR, "application", CITY, {"schools": [], "students": []}, STAMP).done
    page = town.sign_in(town.context(scripts=False), CITY)
    page.goto(where)
    page.locator("summary", has_text="今年没有申报").click()
    page.get_by_label("本市今年没有学生申报").check()
    page.get_by_role("button", name="预览").click()
    page.get_by_role("button", name="确认登记").click()
    expect(page.get_by_text("今年没有申报：学生申报、面试名单、导师面试、师生见面会")).to_be_visible()
    page.goto(f"/{YEAR}/interview/{CITY}")
    expect(page.get_by_role("row", name="今年没有申报").first).to_be_visible()
