"""Counties and provinces live in data: no Python file names one, so none can hide an `if province == …`.

Docstrings and comments may speak of places, code may not: strings, identifiers and attribute names are read.
Hong Kong, Macau and Taiwan are exempt because identity documents carry their names. Modules of invented samples
(`*_example.py`, the page that shows the components) may name places, but not compare with one.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from core.divisions.table import _data

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "registry", "enrolment", "allocation", "oversight")
TIME = re.compile("Asia/Shanghai|北京时间|Beijing|北京", re.IGNORECASE)
"""The zone of the clock and its everyday name are no places."""
SAMPLES = ("*_example.py", "*_examples.py", "core/web/components.py")
SUFFIX = re.compile(r"(回族|壮族|维吾尔)?(省|市|自治区|区|县)$")


@cache
def places() -> re.Pattern[str]:
    """Chinese names with and without suffix, English names, and codes of every place our data names."""
    words: set[str] = set()
    for row in _data().names:
        if row.code[:2] in {"71", "81", "82"}:
            continue
        stem = SUFFIX.sub("", row.zh)
        english = re.sub(r" (District|County|City|New Area|\(.*\))$", "", row.en)
        words |= {row.zh, rf"\b{re.escape(english)}\b", rf"(?<![0-9]){row.code}(?![0-9])"}
        words |= {stem} if len(stem) > 1 else set()
    return re.compile("|".join(sorted(words)), re.IGNORECASE)


def docstrings(tree: ast.AST) -> set[int]:
    """The nodes that are documentation: strings that stand as statements of their own."""
    return {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}


def spoken(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of everything in the code that could name a place."""
    documentation = docstrings(tree)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield line, TIME.sub("", node.value)
        elif isinstance(node, ast.Name | ast.Attribute | ast.FunctionDef | ast.ClassDef | ast.arg | ast.keyword):
            name = next(
                (getattr(node, field) for field in ("id", "attr", "name", "arg") if hasattr(node, field)), None
            )
            yield line, TIME.sub("", (name or "").replace("_", " "))


def compared(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of every string that code compares or matches with."""
    for node in ast.walk(tree):
        operands = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        operands += [node.value] if isinstance(node, ast.MatchValue) else []
        for operand in operands:
            if isinstance(operand, ast.Constant) and isinstance(operand.value, str):
                yield operand.lineno, operand.value


def findings(source: str, *, sample: bool = False) -> list[tuple[int, str]]:
    """Line and place for every place that `source` names in code; in samples, that it compares with."""
    tree = ast.parse(source)
    found = ((line, places().search(text)) for line, text in (compared(tree) if sample else spoken(tree)))
    return [(line, match.group()) for line, match in found if match]


def is_sample(path: Path) -> bool:
    """Whether a module holds invented samples."""
    return any(path.relative_to(ROOT).match(pattern) for pattern in SAMPLES)


def test_no_python_file_names_a_county_or_province() -> None:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    assert len(files) > 10
    named = [
        f"{path.relative_to(ROOT)}:{line} names {place}"
        for path in files
        for line, place in findings(path.read_text(encoding="utf-8"), sample=is_sample(path))
    ]
    assert named == []


@pytest.mark.parametrize(
    "source",
    [
        'if county == "330421": pass',
        'if "吴江" in name: pass',
        'RULES = {"浙江省": 1}',
        "def order_of_qingpu(): pass",
        "province.shanghai",
        'title = f"{year}年青浦区"',
        'path = "sheets/filing-310118.json"',
    ],
)
def test_the_guard_sees_places_in_code(source: str) -> None:
    assert findings(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""How 青浦 files."""',
        "# 青浦 files before the scores",
        'zone = "Asia/Shanghai"',
        "clock.BEIJING",
        'words = "香港特区护照"',
        "county_of_source = read(code)",
        'digits = "13104210"',
    ],
)
def test_the_guard_lets_prose_and_other_words_pass(source: str) -> None:
    assert findings(source) == []


def test_samples_may_name_places_but_not_decide_by_them() -> None:
    assert is_sample(ROOT / "enrolment" / "rounds" / "desk_example.py")
    assert not is_sample(ROOT / "enrolment" / "rounds" / "operations.py")
    assert findings('SCHOOLS = [("QP01", "青浦第一职业学校")]', sample=True) == []
    assert findings('if county == "310118": pass', sample=True)
    assert findings('match county:\n    case "吴江区": pass', sample=True)
