"""The receipt 报名回执: a frozen copy of what was submitted, its number, its fingerprint, its paper.

The version's ``content`` holds every fact of the receipt, so that the same paper can be set again for ever,
whatever becomes of programmes, schools and names.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from core import clock
from core.access import Organisation
from core.audit.operations import Signature
from core.codes import code_set
from core.db import db
from core.divisions import full_name
from core.documents.content import Issuer, Verification
from core.documents.models import DocumentKind, IssuedDocument
from core.documents.operations import Holder, Reserved, issue, reserve, revoke, valid_document
from core.documents.receipt import Consent as ReceiptConsent
from core.documents.receipt import Major, Receipt, ReceiptChoice
from core.errors import Refused
from core.i18n import lazy as _l
from core.identity import document_tail, mask_document, mask_name, mask_name_public
from enrolment.applications.models import ApplicantGuardian, Application, ApplicationVersion
from enrolment.cycles.queries import bureau_of
from registry.schools.models import Programme

PATTERN = "HZ{year}{county:6}{serial:06}"
ONLINE = "手机确认"
COUNTY_LIST = "县区名册"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who agreed to the submission, how, and under which notice."""

    guardian: str
    relation: str
    way: str
    notice_version: str


def relation_word(code: str) -> str:
    """What a guardian is to the pupil, in Chinese."""
    return code_set("guardian_relation").entry(code).zh


def confirmed_by(guardian: ApplicantGuardian, notice_version: str) -> Confirmed:
    """A guardian's confirmation over the own phone."""
    return Confirmed(mask_name(guardian.name), relation_word(guardian.relation), ONLINE, notice_version)


def freeze_version(
    actor: Signature,
    version: ApplicationVersion,
    *,
    confirmed: Confirmed,
    changes_until: dt.datetime | None,
    at: dt.datetime,
    policy: dict[str, str],
) -> IssuedDocument:
    """Inside a transaction: give the version its number, content, fingerprint and receipt.

    The caller has moved nothing yet, or moves the states right after; raises Refused when the county's
    bureau is not on record, because somebody has to answer for the receipt.
    """
    application = version.application
    office = _bureau(application.applicant.county)
    year = application.round.cycle.year
    reserved = reserve(office.id, DocumentKind.RECEIPT, year, PATTERN, county=application.applicant.county)
    content = _content(version, office, confirmed, changes_until, at)
    version.content = {**content, "number": reserved.number, "policy": policy}
    version.submitted_at = at
    version.receipt_number = reserved.number
    receipt = receipt_of(version.content, reserved, site="")
    version.content_sha256 = receipt.content_digest()
    applicant = application.applicant
    return issue(
        actor,
        kind=DocumentKind.RECEIPT,
        issuer_id=office.id,
        reserved=reserved,
        holder=Holder("application_version", version.id, applicant.name, _second_fact(applicant.document_number)),
        paper=receipt,
        masked={
            "student_name": mask_name_public(applicant.name),
            "id_masked": document_tail(applicant.document_number),
        },
        digest=version.content_sha256,
    )


def end_receipt(actor: Signature, version: ApplicationVersion, *, replaced_by: IssuedDocument | None = None) -> None:
    """Inside a transaction: the receipt of a version that no longer counts says so when it is verified."""
    document = valid_document(DocumentKind.RECEIPT, version.id)
    if document is not None:
        revoke(
            actor,
            document_id=document.id,
            reason="superseded" if replaced_by else "withdrawn",
            replaced_by_id=replaced_by.id if replaced_by else None,
        )


def receipt_document(version: ApplicationVersion) -> IssuedDocument | None:
    """The issued paper of a version, valid or ended."""
    query = select(IssuedDocument).where(
        IssuedDocument.kind == DocumentKind.RECEIPT, IssuedDocument.subject_id == version.id
    )
    return db.session.scalars(query).one_or_none()


def receipt_of(content: dict[str, Any], reserved: Reserved, *, site: str) -> Receipt:
    """The paper as it was frozen; ``site`` is the public address behind its QR code."""
    until = content["changes_until"]
    consent = content["consent"]
    return Receipt(
        verification=Verification(reserved.number, reserved.code, site),
        issuer=Issuer(**content["issuer"]),
        student_name=content["student_name"],
        id_masked=content["id_masked"],
        source_county=content["source_county"],
        junior_school=content["junior_school"],
        cycle_year=content["year"],
        round_name=content["round"],
        version=content["version"],
        submitted_at=dt.datetime.fromisoformat(content["submitted_at"]),
        choices=tuple(_choice(row) for row in content["choices"]),
        accepts_adjustment=content["adjustment"],
        consent=ReceiptConsent(
            guardian=consent["guardian"],
            relation=consent["relation"],
            way=consent["way"],
            at=dt.datetime.fromisoformat(content["submitted_at"]),
            notice_version=consent["notice_version"],
        ),
        changes_until=dt.datetime.fromisoformat(until) if until else None,
    )


def _content(
    version: ApplicationVersion,
    office: Organisation,
    confirmed: Confirmed,
    changes_until: dt.datetime | None,
    at: dt.datetime,
) -> dict[str, Any]:
    application = version.application
    applicant, in_round = application.applicant, application.round
    return {
        "student_name": applicant.name,
        "id_masked": mask_document(applicant.document_number),
        "source_county": full_name(applicant.county),
        "junior_school": applicant.junior_school,
        "candidate_number": applicant.candidate_number,
        "year": in_round.cycle.year,
        "round": f"第 {in_round.number} 轮",
        "version": version.number,
        "submitted_at": at.isoformat(),
        "choices": [_choice_facts(choice.rank, choice.programme) for choice in version.choices],
        "adjustment": version.accepts_adjustment,
        "consent": asdict(confirmed),
        "changes_until": changes_until.isoformat() if changes_until else None,
        "issuer": {"name": office.name_zh, "address": full_name(office.division), "phone": office.phone},
    }


def _choice_facts(rank: int, programme: Programme) -> dict[str, Any]:
    school = programme.school
    majors = [programme.major, programme.college_major]
    return {
        "rank": rank,
        "programme": programme.code,
        "school_code": school.code,
        "school": school.name("zh", clock.today()),
        "school_county": full_name(school.county),
        "majors": [[major.code, major.name_zh] for major in majors if major is not None],
        "form": programme.form.value,
    }


def _choice(row: dict[str, Any]) -> ReceiptChoice:
    return ReceiptChoice(
        rank=row["rank"],
        school_code=row["school_code"],
        school=row["school"],
        school_county=row["school_county"],
        majors=tuple(Major(code, name) for code, name in row["majors"]),
        form=form_word(row["form"]),
    )


def form_word(form: str) -> str:
    """How a training form is called: 3+2, 五年一贯制, 三年制."""
    return {"3": "三年制", "5": "五年一贯制"}.get(form, form)


def _bureau(county: str) -> Organisation:
    office = bureau_of(county)
    if office is None:
        raise Refused(_l("本县区教育局还没有在系统中登记，暂时不能出具回执。请联系本县区招生办。"))
    return office


def _second_fact(number: str) -> str:
    return number[-4:].upper()


def of_application(application: Application) -> list[ApplicationVersion]:
    """Every version that was ever submitted, newest first: readable for ever."""
    return [version for version in reversed(application.versions) if version.receipt_number is not None]
