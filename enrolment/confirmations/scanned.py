"""Scanned letters: the code in the address, and 办理报到 on the verification page a phone's own camera opens."""

from urllib.parse import urlsplit

from flask import request, url_for

from core.access import Actor
from core.documents.actions import DocumentAction
from core.documents.models import DocumentKind, DocumentState, IssuedDocument
from core.i18n import gettext as _
from enrolment.confirmations.operations import arrival_of

RECORD = "arrivals.record"


def scanned_code(raw: str) -> str:
    """What a scanner typed: the code at the end of the verification address, or the text as it is."""
    text = raw.strip()
    if "://" not in text:
        return text
    return urlsplit(text).path.rstrip("/").rpartition("/")[2]


def arrival_action(actor: Actor, document: IssuedDocument) -> DocumentAction | None:
    """The desk's own form, filled with what was scanned; only for the school that issued the letter."""
    if document.kind is not DocumentKind.ADMISSION_LETTER or document.state is not DocumentState.VALID:
        return None
    if document.issuer_id not in actor.schools(RECORD) or arrival_of(document.subject_id) is not None:
        return None
    return DocumentAction(
        label=_("办理报到"),
        url=url_for("confirmations.record_arrival"),
        fields={"code": request.base_url},
        note=_("学生本人到校、材料核对无误后办理。办理后学籍档案同时建立。"),
    )
