"""Papers as PDF: every fact readable, nothing missing, same bytes, one page, conforming to its standards."""

import re
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import typst
import zxingcpp

from core.documents import fonts
from core.documents.admission_letter import AdmissionLetter
from core.documents.content import public_content_of
from core.documents.qr import code_groups, short_form
from core.documents.receipt import Receipt
from core.documents.status_proof import StatusProof
from core.documents.typeset import TEMPLATES, MissingGlyph, TypesetError, to_pdf, typeset
from tests.core.documents.samples import CODE, LETTER, PROOF, RARE, RECEIPT, SITE

PAPERS = (LETTER, RECEIPT, PROOF)
Paper = AdmissionLetter | Receipt | StatusProof


def _text(pdf: bytes) -> str:
    """The selectable text without spaces and line breaks, which depend on the reading program."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return re.sub(r"\s", "", "".join(pages))


def _pages(pdf: bytes) -> int:
    return len(pypdf.PdfReader(BytesIO(pdf)).pages)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.template)
def test_every_fact_can_be_selected_as_text(paper: Paper) -> None:
    text = _text(to_pdf(paper))
    for key, value in paper.content().items():
        for part in re.split(r"[，；—（）]", value):
            assert re.sub(r"\s", "", part) in text, key


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.template)
def test_ordinary_paper_fits_one_page(paper: Paper) -> None:
    assert _pages(to_pdf(paper)) == 1


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.template)
def test_same_facts_give_the_same_bytes(paper: Paper) -> None:
    assert to_pdf(paper) == to_pdf(replace(paper))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.template)
def test_file_is_titled_dated_tagged_and_declares_its_standards(paper: Paper) -> None:
    reader = pypdf.PdfReader(BytesIO(to_pdf(paper)))
    assert reader.metadata is not None
    assert reader.metadata.title == paper.title
    assert reader.metadata.author == paper.issuer.name
    assert reader.metadata.creation_date == paper.stamped_at
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "zh-CN"
    packet = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in packet
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in packet
    assert "<pdfuaid:part>1</pdfuaid:part>" in packet


@pytest.mark.parametrize("name", ["欧阳䶮", "𠮷𬭎", "〇㛃", "阿依古丽·买买提", "李𬭎〇·䶮"])
@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.template)
def test_rare_characters_stay_what_they_are(paper: Paper, name: str) -> None:
    assert name in _text(to_pdf(replace(paper, student_name=name)))


def test_only_the_house_typeface_is_embedded() -> None:
    document = pypdf.PdfReader(BytesIO(to_pdf(LETTER)))
    names = {
        str(font.get_object()["/BaseFont"])
        for page in document.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert names
    assert all("NotoSansCJKsc" in name for name in names)


def test_markup_in_facts_is_only_text() -> None:
    text = _text(to_pdf(replace(PROOF, purpose="#panic()*_$x$@a<b>//[")))
    assert "#panic()*_$x$@a<b>//[" in text


def test_missing_glyphs_are_named_and_nothing_is_set() -> None:
    with pytest.raises(MissingGlyph) as caught:
        to_pdf(replace(LETTER, student_name="王\U000323b0\ue863\U000323b0"))
    assert caught.value.characters == ("\U000323b0", "\ue863")
    assert "U+323B0" in str(caught.value.sentence)
    assert "U+E863" in caught.value.sentence.en


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\ufe00", "\x07", "\U000e0100"])
def test_invisible_characters_in_a_name_are_missing_glyphs(hidden: str) -> None:
    assert fonts.missing(f"王{hidden}明") in ((hidden,), ())
    if fonts.missing(hidden):
        with pytest.raises(MissingGlyph):
            to_pdf(replace(PROOF, student_name=f"王{hidden}明"))


def test_coverage_agrees_with_the_typesetter_on_characters_at_the_edges_of_blocks() -> None:
    """The file's own table against the program that draws: no box is possible between the two."""
    sample = "一龥䶵䶿鿿\u9fff\U00020000\U0002a6df\U0002b739\U0002b740\U0002ebe0\u3400\u3007\u30fb"
    shown = "".join(character for character in sample if not fonts.missing(character))
    assert RARE[0] not in fonts.missing(RARE)
    assert to_pdf(replace(PROOF, purpose=shown)).startswith(b"%PDF-1.7")


def test_every_character_of_the_templates_is_in_the_typeface() -> None:
    for template in TEMPLATES.glob("*.typ"):
        assert fonts.missing(template.read_text(encoding="utf-8")) == (), template.name


def test_qr_code_on_the_paper_leads_to_the_page_of_the_code() -> None:
    document = pypdfium2.PdfDocument(to_pdf(LETTER))
    try:
        picture = document[0].render(scale=3).to_pil()
    finally:
        document.close()
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [f"{SITE}/{CODE}"]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.template)
def test_typed_form_and_address_stand_beside_the_qr_code(paper: Paper) -> None:
    text = _text(to_pdf(paper))
    assert code_groups(short_form(CODE)) in text
    assert "zone.example.cn/verify" in text
    assert CODE not in text


def test_second_print_is_marked_and_otherwise_the_same() -> None:
    copy = replace(LETTER, copy=True)
    assert replace(PROOF, copy=True).content_digest() == PROOF.content_digest()
    assert "副本" in _text(to_pdf(copy))
    assert "副本" not in _text(to_pdf(LETTER))
    assert copy.content_digest() == LETTER.content_digest()
    assert _text(to_pdf(copy)).replace("副本", "") == _text(to_pdf(LETTER))


def test_digest_changes_with_every_shown_fact_and_is_printed_on_the_receipt() -> None:
    changes: tuple[dict[str, object], ...] = (
        {"student_name": "阿依古丽"},
        {"version": 3},
        {"accepts_adjustment": False},
        {"choices": RECEIPT.choices[:1]},
        {"changes_until": None},
    )
    digests = {replace(RECEIPT, **change).content_digest() for change in changes}
    assert len(digests | {RECEIPT.content_digest()}) == len(changes) + 1
    assert RECEIPT.content_digest() in _text(to_pdf(RECEIPT))


def test_strangers_see_no_personal_fact_unmasked() -> None:
    shown = public_content_of(LETTER, {"student_name": "欧**"})
    assert shown["student_name"] == "欧**"
    assert shown["issuer"] == "上海市工商信息学校"
    assert not {"candidate_number", "source_county", "study_mode"} & set(shown)
    assert "䶮" not in "".join(public_content_of(LETTER, {}).values())


def test_full_load_still_fits_one_page_and_ten_choices_take_two() -> None:
    crowded = replace(
        LETTER,
        student_name="阿卜杜热合曼·吐尔逊托合提",
        issuer=replace(LETTER.issuer, name="江苏联合职业技术学院苏州丝绸分院（吴江中等专业学校）"),
        boarding="住宿费每学年 900 元，六人间；周末班车免费，周日 17:00 自三地客运站发车返校，凭学生证乘坐",
        arrival=replace(LETTER.arrival, bring=(*LETTER.arrival.bring, "团组织关系介绍信", "健康检查表")),
    )
    assert _pages(to_pdf(crowded)) == 1
    ten = tuple(replace(RECEIPT.choices[0], rank=rank) for rank in range(1, 11))
    long_list = to_pdf(replace(RECEIPT, choices=ten))
    assert _pages(long_list) == 2
    assert _text(long_list).count("BM2026-0003172") == 3, "the number stands on both pages"


def test_one_stage_programme_names_one_major() -> None:
    letter = replace(LETTER, stages=LETTER.stages[:1])
    assert "stage_2" not in letter.content()
    assert "学制3年" in _text(to_pdf(letter))


def test_closed_receipt_says_that_it_is_final() -> None:
    assert "本报名已不能修改" in _text(to_pdf(replace(RECEIPT, changes_until=None)))


def test_template_that_cannot_use_its_facts_is_an_error_naming_it() -> None:
    with pytest.raises(TypesetError, match="status_proof"):
        typeset("status_proof", {"title": "x"}, at=PROOF.stamped_at)


def test_warning_of_a_template_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.typ").write_text('#set document(title: "t")\n#set text(font: "No Such Type")\nx')
    compiler = typst.Compiler(root=tmp_path, font_paths=fonts.shelf(), ignore_system_fonts=True)
    monkeypatch.setattr("core.documents.typeset.TEMPLATES", tmp_path)
    monkeypatch.setattr("core.documents.typeset._compiler", lambda: compiler)
    with pytest.raises(TypesetError, match="odd: unknown font family"):
        typeset("odd", {}, at=PROOF.stamped_at)


def test_time_without_zone_is_refused() -> None:
    naive = datetime.fromisoformat("2026-07-20T00:00:00")
    with pytest.raises(ValueError, match="time zone"):
        typeset("status_proof", PROOF.data(), at=naive)


@pytest.fixture(scope="module", autouse=True)
def _typesetter_warm() -> None:
    """The first paper of a process reads the typeface; no single test should pay for it."""
    to_pdf(PROOF)
