"""What every chart is: a picture without style or script, the table behind it, one sentence.

The renderer's picture is rebuilt from an allow list of elements and attributes, so a page with a
content-security policy free of ``unsafe-*`` may hold it inline, and so a change of the renderer cannot
bring in anything new. Numbers are rounded to a tenth of a pixel: the same figures give the same bytes.
"""

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Final, ParamSpec
from xml.etree import ElementTree

from core.charts.palette import GRID, INK, PAPER, QUIET, TOKENS, colour
from core.documents import fonts
from core.words import Words

Cell = str | int
Given = ParamSpec("Given")

WIDTH: Final = 640
"""Width of the plot's body in pixels; the picture scales with its container."""

_KEPT: Final = 128
"""Pictures kept by each process, some 30 KB each."""

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_FONT_STACK: Final = f"{fonts.FAMILY}, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
_ELEMENTS: Final = frozenset({"svg", "g", "path", "line", "rect", "circle", "text", "tspan", "defs", "clipPath"})
_ATTRIBUTES: Final = frozenset(
    {
        "viewBox", "width", "height", "transform", "d", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "cx", "cy",
        "r", "rx", "ry", "id", "clip-path", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity",
        "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "text-anchor",
        "font-size", "font-weight", "display",
    }
)  # fmt: skip
_DROPPED: Final = frozenset(
    {
        "class", "role", "aria-hidden", "aria-label", "aria-roledescription", "pointer-events", "version",
        "font-family", "font-style", "cursor",
    }
)  # fmt: skip
_BY_COLOUR: Final = {value: token for token, value in TOKENS.items()}
_DECIMAL: Final = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


class UnknownPart(ValueError):
    """The renderer drew something the allow list does not know."""


@dataclass(frozen=True, slots=True)
class ChartFigure:
    """A chart for a page, a file or a PDF.

    ``svg`` names itself to a screen reader (title, and the reading as description). The first column
    of the table is the head of its row, all others are figures.
    """

    title: str
    svg: str
    reading: Words
    table_head: tuple[str, ...]
    table_rows: tuple[tuple[Cell, ...], ...]

    def png(self, *, scale: float = 2.0) -> bytes:
        """The same picture in pixels, *scale* to one, for slides and word processors."""
        return bytes(_renderer().svg_to_png(_weighted(self.svg), scale=scale))


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a chart function hands over for rendering."""

    title: str
    layers: Any
    height: int
    reading: Words
    table_head: tuple[str, ...]
    table_rows: tuple[tuple[Cell, ...], ...]
    unit: Words | None = None
    language: str = "zh"


_DRAWN: OrderedDict[str, ChartFigure] = OrderedDict()
_LOCK = threading.Lock()


def kept(draw: Callable[Given, ChartFigure]) -> Callable[Given, ChartFigure]:
    """Let a drawing function answer the same figures with the picture it drew last time; a picture never changes.

    Drawing takes a tenth of a second and more; a page asks for it at every visit.
    """

    @wraps(draw)
    def answer(*arguments: Given.args, **named: Given.kwargs) -> ChartFigure:
        key = repr((draw.__name__, arguments, sorted(named.items())))
        with _LOCK:
            found = _DRAWN.get(key)
            if found is not None:
                _DRAWN.move_to_end(key)
                return found
        made = draw(*arguments, **named)
        with _LOCK:
            _DRAWN[key] = made
            if len(_DRAWN) > _KEPT:
                _DRAWN.popitem(last=False)
        return made

    return answer


def finish(drawing: Drawing) -> ChartFigure:
    """Render a drawing in the house's style."""
    description = drawing.reading.text(drawing.language)
    title = {"text": drawing.title, "anchor": "start", "frame": "bounds", "offset": 16}
    if drawing.unit is not None:
        title["subtitle"] = Words(f"单位：{drawing.unit.zh}", f"in {drawing.unit.en}").text(drawing.language)
    chart = (
        drawing.layers.properties(width=WIDTH, height=drawing.height, title=title, padding=12)
        .configure(font=fonts.FAMILY, background=colour(PAPER))
        .configure_title(
            fontSize=17, fontWeight=600, color=colour(INK), subtitleFontSize=12, subtitleColor=colour(QUIET),
            subtitlePadding=6,
        )
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=13, titleFontSize=13, titleFontWeight="normal", labelColor=colour(INK),
            titleColor=colour(QUIET), gridColor=colour(GRID), domain=False, ticks=False, labelPadding=8,
            titlePadding=10, labelLimit=260,
        )
        .configure_legend(
            labelFontSize=13, titleFontSize=13, titleFontWeight="normal", labelColor=colour(INK),
            titleColor=colour(QUIET), orient="top", symbolSize=140, symbolType="square", offset=12,
            labelLimit=260,
        )
        .configure_text(font=fonts.FAMILY, fontSize=13)
    )  # fmt: skip
    drawn = _renderer().vegalite_to_svg(chart.to_dict())
    return ChartFigure(
        title=drawing.title,
        svg=clean(drawn, title=drawing.title, description=description, language=drawing.language),
        reading=drawing.reading,
        table_head=drawing.table_head,
        table_rows=drawing.table_rows,
    )


def clean(drawn: str, *, title: str, description: str, language: str = "zh") -> str:
    """The picture rebuilt from what is allowed, named for screen readers, with token classes.

    Raises :class:`UnknownPart` for an element or attribute that is on no list.
    """
    source = ElementTree.fromstring(drawn)  # noqa: S314 # our own renderer's output, no foreign text is markup in it
    mark = hashlib.sha256(f"{title}\0{drawn}".encode()).hexdigest()[:10]
    root = _rebuilt(source, f"chart-{mark}")
    names = (f"chart-{mark}-title", f"chart-{mark}-description")
    for name, tag, words in zip(names, ("title", "desc"), (title, description), strict=True):
        element = ElementTree.Element(tag, {"id": name})
        element.text = words
        root.insert(names.index(name), element)
    root.attrib = {
        "xmlns": _NAMESPACE,
        **root.attrib,
        "role": "img",
        "aria-labelledby": " ".join(names),
        "lang": "en" if language.startswith("en") else "zh-CN",
        "font-family": _FONT_STACK,
    }
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def _rebuilt(source: ElementTree.Element, prefix: str) -> ElementTree.Element:
    tag = source.tag.rpartition("}")[2]
    if tag not in _ELEMENTS:
        raise UnknownPart(f"element <{tag}>")
    element = ElementTree.Element(tag, dict(_attributes(source, prefix)))
    element.text, element.tail = source.text, source.tail
    for child in source:
        if not _shows_nothing(child):
            element.append(_rebuilt(child, prefix))
    return element


def _shows_nothing(element: ElementTree.Element) -> bool:
    return element.tag.endswith("}path") and not element.get("d", "").strip()


def _attributes(source: ElementTree.Element, prefix: str) -> Iterator[tuple[str, str]]:
    classes = []
    for name, value in source.attrib.items():
        if name in _DROPPED:
            continue
        if name not in _ATTRIBUTES:
            raise UnknownPart(f"attribute {name}={value!r}")
        written = _READERS.get(name, _rounded)(value, prefix)
        if name in ("fill", "stroke") and written in _BY_COLOUR:
            classes.append(f"{name}-{_BY_COLOUR[written]}")
        yield name, written
    if classes:
        yield "class", " ".join(classes)


def _rounded(value: str, prefix: str) -> str:
    return _DECIMAL.sub(lambda found: f"{round(float(found[0]), 1):g}", value)


def _prefixed(value: str, prefix: str) -> str:
    return f"{prefix}-{value}"


def _own_reference(value: str, prefix: str) -> str:
    found = re.fullmatch(r"url\(#([\w-]+)\)", value)
    if found is None:
        raise UnknownPart(f"reference {value}")
    return f"url(#{prefix}-{found[1]})"


def _plain_colour(value: str, prefix: str) -> str:
    if re.fullmatch(r"#[0-9a-f]{3,6}|none|transparent|[a-z]+", value):
        return value
    raise UnknownPart(f"paint {value}")


_READERS: Final[dict[str, Callable[[str, str], str]]] = {
    "id": _prefixed,
    "clip-path": _own_reference,
    "fill": _plain_colour,
    "stroke": _plain_colour,
}


def _weighted(svg: str) -> str:
    """Text with a stroke of its own colour, for the pixel renderer only.

    It draws the variable typeface in its lightest cut, whatever the weight asked for; a stroke of
    5.5 % (regular) or 8.5 % (semi-bold) of the size restores the stems. Browsers need no such help.
    """

    def stroke(found: re.Match[str]) -> str:
        paint, size = re.search(r'fill="([^"]+)"', found[0]), re.search(r'font-size="([\d.]+)', found[0])
        if paint is None or size is None:
            return found[0]
        width = float(size[1]) * (0.085 if 'font-weight="600"' in found[0] else 0.055)
        return f'<text stroke="{paint[1]}" stroke-width="{width:.2f}" stroke-linejoin="round"{found[1]}>'

    return re.sub(r"<text([^>]*)>", stroke, svg)


@cache
def _renderer() -> Any:
    """The renderer with the house's typeface, loaded once for each process."""
    import vl_convert

    vl_convert.register_font_directory(str(fonts.folder()))
    return vl_convert
