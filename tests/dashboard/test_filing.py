"""A late city from the workbook to the next phase, without a script; and what becomes of a file that cannot load."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import event, select, update
from starlette.requests import Request

from acts.load import load_rows
from acts.rerun import rerun
from dashboard.panels.filing_here import filing_panel
from dashboard.panels.place import Place
from dashboard.serving.look import Looking
from dashboard.signing_in.sessions import COOKIE, digest, find
from forms.sandbox import FILE_SIZE
from models import audit, loading
from models.columns import table_of
from models.key_file import KeyFile
from models.matching_keys import NoMatchingKey
from models.tables.audit import AuditEntry
from models.tables.season import CityPhase, ProgrammeYear
from tests.support.books import book
from tests.support.filing import CITY, DUE, HERE, STAMP, deed, loads, once, reopen, spoilt, state, upload, workbook
from tests.support.window import ADMIN, VIEWER, YEAR, Window


@pytest.fixture
def late(window: Window) -> Window:
    reopen(window)
    return window


def test_a_city_files_its_phase_without_a_script(late: Window) -> None:
    browser = late.as_(CITY)
    assert "还没有导入任何内容" in browser.get(f"{HERE}/workbook").text

    refused = upload(browser, spoilt(D2="九十", B3="<script>alert(1)</script>"))
    assert (refused.status_code, loads(late)) == (422, 0)
    row = re.sub(r' data-of="[^"]+"', "", refused.text.partition('<th scope="row">2</th>')[2].partition("</tr>")[0])
    right = "应为 0–100 的数；没有参加测试的填“缺考”"
    tick = '<td><input type="checkbox" aria-label="第 2 行测试成绩已改" autocomplete="off"></td>'
    assert row == f'<td>测试成绩</td><td class="cell-shown">九十</td><td>不是数字</td><td>{right}</td>{tick}'
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in refused.text
    assert "<script>alert" not in refused.text

    mended = upload(browser, workbook())
    assert (mended.status_code, loads(late)) == (200, 1)
    assert "盐城《面试名单》已导入 38 行" in mended.text

    assert "✓ 报送前自查：各项均符合规定" in browser.get(f"{HERE}/trial").text
    asked = browser.get(f"{HERE}/file").text
    assert "本阶段即告通过，导师面试到时间即可开放" in asked
    assert state(late, "shortlist") == "open"
    for _ in range(2):
        assert "盐城 面试名单 已报送，通过。" in deed(browser, browser.submit(f"{HERE}/file", once=once(asked)))
    assert [state(late, phase) for phase in ("shortlist", "interview")] == ["passed", "open"]
    assert "“面试名单”已经通过。" in browser.get(f"{HERE}/file").text


def test_a_filing_that_the_gate_returns_says_what_mends_it(late: Window) -> None:
    browser = late.as_(CITY)
    upload(browser, spoilt(E2="否"))
    assert (
        "1 名学生（3209-2022-0001）达到分数线而未列入；请按测试记录核对，确已达到的列入面试名单"
        in browser.get(f"{HERE}/trial").text
    )
    asked = browser.get(f"{HERE}/file").text
    assert "现在报送会被退回" in asked
    said = deed(browser, browser.submit(f"{HERE}/file", once=once(asked)))
    assert "已退回：1 名学生（3209-2022-0001）达到分数线而未列入；请按测试记录核对，确已达到的列入面试名单" in said
    assert state(late, "shortlist") == "returned"
    assert "（剩 3 个工作日）。草稿还有 1 项不符合规定：请逐项核对后重新上传。" in panel(late, CITY)


def standing_out(page: str) -> list[str]:
    """What the main part of a page says loudest: its buttons, and the links that look like one, but for quiet ones."""
    main = page[page.index("<main") : page.index("</main")]
    return re.findall(r'<(?:button(?![^>]*quiet)|a role="button"(?! class="quiet"))[^>]*>([^<]*)<', main)


def test_after_a_failed_trial_nothing_that_stands_out_files(late: Window) -> None:
    browser = late.as_(CITY)
    upload(browser, spoilt(E2="否"))
    loud = {page: standing_out(browser.get(f"{HERE}/{page}").text) for page in ("trial", "file")}
    assert loud == {"trial": ["改正后重新上传"], "file": ["先改正，重新上传"]}
    assert standing_out(browser.get(HERE).text) == ["上传"]
    upload(browser, workbook())
    loud = {page: standing_out(browser.get(f"{HERE}/{page}").text) for page in ("trial", "file")}
    assert loud == {"trial": ["下一步：报送"], "file": ["确认报送"]}


def test_an_older_draft_than_what_was_refused_is_filed_only_where_that_is_ticked(late: Window) -> None:
    browser = late.as_(CITY)
    upload(browser, workbook())
    ready = browser.get(f"{HERE}/file").text
    refused = upload(browser, spoilt(D2="九十"))
    assert (standing_out(refused.text), "报送旧草稿" in refused.text) == (["上传"], True)
    for page in ("", "/trial", "/file"):
        assert "有 1 处错误，没有存入草稿" in browser.get(f"{HERE}{page}").text
    assert standing_out(browser.get(f"{HERE}/file").text) == ["先改正，重新上传"]
    answer = browser.submit(f"{HERE}/file", once=once(ready))
    assert (answer.status_code, answer.headers["location"], state(late, "shortlist")) == (303, f"{HERE}/file", "open")
    assert "已报送，通过" in deed(browser, browser.submit(f"{HERE}/file", once=once(ready), older="on"))


def test_what_was_loaded_before_is_meant_again_where_it_is_sent_after_a_refusal(late: Window) -> None:
    browser = late.as_(CITY)
    for data in (workbook(), spoilt(D2="九十"), workbook(), workbook()):
        upload(browser, data)
    assert (loads(late), standing_out(browser.get(f"{HERE}/file").text)) == (2, ["确认报送"])


def test_contacts_that_were_emptied_stand_with_city_and_province_until_the_same_workbook_is_loaded(
    late: Window,
) -> None:
    lost, browser, office = "加密用的密钥丢失", late.as_(CITY), late.as_(ADMIN)
    upload(browser, workbook())
    assert (lost in browser.get(HERE).text, lost in office.get(f"/{YEAR}/tasks").text) == (False, False)
    with late.database.write(YEAR) as connection:
        loading.emptied(connection, YEAR, "shortlist", [CITY])
        loading.emptied(connection, YEAR, "application", [CITY])
    passed = browser.get(f"/{YEAR}/application/{CITY}").text
    tasks = office.get(f"/{YEAR}/tasks").text
    assert (lost in browser.get(HERE).text, "由省级管理办公室重新开放之后办理" in passed) == (True, True)
    assert ("盐城《学生申报表》" in tasks, "盐城《面试名单》" in tasks) == (True, True)
    assert upload(browser, workbook()).status_code == 200
    tasks = office.get(f"/{YEAR}/tasks").text
    assert (lost in browser.get(HERE).text, "盐城《面试名单》" in tasks) == (False, False)


def test_a_refused_workbook_is_given_back_with_its_faults_to_who_sent_it(late: Window) -> None:
    browser = late.as_(CITY)
    sent = upload(browser, spoilt(D2="九十")).text
    address = f"{HERE}/faults/{sent.partition(f'{HERE}/faults/')[2].partition(chr(34))[0]}"
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get(address).content))["成绩"]
    assert (sheet["D2"].value, sheet["D2"].comment.text.partition("；")[0]) == ("九十", "填的是“九十”，不是数字")
    assert [late.as_(name).get(address).status_code for name in (ADMIN, VIEWER, "nanjing")] == [404, 403, 404]
    assert browser.get(address.removesuffix("xlsx") + "csv").status_code == 200
    with late.database.read() as connection:
        kept = [(one.what, one.subject, one.address) for one in audit.entries(connection, city=CITY, most=2)]
    assert kept == [
        ("下载面试名单的错误清单（1 行）", HERE[1:], "127.0.0.1"),
        ("下载面试名单（标出错误，1 处）", HERE[1:], "127.0.0.1"),
    ]
    assert "标出错误" not in upload(browser, b"PK no workbook").text


def test_a_late_city_may_prepare_and_is_told_how_to_ask(window: Window) -> None:
    browser = window.as_(CITY)
    assert upload(browser, workbook()).status_code == 200
    said = "逾期 8 天，现在不能报送：请向省级管理办公室申请延期，重新开放之后即可报送。草稿自查已通过。"
    assert said in browser.get(f"{HERE}/file").text
    assert said in panel(window, CITY)
    answer = deed(browser, browser.submit(f"{HERE}/file", once="a form from before"))
    assert "现在不能报送；请向省级管理办公室说明原因并申请延期" in answer


def panel(window: Window, name: str, phase: str = "shortlist") -> str:
    """What stands on the page of a city phase for this account."""
    window.as_(name)
    opened = window.site.year(YEAR)
    now = window.site.now(opened)
    reader = find(window.site, digest(f"cookie of {name}"))
    assert reader is not None
    request = Request({"type": "http", "app": type("App", (), {"state": type("State", (), {"site": window.site})})})
    request.state.reader = reader
    look, here = Looking(opened, now, now), (opened.year.phase(phase), opened.year.city(CITY))
    place = Place(request, reader, look, *here, window.standings(look))
    return filing_panel(place) or ""


def test_the_panel_says_what_to_do_now_and_to_the_province_only_how_to_help(late: Window) -> None:
    mine, help_, looking = (panel(late, name) for name in (CITY, ADMIN, VIEWER))
    said = "请在 2022-02-10（周四）24:00 前报送“面试名单”（剩 3 个工作日）。请下载模板，填好后上传，自查通过即可报送。"
    assert said in mine
    step = f'<span aria-hidden="true">1</span> <a href="{HERE}/template.xlsx?begun=1">下载模板</a>'
    assert f'<li class="now" aria-current="step">{step}' in mine
    assert "代该市导入" in help_
    assert f"{HERE}/file" not in help_
    assert looking == ""
    assert "等“面试名单”通过后开放" not in panel(late, CITY, "interview")
    assert "“导师面试”尚未开放：须" in panel(late, CITY, "interview")


def test_an_officer_helps_by_telephone_and_the_audit_says_so(late: Window) -> None:
    assert upload(late.as_(ADMIN), workbook()).status_code == 200
    table = table_of(AuditEntry)
    with late.database.read() as connection:
        rows = connection.execute(select(table.c.by, table.c.what, table.c.subject, table.c.city)).all()
    assert [tuple(row) for row in rows] == [("admin 某（省办代）", "代为导入报送表", "2022/shortlist/yancheng", CITY)]
    assert "admin 某（省办代）" in late.as_(CITY).get("/2022/shortlist/yancheng").text


def test_who_may_what(late: Window) -> None:
    pages = ("workbook", "template.xlsx", "template.xlsx?filled=1", "trial", "file", "rows", "request")
    found = {
        name: [late.as_(name).get(f"{HERE}/{page}").status_code for page in pages]
        for name in (CITY, "nanjing", ADMIN, VIEWER)
    }
    assert found == {
        CITY: [200] * 7,
        "nanjing": [404] * 7,
        ADMIN: [200, 200, 403, 200, 404, 404, 404],
        VIEWER: [403, 200, 404, 200, 403, 403, 403],
    }
    assert late.as_(CITY).get("/2022/evaluation/yancheng/workbook").status_code == 404
    assert late.as_(ADMIN).get("/2022/evaluation/yancheng/workbook").status_code == 200
    assert late.as_(CITY).get("/2022/nothing/yancheng/workbook").status_code == 404
    assert upload(late.as_("nanjing"), workbook()).status_code == 404


def test_a_city_hears_of_no_other_city(late: Window) -> None:
    browser = late.as_(CITY)
    assert upload(browser, workbook()).status_code == 200
    others = [city.name for city in late.site.year(YEAR).year.cities if city.slug != CITY]
    for page in ("workbook", "trial", "file", "rows", "rows?sheet=cut_lines", "request"):
        text = browser.get(f"{HERE}/{page}").text
        assert [name for name in others if name in text] == []
    faulty = upload(browser, spoilt(A2="3201-2022-0001")).text
    assert ("本市没有这个报名号" in faulty, [name for name in others if name in faulty]) == (True, [])


def test_a_load_that_the_state_forbids_says_why(window: Window) -> None:
    answer = upload(window.as_(CITY), workbook(f"{CITY}/application.xlsx"), f"/{YEAR}/application/{CITY}")
    assert answer.status_code == 409
    assert "盐城 学生申报：" in answer.text
    assert "如需重新办理，请由省级管理办公室重新开放本阶段" in answer.text


def test_without_the_matching_key_a_city_hears_nothing_of_the_machine(window: Window, tmp_path: Path) -> None:
    assert rerun(window.database, YEAR, "application", CITY, STAMP, until=DUE, reason="核对").done
    with window.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(matching_key="0" * 8))
    window.database.dispose()
    del window.database.engine
    window.database.keys = KeyFile(tmp_path / "matching-key")
    answer = upload(window.as_(CITY), spoilt("application", "学生", J2=4), f"/{YEAR}/application/{CITY}")
    said = "现在不能辨认同一学生和往年学生，这次没有办理，什么也没有存下；请告知省级管理办公室，由其联系维护人员。"
    assert (answer.status_code, said in answer.text) == (503, True)
    (tmp_path / "matching-key").mkdir()  # while it runs it came to be nothing that can be read
    answer = upload(window.as_(CITY), spoilt("application", "学生", J2=4), f"/{YEAR}/application/{CITY}")
    assert (answer.status_code, said in answer.text, str(tmp_path) in answer.text) == (503, True, False)
    told = NoMatchingKey(named="0" * 8, place=tmp_path, there="不存在")
    assert (str(told), f"{tmp_path} 不存在" in told.in_full) == (said, True), "nor where an act's refusal quotes it"


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(name, "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60 * 2**20)
    return target.getvalue()


def crowd() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for at in range(201):
            archive.writestr(f"{at}.xml", "")
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "文件是空的；请用 Excel 或 WPS 另存为 .xlsx 后重新上传"),
        (b"no workbook", "文件不是 Excel 报送表（.xlsx）"),
        (b"PK\x03\x04" + b"0" * FILE_SIZE, "文件超过 5 MB"),
        (bomb(), "文件解压后超过 50 MB"),
        (crowd(), "文件内的部件超过 200 个"),
        (book({"成绩": [["报名号"]]}), "“分数线”"),
    ],
    ids=["empty", "text", "large", "bomb", "crowd", "sheet missing"],
)
def test_a_file_that_cannot_be_read_says_why(late: Window, data: bytes, said: str) -> None:
    answer = upload(late.as_(CITY), data)
    assert (answer.status_code, loads(late)) == (422, 0)
    wrong, _, right = said.partition("；")
    assert wrong in answer.text
    assert right in answer.text


def test_no_file_chosen(late: Window) -> None:
    answer = upload(late.as_(CITY), b"", name="")
    assert (answer.status_code, "没有选择文件" in answer.text) == (422, True)


def chunks(size: int) -> Iterator[bytes]:
    yield b'--e\r\ncontent-disposition: form-data; name="workbook"; filename="a"\r\n\r\n'
    for _ in range(size // 2**16):
        yield b"0" * 2**16


@pytest.mark.parametrize("stated", [True, False])
def test_a_body_beyond_all_bounds_is_refused_whether_it_states_its_length_or_not(late: Window, *, stated: bool) -> None:
    browser, size = late.as_(CITY), 12 * 2**20
    headers = {"content-type": "multipart/form-data; boundary=e", "accept": "text/html"}
    if stated:
        answer = browser.post(f"{HERE}/workbook", content=b"".join(chunks(size)), headers=headers)
    else:
        answer = browser.post(f"{HERE}/workbook", content=chunks(size), headers=headers)
    assert (answer.status_code, "文件太大：一份报送表不能超过 5 MB" in answer.text) == (413, True)
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")


def test_a_great_many_faults_are_shown_page_by_page_and_as_a_table(late: Window) -> None:
    scores: list[list[object]] = [["报名号", "姓名", "学科", "测试成绩", "入围面试"]]
    scores += [[f"3209-2022-{at:04}", "=cmd|' /C calc'!A0", "物理", "=1+1", "是"] for at in range(250)]
    browser = late.as_(CITY)
    answer = upload(browser, book({"成绩": scores, "分数线": [["学科", "分数线"]]}))
    assert (answer.status_code, answer.text.count('<th scope="row">')) == (422, 200)
    total = int(answer.text.partition("<p>共 ")[2].partition(" 处")[0])
    assert total >= 250
    word = answer.text.partition(f"{HERE}/faults/")[2].partition('"')[0]

    last = browser.get(f"{HERE}/faults/{word}?start=200").text
    assert last.count('<th scope="row">') == total - 200
    table = browser.get(f"{HERE}/faults/{word}.csv")
    lines = table.content.decode("utf-8-sig").splitlines()
    assert (len(lines), lines[0]) == (total + 1, "表,行,列,填的内容,存在问题,正确填法")
    assert not [line for line in lines if ",=" in line]
    assert [late.as_(name).get(f"{HERE}/faults/{word}").status_code for name in ("nanjing", ADMIN)] == [404, 404]


def test_a_filled_workbook_loads_again_as_the_same(late: Window) -> None:
    browser = late.as_(CITY)
    upload(browser, workbook())
    filled = browser.get(f"{HERE}/template.xlsx?filled=1")
    assert "%EF%BC%88%E5%B7%B2%E5%A1%AB%EF%BC%89.xlsx" in filled.headers["content-disposition"]
    again = upload(browser, filled.content)
    assert (again.status_code, "与上次导入的内容相同，未作改动" in again.text) == (200, True)


def test_the_empty_template_is_the_citys_to_fill(late: Window) -> None:
    found = openpyxl.load_workbook(io.BytesIO(late.as_(CITY).get(f"{HERE}/template.xlsx").content))
    assert [(page.title, page.max_row) for page in found] == [("成绩", 1), ("分数线", 1)]


def test_the_cookie_of_a_city_alone_sends_nothing(late: Window) -> None:
    browser = late.as_(CITY)
    assert browser.cookies[COOKIE]
    answer = browser.post(f"{HERE}/workbook", files={"workbook": ("a.xlsx", workbook())})
    assert (answer.status_code, loads(late)) == (403, 0)


def test_as_many_statements_for_any_number_of_rows(late: Window) -> None:
    browser = late.as_(CITY)
    scores = [["报名号", "姓名", "学科", "测试成绩", "入围面试"]]
    cut: list[list[object]] = [["学科", "分数线"], ["物理", 60]]
    whole = openpyxl.load_workbook(io.BytesIO(workbook()))["成绩"]
    rows = [list(row) for row in whole.iter_rows(min_row=2, values_only=True)]
    counted = []
    for some in (rows[:1], rows):
        assert upload(browser, book({"成绩": [*scores, *some], "分数线": cut})).status_code == 200
        sent: list[str] = []
        event.listen(late.database.engine, "before_cursor_execute", lambda *said, to=sent: to.append(said[2]))
        for page in ("workbook", "rows", "trial", "file", "request"):
            assert browser.get(f"{HERE}/{page}").status_code == 200
        counted.append(len(sent))
    assert counted[0] == counted[1]


def test_the_provinces_hand_is_told_why_the_filled_workbook_is_not_theirs(late: Window) -> None:
    answer = late.as_(ADMIN).get(f"{HERE}/template.xlsx?filled=1")
    assert (answer.status_code, "您的账号只能查看" in answer.text) == (403, False)
    assert "已填的内容只由该市自己下载；省办可在“导出”页下载各市的表。" in answer.text


def test_a_template_comes_with_who_has_to_stand_on_it(late: Window) -> None:
    """Every applicant whom the city approved, by number, with name and subject: nothing else is filled in."""
    browser = late.as_(CITY)
    assert "下载含学生名单的模板" in browser.get(f"{HERE}/workbook").text
    found = openpyxl.load_workbook(io.BytesIO(browser.get(f"{HERE}/template.xlsx?begun=1").content))
    (header, *rows), scored = found["成绩"].values, openpyxl.load_workbook(io.BytesIO(workbook()))["成绩"].values
    assert (header, *((*row[:3], None, None) for row in rows)) == (header, *rows)
    assert [row[:2] for row in rows] == sorted(row[:2] for row in list(scored)[1:])
    assert list(found["分数线"].values)[1:] == []
    assert late.as_(ADMIN).get(f"{HERE}/template.xlsx?begun=1").status_code == 403


def test_what_is_only_to_be_looked_at_is_shown_and_refuses_nothing(late: Window) -> None:
    found = openpyxl.load_workbook(io.BytesIO(workbook()))
    found["成绩"].row_dimensions[3].hidden = True
    target = io.BytesIO()
    found.save(target)
    page = upload(late.as_(CITY), target.getvalue())
    assert (page.status_code, loads(late)) == (200, 1)
    assert "“成绩”表第 3 行：这一行是隐藏的，也已读取；如不报送，请删去。" in page.text


def test_a_workbook_of_another_form_says_which_it_is_and_no_other_fault(late: Window) -> None:
    browser = late.as_(CITY)
    other = browser.get(f"/{YEAR}/interview/{CITY}/template.xlsx").content
    page = upload(browser, other).text
    assert "这是“导师面试”阶段的《导师面试结果表》" in page
    assert "共 1 处" in page


def test_a_city_takes_its_filing_back_on_its_page(window: Window) -> None:
    here, city = "/2022/interview/nanjing", window.as_("nanjing")
    with window.database.write(2022) as connection:
        table = table_of(CityPhase)
        one = (table.c.year == 2022, table.c.phase == "interview", table.c.city == "nanjing")
        connection.execute(update(table).where(*one).values(state="submitted"))
    page = city.get(here).text
    assert f'action="{here}/recall"' in page
    assert f'action="{here}/recall"' not in window.as_(ADMIN).get(here).text
    city.submit(f"{here}/recall", once="recalled", reason="漏报一人")
    assert "撤回报送" in city.get(here).text
    assert f'action="{here}/recall"' not in city.get(here).text


def test_a_city_without_applicants_says_so_on_the_page_of_the_application(window: Window) -> None:
    where, browser = f"/{YEAR}/application/{CITY}", window.as_(CITY)
    assert f"{where}/nobody" not in browser.get(where).text, "that phase has passed"
    assert rerun(window.database, YEAR, "application", CITY, STAMP, until=DUE, reason="核对").done
    page = browser.get(where).text
    assert "本市今年没有学生申报" in page
    assert "今年没有申报" not in browser.get(HERE).text
    assert browser.submit(f"{where}/nobody", once=once(page)).status_code == 422, "it has to be ticked"
    taken = "名审核通过的学生，不能登记为今年没有申报"
    assert taken in browser.submit(f"{where}/nobody", once=once(page), sure="on").text
    refused = browser.submit(f"{where}/nobody", once=once(page), sure="on", previewed="on")
    assert taken in deed(browser, refused)
    assert load_rows(window.database, YEAR, "application", CITY, {"schools": [], "students": []}, STAMP).done
    looked = browser.submit(f"{where}/nobody", once=once(page), sure="on").text
    assert ("预览，尚未办理" in looked, "<li>没有。</li>" in looked) == (True, False)
    assert "本市今年没有学生申报" in browser.get(where).text, "nothing is done"
    assert browser.submit(f"{HERE}/nobody", once="a form", sure="on").status_code == 404
