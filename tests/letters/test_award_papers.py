"""Letters of appointment and certificates as pages: what is on them, what they are, and what fails."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from letters.award_papers import AwardPaper, NoGlyph, NoPaperFont, Stationery, UnfitTemplate, made, shipped
from tests.support import qr_codes

URL = "https://talent.example/verify/aB3-x_9aB3-x_9aB3-x_9aB3"
PAPER = AwardPaper("3201-2022-0002", "王小明", "示范中学", "数学", "优秀", "2022年第1号", date(2022, 12, 20), URL)
RED_DOT = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18" fill="#c00"/></svg>'
)
CERTIFICATE = shipped("certificate.typ").decode()


def pages(pdf: bytes) -> list[str]:
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


def certificate(*papers: AwardPaper, folder: Path | None = None) -> bytes:
    return made("certificate", "2022年度培养证书", 2022, papers or (PAPER,), Stationery(folder))


def test_a_certificate_says_who_how_well_when_and_by_whom() -> None:
    (text,) = pages(certificate())
    assert text == (
        "培养证书江苏省中学生科技创新后备人才培养计划王小明同学：示范中学"
        "于2022年度参加江苏省中学生科技创新后备人才培养计划数学学科培养，完成培养任务，年度评价为“优秀”。特发此证。"
        "编号：2022年第1号扫描二维码核验真伪江苏省后备人才培养计划管理办公室2022年12月20日"
    )


def test_a_letter_of_appointment_has_no_grade() -> None:
    mentor = replace(PAPER, name="李某", place="示范大学", grade="")
    (text,) = pages(made("appointment", "2022年度导师聘书", 2022, [mentor], Stationery()))
    assert "聘书" in text
    assert "李某老师：示范大学兹聘请您为2022年度江苏省中学生科技创新后备人才培养计划数学学科导师" in text


def test_it_is_pdf_a_2b_and_its_file_names_no_child() -> None:
    """What veraPDF would read first: identification, output intent, all fonts embedded, nothing that acts."""
    reader = PdfReader(BytesIO(certificate()))
    root: Any = reader.trailer["/Root"]
    meta = root["/Metadata"].get_data().decode()
    assert re.search(r"<pdfaid:part>2</pdfaid:part>", meta)
    assert re.search(r"<pdfaid:conformance>B</pdfaid:conformance>", meta)
    intent = root["/OutputIntents"][0].get_object()
    assert (intent["/S"], "/DestOutputProfile" in intent) == ("/GTS_PDFA1", True)
    drawn: list[Any] = [*reader.pages]
    fonts = [font.get_object() for page in drawn for font in page["/Resources"]["/Font"].values()]
    inner = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert [one for one in inner if not {"/FontFile2", "/FontFile3"} & one.keys()] == []
    assert not {"/OpenAction", "/AA", "/AcroForm", "/Names"} & root.keys()
    assert "/Encrypt" not in reader.trailer
    assert "王小明" not in f"{meta}{reader.metadata}"


def test_the_code_on_the_page_leads_to_where_it_is_confirmed() -> None:
    read = [qr_codes.read(qr_codes.drawn(page)) for page in PdfReader(BytesIO(certificate(PAPER, PAPER))).pages]
    assert read == [URL, URL]


@pytest.mark.parametrize("name", ["䶮𬭸", "阿" * 30 + "·" + "尔" * 29, "买买提·吐尔逊"])
def test_rare_and_long_names_are_there_whole_on_one_page(name: str) -> None:
    (text,) = pages(certificate(replace(PAPER, name=name)))
    assert f"{name}同学：" in text


def test_a_character_that_the_font_lacks_fails_by_whose_it_is() -> None:
    """All of them at once, so that nobody mends one and tries again."""
    first = replace(PAPER, whom="3201-2022-0002 王\U0002cb6d", name="王\U0002cb6d")
    second = replace(PAPER, whom="3202-2022-0001 李四", place="\U0002cb6e中学")
    with pytest.raises(NoGlyph) as error:
        certificate(PAPER, first, second)
    said = str(error.value)
    assert "3201-2022-0002 王\U0002cb6d的“\U0002cb6d（U+2CB6D）”" in said
    assert "3202-2022-0001 李四的“\U0002cb6e（U+2CB6E）”" in said


def test_without_the_font_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    import typst

    real = typst.compile_with_warnings
    monkeypatch.setattr(typst, "compile_with_warnings", lambda *a, **k: real(*a, **k | {"ignore_system_fonts": True}))
    with pytest.raises(NoPaperFont, match="fonts-noto-cjk"):
        certificate()


def test_what_a_paper_says_is_text_and_never_typst() -> None:
    (text,) = pages(certificate(replace(PAPER, place='#panic("x")*甲*$x$<script>')))
    assert '#panic("x")*甲*$x$<script>' in text


def test_the_office_s_seal_and_signature_are_put_on_it(tmp_path: Path) -> None:
    plain = certificate(folder=tmp_path)
    (tmp_path / "seal.svg").write_bytes(RED_DOT)
    (tmp_path / "signature.svg").write_bytes(RED_DOT)
    assert len(certificate(folder=tmp_path)) > len(plain)
    (tmp_path / "seal.svg").write_bytes(b" " * 4_000_001)
    with pytest.raises(UnfitTemplate, match="4 MB"):
        certificate(folder=tmp_path)


def test_a_template_of_the_office_s_own_is_taken(tmp_path: Path) -> None:
    (tmp_path / "certificate.typ").write_text(CERTIFICATE.replace("特发此证。", "以资证明。"), "utf-8")
    (text,) = pages(certificate(folder=tmp_path))
    assert "以资证明。" in text


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("#p.grade", "优秀", "没有印出 grade"),
        ("*#p.name*", "某某", "没有印出 name"),
        ("#set document", '#import "@preview/x:1.0.0": y\n#set document', "网上的组件"),
        ("特发此证。", '#read("/etc/passwd")', "not found"),
        ("特发此证。", "#", "不能用"),
    ],
)
def test_one_that_leaves_something_out_or_reads_elsewhere_is_not(
    tmp_path: Path, old: str, new: str, wrong: str
) -> None:
    (tmp_path / "certificate.typ").write_text(CERTIFICATE.replace(old, new), "utf-8")
    with pytest.raises(UnfitTemplate, match=wrong):
        certificate(folder=tmp_path)
