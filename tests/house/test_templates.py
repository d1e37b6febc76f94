"""Templates: owned, small, without inline script or style, every visible word in the catalogue."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, nodes

from tests.conftest import make_settings
from wsgi import create_app

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PACKAGES = ("core", "registry", "enrolment", "oversight")
SHARED = ("base", "macros")
LAYOUTS = {"base/layout.html", "base/wide.html", "base/print.html"}
"""Offered to every room; which of them a room takes is its own matter."""
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file())
LONGEST = 150
TRANSLATES = {"_", "gettext", "ngettext", "lazy_gettext"}
LANGUAGE_NAMES = {"中文", "English"}
"""The switch names each language in itself, so these two stay untranslated."""
VISIBLE_ATTRIBUTES = {"alt", "title", "aria-label", "placeholder"}
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[A-Za-z]{2,}|" + _CHINESE.pattern)
_HOLE = "\x00"
_FORBIDDEN = {
    "inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"""\sstyle\s*=\s*["'{]""", re.IGNORECASE),
    "event attribute": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["']""", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "address of another host": re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for all templates; nothing here touches the database."""
    folder = tmp_path_factory.mktemp("templates")
    return create_app(make_settings(folder, f"sqlite:///{folder / 'unused.db'}"))


@cache
def source(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


def parsed(app: Flask, name: str) -> nodes.Template:
    environment: Environment = app.jinja_env
    return environment.parse(source(name), name, str(TEMPLATES / name))


@pytest.mark.parametrize("name", NAMES)
def test_each_template_is_an_html_file_that_compiles(app: Flask, name: str) -> None:
    assert name.endswith(".html"), "templates are HTML files; print forms and letters live with their room"
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_each_template_is_small_and_free_of_inline_code(name: str) -> None:
    text = source(name)
    assert len(text.splitlines()) <= LONGEST
    for fault, pattern in _FORBIDDEN.items():
        found = pattern.search(text)
        assert found is None, f"{fault} in line {text.count(chr(10), 0, found.start()) + 1}"


@pytest.mark.parametrize("name", NAMES)
def test_each_template_takes_only_from_the_house_and_its_own_folder(app: Flask, name: str) -> None:
    own = name.rpartition("/")[0] + "/"
    for target in _taken(parsed(app, name)):
        assert target.startswith(("base/", "macros/", own)), f"takes {target}"
        assert (TEMPLATES / target).is_file(), f"takes {target}, which is not there"


@pytest.mark.parametrize("name", NAMES)
def test_each_template_belongs_to_a_room_and_is_used_there(name: str) -> None:
    package, _, rest = name.partition("/")
    file = name.rpartition("/")[2]
    if package in SHARED:
        if name in LAYOUTS:
            return
        users = _python_of("core") if file[0] != "_" and package == "base" else ""
        assert f'"{name}"' in users or any(f'"{name}"' in source(other) for other in NAMES if other != name)
        return
    assert package in PACKAGES, "the first folder is the package that owns the template"
    room = rest.partition("/")[0]
    assert (ROOT / package / room).is_dir() or (ROOT / package / f"{room}.py").is_file(), (
        f"{package} has no room {room}"
    )
    if file.startswith("_"):
        folder = name.rpartition("/")[0]
        mates = [other for other in NAMES if other.rpartition("/")[0] == folder and other != name]
        assert f'"{name}"' in _python_of(package) or any(f'"{name}"' in source(mate) for mate in mates)
    else:
        assert f'"{name}"' in _python_of(package), "no view of the owner renders it"


@pytest.mark.parametrize("name", NAMES)
def test_every_visible_word_goes_through_the_catalogue(app: Flask, name: str) -> None:
    tree = parsed(app, name)
    reader = _Reader()
    reader.feed("".join(_pieces(tree)))
    reader.close()
    assert reader.words == []
    assert [text for text in _loose_texts(tree) if text not in LANGUAGE_NAMES] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_form_that_writes_carries_its_token(name: str) -> None:
    for form in re.findall(r"""<form\b[^>]*method="post".*?</form>""", source(name), re.DOTALL | re.IGNORECASE):
        assert "hidden(" in form or 'name="csrf_token"' in form, form.splitlines()[0]


@pytest.mark.parametrize("name", NAMES)
def test_every_link_and_file_exists(app: Flask, name: str) -> None:
    tree = parsed(app, name)
    asked = {_constant(call) for call in _calls(tree, "has_endpoint")}
    for call in _calls(tree, "url_for"):
        endpoint = _constant(call)
        if endpoint and not endpoint.startswith(".") and endpoint not in asked:
            assert endpoint in app.view_functions, f"no page {endpoint}"
    for call in _calls(tree, "asset"):
        app.jinja_env.globals["asset"](_constant(call))


def test_the_heuristic_sees_what_it_should(app: Flask) -> None:
    seen = {
        "<p>你好</p>": ["你好"],
        "<p>Hello {{ name }}</p>": ["Hello"],
        '<p>{{ _("你好") }} · 12</p>': [],
        '<img alt="门">': ["门"],
        '<a class="btn" href="/x">{% trans %}再见{% endtrans %}</a>': [],
        '{{ "在读" if x else _("休学") }}': ["在读"],
        '{{ _("你好 %(name)s", name="小明") }}': [],
        "<p><code>flask shutter on</code> Go</p>": ["Go"],
        "{# 说明 #}<p>&nbsp;×</p>": [],
    }
    for text, words in seen.items():
        tree = app.jinja_env.parse(text)
        reader = _Reader()
        reader.feed("".join(_pieces(tree)))
        assert reader.words + list(_loose_texts(tree)) == words, text


class _Reader(HTMLParser):
    """Collects words a person would see; commands in ``<code>`` are the same in every language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._in_code = 0

    def handle_data(self, data: str) -> None:
        if not self._in_code:
            self._look(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_code -= tag == "code"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_code += tag == "code"
        for attribute, value in attrs:
            if attribute in VISIBLE_ATTRIBUTES and value:
                self._look(value)

    def _look(self, text: str) -> None:
        visible = text.replace(_HOLE, " ").strip()
        if _WORD.search(visible) and visible not in LANGUAGE_NAMES:
            self.words.append(visible)


def _pieces(tree: nodes.Node) -> Iterator[str]:
    """The text of the template in order, with holes where expressions stand."""
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            yield part.data if isinstance(part, nodes.TemplateData) else _HOLE


def _loose_texts(tree: nodes.Node, *, translated: bool = False) -> Iterator[str]:
    """Chinese strings in expressions that no translation call wraps."""
    for child in tree.iter_child_nodes():
        if isinstance(child, nodes.Const) and isinstance(child.value, str):
            if not translated and _CHINESE.search(child.value):
                yield child.value
            continue
        inside = isinstance(child, nodes.Call) and getattr(child.node, "name", "") in TRANSLATES
        yield from _loose_texts(child, translated=translated or inside)


def _taken(tree: nodes.Node) -> Iterator[str]:
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        target = node.template
        assert isinstance(target, nodes.Const), "the name of a template to take from is written out"
        yield str(target.value)


def _calls(tree: nodes.Node, function: str) -> Iterator[nodes.Call]:
    return (call for call in tree.find_all(nodes.Call) if getattr(call.node, "name", "") == function)


def _constant(call: nodes.Call) -> str:
    first = call.args[0] if call.args else None
    return str(first.value) if isinstance(first, nodes.Const) else ""


@cache
def _python_of(package: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / package).rglob("*.py")))
