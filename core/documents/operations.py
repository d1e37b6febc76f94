"""Issuing papers: a number that is never used again, a code that cannot be guessed, content that stays."""

import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core import clock
from core.audit import record
from core.audit.operations import Signature
from core.db import db, lock_row, transaction
from core.documents.content import Stated, public_content_of
from core.documents.models import DocumentKind, DocumentSerial, DocumentState, IssuedDocument
from core.documents.numbering import NumberPattern
from core.documents.qr import FULL_LENGTH, read_code, short_form, verification_code
from core.errors import Refused
from core.i18n import lazy as _l


@dataclass(frozen=True, slots=True)
class Reserved:
    """A number and a code taken for a paper that is about to be made."""

    number: str
    code: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose paper it is: the row it is about, the full name, and the second fact (last four of the ID)."""

    kind: str
    id: uuid.UUID
    name: str
    second_fact: str


def reserve(issuer_id: uuid.UUID, kind: DocumentKind, year: int, pattern: str, **texts: str) -> Reserved:
    """Inside a transaction: the next number of the issuer's pattern, and a fresh code.

    Raises NumberError of ``core.documents.numbering`` when the serials of the pattern are used up.
    """
    serial = _next_serial(issuer_id, kind, year)
    return Reserved(NumberPattern(pattern).format(year=year, serial=serial, **texts), verification_code())


def issue(
    actor: Signature,
    *,
    kind: DocumentKind,
    issuer_id: uuid.UUID,
    reserved: Reserved,
    holder: Holder,
    paper: Stated,
    masked: Mapping[str, str],
    digest: str,
) -> IssuedDocument:
    """Put a paper on record. ``masked`` gives the public form of its personal facts."""
    with transaction() as session:
        document = IssuedDocument(
            kind=kind,
            number=reserved.number,
            verification_code=reserved.code,
            short_code=short_form(reserved.code),
            issuer_id=issuer_id,
            subject_kind=holder.kind,
            subject_id=holder.id,
            content=_lines(paper, masked),
            content_sha256=digest,
            holder_name=holder.name,
            second_fact=holder.second_fact or None,
            issued_at=clock.now(),
        )
        session.add(document)
        session.flush()
        record(actor, "documents.issue", document, number=document.number, kind=kind.value, sha256=digest)
        return document


def print_again(actor: Signature, *, document_id: uuid.UUID, digest: str) -> int:
    """Count one more print; returns how many there are now (the first is 1, later ones are copies).

    Raises Refused when the paper no longer holds, or when its facts would read differently today.
    """
    with transaction():
        document = lock_row(IssuedDocument, document_id)
        if document.state is not DocumentState.VALID:
            raise Refused(_l("这份文件已经失效，不能再打印。"))
        if document.content_sha256 != digest:
            raise Refused(_l("文件内容已有变化，不能按原编号打印。请先更正并换发新文件。"))
        document.printed += 1
        record(actor, "documents.print", document, number=document.number, copy=document.printed > 1)
        return document.printed


def revoke(
    actor: Signature, *, document_id: uuid.UUID, reason: str, replaced_by_id: uuid.UUID | None = None
) -> IssuedDocument:
    """End a paper: revoked, or replaced by its successor. The private reason stays in the audit chain."""
    with transaction():
        document = lock_row(IssuedDocument, document_id)
        if document.state is not DocumentState.VALID:
            raise Refused(_l("这份文件已经失效，不用再次撤销。"))
        document.state = DocumentState.REPLACED if replaced_by_id else DocumentState.REVOKED
        document.ended_at = clock.now()
        document.replaced_by_id = replaced_by_id
        record(actor, "documents.revoke", document, number=document.number, reason=reason)
        return document


def find_by_code(raw: str) -> IssuedDocument | None:
    """The paper meant by a scanned or typed code; BadCode if it cannot be one, None if there is none."""
    code = read_code(raw)
    column = IssuedDocument.verification_code if len(code) == FULL_LENGTH else IssuedDocument.short_code
    return db.session.scalars(select(IssuedDocument).where(column == code)).one_or_none()


def find_by_code_or_number(raw: str, kind: DocumentKind) -> IssuedDocument | None:
    """The paper of a kind meant by a code or by its printed number (for staff at the gate)."""
    number = raw.strip().upper()
    by_number = select(IssuedDocument).where(IssuedDocument.kind == kind, IssuedDocument.number == number)
    found = db.session.scalars(by_number).one_or_none()
    if found is None and not number.isdigit():
        found = find_by_code(raw)
    return found if found is not None and found.kind is kind else None


def knows_second_fact(document: IssuedDocument, second_fact: str) -> bool:
    """Whether ``second_fact`` (last four of the ID, X in upper case) belongs to the paper."""
    if not document.second_fact:
        return False
    return hmac.compare_digest(second_fact.strip().upper().encode(), document.second_fact.encode())


def valid_document(kind: DocumentKind, subject_id: uuid.UUID) -> IssuedDocument | None:
    """The paper of this kind that holds for a subject, if any."""
    query = select(IssuedDocument).where(
        IssuedDocument.kind == kind,
        IssuedDocument.subject_id == subject_id,
        IssuedDocument.state == DocumentState.VALID,
    )
    return db.session.scalars(query).one_or_none()


def _lines(paper: Stated, masked: Mapping[str, str]) -> list[dict[str, str]]:
    """The public facts in the order of the paper, each with its label in both languages."""
    shown = public_content_of(paper, masked)
    return [
        {"key": fact.key, "zh": fact.label.zh, "en": fact.label.en, "value": shown[fact.key]}
        for fact in paper.facts()
        if fact.key in shown
    ]


def _next_serial(issuer_id: uuid.UUID, kind: DocumentKind, year: int) -> int:
    """Count up atomically; the first writer makes the row, the others wait for it."""
    session = db.session()
    dialect_insert = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    first = dialect_insert(DocumentSerial).values(id=uuid.uuid4(), issuer_id=issuer_id, kind=kind, year=year, last=1)
    counted = first.on_conflict_do_update(
        index_elements=["issuer_id", "kind", "year"], set_={"last": DocumentSerial.last + 1}
    ).returning(DocumentSerial.last)
    return int(session.execute(counted).scalar_one())
