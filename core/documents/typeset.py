"""From a template and facts to a PDF that lasts: same bytes every time, readable text, no boxes.

Every file conforms to PDF/A-2a (for the archive: all type embedded) and PDF/UA-1 (for screen
readers: tagged, titled, pictures described). The typesetter itself refuses a file that does not.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Protocol

import typst

from core.documents import fonts
from core.documents.fonts import MissingGlyph

__all__ = ["Document", "MissingGlyph", "TypesetError", "to_pdf", "typeset"]

TEMPLATES = Path(__file__).parent / "templates"

_one_at_a_time = Lock()  # a compiler keeps state between calls and may serve one thread only


class TypesetError(RuntimeError):
    """A template is wrong or was given facts it cannot use; the message names the template."""


class Document(Protocol):
    """What can be set: see ``AdmissionLetter``, ``Receipt`` and ``StatusProof``."""

    @property
    def template(self) -> str:
        """Name of the template, without folder and ending."""

    @property
    def stamped_at(self) -> datetime:
        """The moment written into the file: the same moment gives the same bytes."""

    def data(self) -> Mapping[str, object]:
        """Everything the template shows, in the types of JSON."""


def to_pdf(document: Document) -> bytes:
    """Set *document*. Raises :class:`MissingGlyph` and :class:`TypesetError`."""
    return typeset(document.template, document.data(), at=document.stamped_at)


def typeset(template: str, data: Mapping[str, object], *, at: datetime) -> bytes:
    """Set *data* (types of JSON only) in ``templates/<template>.typ`` and return the PDF.

    *at* must know its time zone; it becomes the file's date, so that equal input gives equal bytes.
    Raises :class:`MissingGlyph` naming every character the typeface lacks, before setting anything,
    and :class:`TypesetError` when the template cannot use the data or gives a warning.
    """
    if at.tzinfo is None:
        raise ValueError("the time of a document must know its time zone")
    absent = fonts.missing("".join(_texts(data)))
    if absent:
        raise MissingGlyph(absent)
    with _one_at_a_time:
        try:
            pdf, warnings = _compiler().compile_with_warnings(
                TEMPLATES / f"{template}.typ",
                format="pdf",
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                pdf_standards=["a-2a", "ua-1"],
                timestamp=int(at.timestamp()),
            )
        except typst.TypstError as error:
            raise TypesetError(f"{template}: {error.message}") from error
    if warnings or not isinstance(pdf, bytes):
        raise TypesetError(f"{template}: {'; '.join(warning.message for warning in warnings)}")
    return pdf


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=TEMPLATES, font_paths=fonts.shelf(), ignore_system_fonts=True)


def _texts(value: object) -> Iterator[str]:
    """Every text inside nested JSON data, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
