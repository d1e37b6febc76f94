"""The English catalogue: complete, well formed, true to the glossary; Chinese needs no catalogue."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
GLOSSARY = ROOT / "docs" / "glossary.md"
SOURCES = ("core", "registry", "enrolment", "oversight", "templates")
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy": None, "lazy_gettext": None}
CHINESE = re.compile("[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")
TAG = re.compile(r"</?\w+[^>]*>")
_BETWEEN = r"(?:\W+\w+){0,2}?\W+"
EDGE = re.compile("^[，；：（、。]|[，；：）、]$")
"""Chinese punctuation carries its own space; at the edge of a fragment English has to add one."""

SAID = re.compile(r"\{#.*?#\}|\b_\(\s*\"[^\"]*\"|\bngettext\(\s*\"[^\"]*\",\s*\"[^\"]*\"", re.DOTALL)
"""What of a template is a comment or goes through the catalogue."""

IMPORT = re.compile(r"\{%-?\s*(?:from|import)\s+\"([^\"]+)\"([^%]*)%\}")

PUBLIC_PAGES = ("/", "/help", "/privacy", "/accessibility", "/site-map", "/sign-in", "/activate", "/nowhere")
OWN_NAME = ">中文</button>"
"""The switch names each language in itself."""

EXCEPTIONS = (
    ("验证码", "图片验证码", "a picture code is a captcha"),
    ("自动检查", "页面按《网络内容无障碍指南》", "speaks of pages, not of the checks of an application"),
    ("领取", "领取监护人激活单", "fetching a paper at an office is no claim"),
)
"""Glossary word, a part of the message in which it rightly has another English word, the reason."""


@cache
def catalogue() -> Catalog:
    with FILE.open("rb") as stream:
        return read_po(stream, locale="en")


def messages() -> list[Message]:
    return [one for one in catalogue() if one.id]


def pairs() -> Iterator[tuple[str, str]]:
    """Source and translation, each plural form for itself."""
    for one in messages():
        if isinstance(one.id, str):
            assert isinstance(one.string, str)
            yield one.id, one.string
        else:
            yield from ((one.id[-1], form) for form in one.string)


@cache
def extracted() -> frozenset[object]:
    """Every message the tree asks for today."""
    with (ROOT / "babel.cfg").open() as stream:
        methods, options = parse_mapping_cfg(stream)

    def wanted(folder: str | Path) -> bool:
        return Path(folder).relative_to(ROOT).parts[0] in SOURCES and Path(folder).name != "__pycache__"

    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS, directory_filter=wanted)
    return frozenset(message for _name, _line, message, _comments, _context in found)


def glossary() -> list[tuple[str, tuple[str, ...]]]:
    """Chinese word and its English forms, longest Chinese word first."""
    rows = [line.strip("| ").split("|") for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("|")]
    found = {row[0].strip(): tuple(row[1].strip().split(", ")) for row in rows if CHINESE.search(row[0])}
    found.pop("中文")
    return sorted(found.items(), key=lambda row: -len(row[0]))


def pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the forms, with the usual endings and up to two words between: take back finds taking it back."""
    return re.compile(
        "|".join(_BETWEEN.join(_ending(word) for word in form.split()) for form in forms), re.IGNORECASE
    )


def _ending(word: str) -> str:
    return r"\b" + re.escape(word.rstrip("ye")) + r"\w*"


def test_the_catalogue_holds_what_the_tree_asks_for_and_nothing_else() -> None:
    known = {one.id for one in messages()}
    missing, unused = sorted(map(str, extracted() - known)), sorted(map(str, known - extracted()))
    assert not missing, "\n".join(missing)
    assert not unused, "\n".join(unused)


def test_every_message_is_translated_and_none_is_doubtful() -> None:
    assert not [one.id for one in messages() if one.fuzzy]
    assert not catalogue().obsolete
    assert not [source for source, english in pairs() if not english.strip()]


def test_the_file_is_sorted_and_names_no_place_and_no_person() -> None:
    text = FILE.read_text("utf-8")
    assert "#: " not in text
    assert "@" not in text.split("\n\n")[0]
    keys = [one.id if isinstance(one.id, str) else one.id[0] for one in messages()]
    assert keys == sorted(keys)


def test_placeholders_tags_and_braces_are_those_of_the_source() -> None:
    for source, english in pairs():
        for kind in (PLACEHOLDER, TAG):
            assert Counter(kind.findall(source)) == Counter(kind.findall(english)), source


def test_every_translation_can_be_filled_in() -> None:
    for source, english in pairs():
        names = dict.fromkeys(re.findall(r"%\((\w+)\)s", source), "x") | dict.fromkeys(
            re.findall(r"%\((\w+)\)d", source), 1
        )
        assert not names or english % names


def test_english_holds_no_chinese_and_no_mark_that_would_break_a_page() -> None:
    for source, english in pairs():
        assert not CHINESE.search(english), english
        extra = Counter(re.findall('["<>&`]', english)) - Counter(re.findall('["<>&`]', source))
        assert not extra, f"use typographic quotes and words: {english}"
        assert "'" not in english, f"use ’: {english}"


def test_spaces_and_full_stops_are_those_of_the_source() -> None:
    for source, english in pairs():
        assert "  " not in english, english
        assert english == english.strip() or EDGE.search(source), english
        if len(source) > 3:
            assert source.endswith("。") == english.endswith("."), english


def test_sentences_begin_with_a_capital() -> None:
    for source, english in pairs():
        if source.endswith(("。", "？")):
            assert not english[0].islower(), english


def test_one_word_for_one_thing() -> None:
    """Where the Chinese holds a word of the glossary, the English holds its English word."""
    table = [(word, pattern(forms), forms) for word, forms in glossary()]
    wrong = []
    for source, english in pairs():
        rest = source
        for word, wanted, forms in table:
            if word in rest:
                rest = rest.replace(word, "\x00")
                spared = any(word == one and part in source for one, part, _why in EXCEPTIONS)
                if not spared and not wanted.search(english):
                    wrong.append(f"{word} → {forms[0]}: {source} | {english}")
    assert not wrong, "\n".join(wrong)


def test_exceptions_are_still_needed() -> None:
    sources = [source for source, _english in pairs()]
    assert all(any(word in one and part in one for one in sources) for word, part, _why in EXCEPTIONS)


def test_templates_hold_no_chinese_mark_outside_a_translation() -> None:
    """Letters are guarded with the templates; a mark such as ：or 、 would stand in the English page, too."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        rest = SAID.sub("", path.read_text("utf-8")).replace('"中文"', "")
        found = CHINESE.search(rest)
        assert not found, f"{path.relative_to(ROOT)}: {rest[found.start() - 40 : found.end() + 40]}"


def test_macros_that_ask_for_the_language_are_imported_with_context() -> None:
    """Without it ``language`` is undefined in the macro, and every name there stays Chinese."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for name, way in IMPORT.findall(path.read_text("utf-8")):
            asks = re.search(r"\blanguage\b", (ROOT / "templates" / name).read_text("utf-8"))
            assert not asks or "with context" in way, f"{path.relative_to(ROOT)} takes {name} without context"


def test_the_source_is_chinese_and_needs_no_catalogue() -> None:
    assert [folder.name for folder in (ROOT / "translations").iterdir() if folder.is_dir()] == ["en"]
    assert not [source for source, _english in pairs() if not CHINESE.search(source)]


@pytest.fixture
def english(app: Flask, client: FlaskClient, tmp_path: Path) -> FlaskClient:
    """A browser that asks for English, with the catalogue of the tree (compiled or not)."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as stream:
        write_mo(stream, catalogue())
    app.extensions["babel"].translation_directories[:] = [str(tmp_path)]
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_public_pages_in_english_hold_no_chinese_word(english: FlaskClient) -> None:
    for page in PUBLIC_PAGES:
        shown = english.get(page).get_data(as_text=True)
        assert '<html lang="en"' in shown
        found = CHINESE.search(shown.replace(OWN_NAME, ""))
        assert not found, f"{page}: {shown[found.start() - 60 : found.end() + 60]}"


def test_the_switch_turns_the_same_page_into_chinese_and_back(english: FlaskClient) -> None:
    english.submit("/help", {"language": "zh"}, to="/reading")
    assert '<html lang="zh-CN"' in english.get("/help").get_data(as_text=True)
