"""The rows of the verification page: label and value, nothing more than the paper shows."""

from collections.abc import Sequence

from core.documents.models import IssuedDocument
from core.i18n import current_language
from core.i18n import gettext as _

Row = tuple[str, str, None]


def rows_of(document: IssuedDocument, name: str) -> Sequence[Row]:
    """The public facts of a paper in the order of the paper, with the name as the reader may see it."""
    language = "en" if current_language() == "en" else "zh"
    rows: list[Row] = [(_("编号"), document.number, None), (_("姓名"), name, None)]
    rows.extend(
        (line[language], line["value"], None)
        for line in document.content
        if line["key"] not in ("student_name", "number")
    )
    rows.append((_("签发单位"), document.issuer.name(language), None))
    return rows
