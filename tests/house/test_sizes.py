"""Files, functions and templates stay small; exceptions to the quality rules stay few and have reasons."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "registry", "enrolment", "allocation", "oversight", "demo")
MOST_LINES, P90_LINES, MOST_FUNCTION, MOST_TEMPLATE = 400, 250, 50, 150


def sources() -> list[Path]:
    return [ROOT / "wsgi.py", *(path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")))]


def lengths() -> list[tuple[int, str]]:
    return sorted((path.read_text().count("\n"), str(path.relative_to(ROOT))) for path in sources())


def functions() -> list[tuple[int, str]]:
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                last = node.end_lineno or node.lineno
                found.append((last - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"))
    return sorted(found)


def test_no_file_is_too_long() -> None:
    measured = lengths()
    assert [one for one in measured if one[0] > MOST_LINES] == []
    assert measured[int(len(measured) * 0.9)][0] <= P90_LINES


def test_no_function_is_too_long() -> None:
    assert [one for one in functions() if one[0] > MOST_FUNCTION] == []


def test_no_template_is_too_long() -> None:
    found = [(path.read_text().count("\n"), path.name) for path in (ROOT / "templates").rglob("*.html")]
    assert [one for one in found if one[0] > MOST_TEMPLATE] == []


def test_silenced_rules_are_few_and_say_why() -> None:
    lines = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sources()
        for line in path.read_text().splitlines()
        if re.search(r"#\s*(noqa|type: ignore)", line)
    ]
    without_reason = [
        line for line in lines if not re.search(r"(noqa: [A-Z0-9, ]+(-|#) |type: ignore\[[^]]+\] +# )", line)
    ]
    assert without_reason == []


def test_the_roof_alone_imports_both_halves() -> None:
    """Nothing imports the roof, and the product never imports the tests, the demo or the benchmarks."""
    forbidden = re.compile(r"^\s*(from|import) (wsgi|tests|bench|demo)\b", re.MULTILINE)
    product = [path for path in sources() if "demo" not in path.parts and path.name != "wsgi.py"]
    assert [str(path) for path in product if forbidden.search(path.read_text())] == []


def test_the_tree_names_no_machine_and_leaves_no_marks() -> None:
    """No machine paths, no unfinished marks, no stubs in the product."""
    pattern = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError|/(?:home|root|tmp)/[a-z]")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sources()
        for line in path.read_text().splitlines()
        if pattern.search(line)
    ]
    assert found == []
