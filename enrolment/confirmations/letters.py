"""The admission letter of a placement: its facts, its issue, its prints."""

import datetime as dt
import uuid

from sqlalchemy import select

from core import clock
from core.audit.operations import Signature
from core.config import Settings
from core.db import db, transaction
from core.divisions import full_name
from core.documents.admission_letter import AdmissionLetter, Arrival, Stage
from core.documents.content import Issuer, Verification
from core.documents.models import DocumentKind, IssuedDocument
from core.documents.operations import Holder, Reserved, issue, print_again, reserve, valid_document
from core.documents.typeset import to_pdf
from core.errors import Refused
from core.i18n import lazy as _l
from core.identity import document_tail, mask_name
from enrolment.confirmations.models import Confirmation, ConfirmationState, NoShow
from enrolment.results.models import Placement
from enrolment.results.rosters import on_roster
from registry.schools.models import Programme, SchoolYear, TrainingForm

_STAGE_YEARS = {
    TrainingForm.PLAIN: (3, 0),
    TrainingForm.THREE_TWO: (3, 2),
    TrainingForm.THREE_THREE: (3, 3),
    TrainingForm.FIVE: (3, 2),
    TrainingForm.THREE_FOUR: (3, 4),
}
_FORM_NAMES = {
    TrainingForm.PLAIN: "三年制",
    TrainingForm.THREE_TWO: "中高职贯通 3+2",
    TrainingForm.THREE_THREE: "中高职贯通 3+3",
    TrainingForm.FIVE: "五年一贯制",
    TrainingForm.THREE_FOUR: "中本贯通 3+4",
}


def issue_letter(actor: Signature, placement: Placement, site: str) -> IssuedDocument:
    """Issue the letter of an accepted place; a letter that holds is returned as it is."""
    existing = valid_document(DocumentKind.ADMISSION_LETTER, placement.id)
    if existing is not None:
        return existing
    programme = _programme(placement)
    if not on_roster(placement.id):
        raise Refused(_l("录取名册还没有封存，不能签发通知书。"))
    year = placement.application.round.cycle.year
    school_year = _school_year(programme, year)
    with transaction():
        reserved = reserve(
            programme.school.organisation_id,
            DocumentKind.ADMISSION_LETTER,
            year,
            school_year.letter_pattern,
            school=programme.school.code,
        )
        paper = _paper(placement, reserved, site, clock.today())
        applicant = placement.application.applicant
        return issue(
            actor,
            kind=DocumentKind.ADMISSION_LETTER,
            issuer_id=programme.school.organisation_id,
            reserved=reserved,
            holder=Holder("placement", placement.id, applicant.name, document_tail(applicant.document_number)),
            paper=paper,
            masked={"student_name": mask_name(applicant.name)},
            digest=paper.content_digest(),
        )


def print_letter(actor: Signature, placement: Placement, site: str) -> bytes:
    """The letter as PDF; the second print on is marked as a copy. Raises Refused before the place is accepted.

    A place that was accepted while the school's arrival arrangements were missing gets its letter now.
    """
    document = valid_document(DocumentKind.ADMISSION_LETTER, placement.id)
    if document is None and not _accepted(placement):
        raise Refused(_l("这份录取还没有通知书。确认录取后才会签发。"))
    document = document or issue_letter(actor, placement, site)
    reserved = Reserved(document.number, document.verification_code)
    issued_on = clock.beijing_day(document.issued_at)
    paper = _paper(placement, reserved, site, issued_on)
    prints = print_again(actor, document_id=document.id, digest=paper.content_digest())
    return to_pdf(_paper(placement, reserved, site, issued_on, copy=prints > 1))


def verification_site(settings: Settings) -> str:
    """The address printed under the QR code."""
    return f"{settings.public_url.rstrip('/')}/verify"


def _paper(
    placement: Placement, reserved: Reserved, site: str, issued_on: dt.date, *, copy: bool = False
) -> AdmissionLetter:
    programme = _programme(placement)
    applicant = placement.application.applicant
    round_ = placement.application.round
    school = programme.school
    year = _school_year(programme, round_.cycle.year)
    return AdmissionLetter(
        verification=Verification(number=reserved.number, code=reserved.code, site=site),
        issuer=Issuer(
            name=school.name("zh", issued_on),
            address=school.address_zh,
            phone=school.phone,
            supervisor=school.organisation.parent.name_zh if school.organisation.parent else "",
        ),
        student_name=applicant.name,
        candidate_number=applicant.candidate_number,
        source_county=full_name(applicant.county),
        cycle_year=round_.cycle.year,
        round_name=f"第{round_.number}轮",
        stages=_stages(programme),
        form=_FORM_NAMES[programme.form],
        study_mode="住校" if applicant.boards else "走读",
        tuition=f"{programme.tuition_yuan} 元/学年" if programme.tuition_yuan else "免学费",
        boarding=f"{programme.boarding_yuan} 元/学年" if programme.boarding else "不提供住宿",
        arrival=Arrival(
            first=round_.arrive_from,
            last=round_.arrive_until,
            hours=year.arrival_hours,
            place=year.arrival_place,
            bring=tuple(year.bring),
            late=year.late_sentence,
        ),
        issued_on=issued_on,
        copy=copy,
    )


def _stages(programme: Programme) -> tuple[Stage, ...]:
    first_years, college_years = _STAGE_YEARS[programme.form]
    secondary = Stage("中职段", programme.major_code, programme.major.name_zh, first_years)
    if programme.college_major is None:
        return (secondary,)
    partner = programme.partner_college.name_zh if programme.partner_college else ""
    college = Stage("高职段", programme.college_major.code, programme.college_major.name_zh, college_years, partner)
    return (secondary, college)


def _programme(placement: Placement) -> Programme:
    if placement.programme is None:
        raise Refused(_l("本轮没有录取，不能签发通知书。"))
    return placement.programme


def _school_year(programme: Programme, year: int) -> SchoolYear:
    query = select(SchoolYear).where(SchoolYear.school_id == programme.school_id, SchoolYear.year == year)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise Refused(_l("招生学校没有登记本年度的报到安排，不能签发通知书。请学校先补全。"))
    return found


def letter_of(placement_id: uuid.UUID) -> IssuedDocument | None:
    """The letter that holds for a placement, if it was issued."""
    return valid_document(DocumentKind.ADMISSION_LETTER, placement_id)


def _accepted(placement: Placement) -> bool:
    query = select(Confirmation.id).where(
        Confirmation.placement_id == placement.id, Confirmation.state == ConfirmationState.ACCEPTED
    )
    gone = select(NoShow.id).where(NoShow.placement_id == placement.id)
    return db.session.scalar(query) is not None and db.session.scalar(gone) is None
