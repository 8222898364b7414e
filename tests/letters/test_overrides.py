"""Words of the office's own: taken where they hold for every case, refused with a reason where they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from calendars.files import load
from letters.occurrences import KINDS, occurrences
from letters.overrides import Misworded, Wording, shipped, wording
from letters.proofreading import cases, proofread
from letters.render import Rendered, render
from letters.specimens import specimen
from phases.book import BOOK

YEAR = load(2022)
OCCURS = occurrences(BOOK, YEAR)
OWN = """{% extends layout %}
{% block body %}
{% call paragraph() %}
{{ city }}的同志：{{ what }}到期未报。
{% endcall %}
{{ facts(rows) }}
{{ items("尚缺", lines) }}
{{ link_to("去补报", link) }}
{% endblock %}
"""


def overdue(words: dict[str, str]) -> Rendered:
    return render(specimen(BOOK, YEAR, "overdue", "shortlist", "city", YEAR.city("盐城")), words)


def test_the_shipped_words_hold_for_every_case() -> None:
    assert {kind: list(proofread(kind, shipped(kind), [YEAR, load(2027)], BOOK)) for kind in KINDS} == {
        kind: [] for kind in KINDS
    }


def test_every_phase_and_audience_of_a_kind_is_tried() -> None:
    tried = {(kind, brief.phase, brief.audience) for kind in KINDS for brief in cases(kind, YEAR, BOOK)}
    assert tried == {(*pair, audience) for pair, audiences in OCCURS.items() for audience in audiences}


def test_words_of_the_office_take_the_place_of_the_shipped(tmp_path: Path) -> None:
    (tmp_path / "overdue.jinja").write_text(OWN, encoding="utf-8")
    found = wording(tmp_path, BOOK)
    assert found == Wording({"overdue": OWN})
    own, plain = overdue(dict(found.words)), overdue({})
    assert own.subject == plain.subject
    assert own.text.split("\n")[3:4] == ["　　盐城市的同志：2022年度面试名单到期未报。"]
    assert "盐城市的同志" in own.html
    assert "经同意后即可补报" in plain.text


def test_no_folder_means_no_words_of_its_own(tmp_path: Path) -> None:
    assert wording(tmp_path / "none", BOOK) == Wording({})


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "overdue.jinja"
    file.write_text("{% oops %}", encoding="utf-8")
    assert wording(tmp_path, BOOK).words == {}
    file.write_text(OWN, encoding="utf-8")
    assert wording(tmp_path, BOOK).words == {"overdue": OWN}


@pytest.mark.parametrize(
    ("source", "where", "wrong"),
    [
        ("{% extends layout %}\n{% block body %}", "第 2 行写法有误：没有写完，缺少结束标签，如 {% endblock %}", ""),
        (OWN.replace("{{ city }}", "{{ city }"), "第 4 行写法有误：多了“}”", ""),
        (OWN.replace("{{ city }}", "{{ city “}}"), "第 4 行写法有误：有不认得的符号 “ ，引号", ""),
        (OWN.replace("{{ city }}", "{{ }}"), "第 4 行写法有误：缺少内容，写的是“}}”", ""),
        (OWN.replace("{{ city }}", "{{ city what }}"), "第 4 行写法有误：应为“}}”，写的却是“what”", ""),
        (OWN.replace("{{ city }}", "{{ (city }}"), "第 4 行写法有误：多了“}”，应为“)”", ""),
        (OWN.replace("{{ city }}", "{% oops %}"), "第 4 行写法有误：没有“oops”这个标签", ""),
        (OWN.replace("{{ city }}", "{{ city | big }}"), "第 4 行写法有误：没有“big”这种写法", ""),
        (OWN.replace("{{ city }}", "{% endif %}"), "第 4 行写法有误：“endif”没有与之配对的开头", ""),
        (OWN.replace("paragraph()", "paragraph"), "第 3 行写法有误：call 之后要写成 paragraph() 的样子", ""),
        (OWN + "{% block body %}{% endblock %}", "第 10 行写法有误：“body”部分写了两次", ""),
        (OWN.replace("{{ city }}", "{{ zzz }}"), "第 4 行：没有“zzz”这个名称；可用的有 addressee、", "、year"),
        (OWN.replace("{{ city }}", "{{ reason.years }}"), "第 4 行：没有“years”这一项", ""),
        (OWN.replace("{{ city }}", "{{ city.__class__.__mro__ }}"), "第 4 行：用了不允许的写法", ""),
        (OWN.replace("{{ city }}", "{{ city() }}"), "第 4 行：用法不对", ""),
        ("{% extends 'other' %}", "第 1 行：只能套用 layout", ""),
        ("{{ city }}", "没有套用函件版式：", "应以 {% extends layout %} 开头"),
        ("{% extends layout %}{% block body %}{% endblock %}", "正文是空的", ""),
        (OWN.replace("的同志", "<b>的</b>同志"), "文字正文与 HTML 正文说的不一样：", ""),
        (OWN.replace("的同志", "<img src='http://x/y.png'>"), "含有图片、脚本、样式或外部资源", ""),
        (OWN.replace("{{ facts(rows) }}", ""), "没有写明截止时间", ""),
        (OWN.replace('{{ link_to("去补报", link) }}', ""), "没有给出办理入口的链接", ""),
        (OWN.replace("的同志", "\u202e的同志"), "含有控制字符", ""),
        (OWN.replace("{{ city }}", "{{ 1 / 0 }}"), "第 4 行：除数为零", ""),
        (OWN.replace("{{ city }}", "{{ city.index('甲') }}"), "第 4 行：无法成文（ValueError：", ""),
    ],
)
def test_a_template_that_does_not_hold_is_refused_with_what_is_wrong(source: str, where: str, wrong: str) -> None:
    found = [said for _, said in proofread("overdue", source, [YEAR], BOOK)]
    assert found != []
    assert [said for said in found if said.startswith(where) and wrong in said] != []
    assert [said for said in found if "’" in said or "'" in said] == []


def test_words_that_fail_for_one_audience_alone_are_refused(tmp_path: Path) -> None:
    source = OWN.replace("{{ city }}", '{{ city if audience == "city" else citty }}')
    (tmp_path / "overdue.jinja").write_text(source, encoding="utf-8")
    assert wording(tmp_path, BOOK) == Wording(
        {},
        (
            Misworded(
                "overdue.jinja",
                "导师推荐，发给导师",
                "第 4 行：没有“citty”这个名称，疑为“city”",
            ),
        ),
    )


def test_a_file_of_no_kind_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "late.jinja").write_text(OWN, encoding="utf-8")
    (tmp_path / "rerun.jinja").write_bytes(b"\xff\xfe")
    assert [(fault.file, fault.wrong[:9]) for fault in wording(tmp_path, BOOK).faults] == [
        ("late.jinja", "没有“late”这"),
        ("rerun.jinja", "读不出来：不是 U"),
    ]


def test_an_act_is_not_held_up_over_words_that_fail_all_the_same() -> None:
    assert overdue({"overdue": "{{ nothing_of_that_name }}"}) == overdue({})
