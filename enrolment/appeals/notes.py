"""What stands above a corrected result, and how a case is told on its page."""

from sqlalchemy import select

from core import clock
from core.db import db
from core.documents.models import DocumentKind, IssuedDocument
from core.i18n import current_language
from core.i18n import gettext as _
from enrolment.appeals.models import CorrectionCase
from enrolment.results.models import Placement


def correction_notes(placement: Placement) -> tuple[object, ...]:
    """That the result was corrected, when, from what, and why; nothing for a result that stands as released."""
    if placement.corrects_id is None:
        return ()
    query = select(CorrectionCase).where(CorrectionCase.made_placement_id == placement.id)
    case = db.session.scalars(query).one_or_none()
    if case is None or case.decided_at is None:
        return ()
    at = clock.moment_text(case.decided_at, current_language())
    return (
        _(
            "本结果于 %(at)s 更正。原来的结果：%(before)s。理由：%(reason)s。",
            at=at,
            before=place_words(case.placement),
            reason=case.reason.rstrip("。"),
        ),
    )


def place_words(placement: Placement | None) -> str:
    """School and major of a placement, or that there is none."""
    if placement is None or placement.programme is None:
        return str(_("未录取"))
    language = current_language()
    return f"{placement.programme.school.name(language)} · {placement.programme.name(language)}"


def letters_of(placement: Placement | None) -> list[IssuedDocument]:
    """Every letter ever issued for a placement, the oldest first, whatever has become of it."""
    if placement is None:
        return []
    query = (
        select(IssuedDocument)
        .where(IssuedDocument.kind == DocumentKind.ADMISSION_LETTER, IssuedDocument.subject_id == placement.id)
        .order_by(IssuedDocument.issued_at)
    )
    return list(db.session.scalars(query))
