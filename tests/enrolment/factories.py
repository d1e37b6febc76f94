"""Small builders of the enrolment half: cycle, windows, round, plan, applicant, guardian, application.

Invented people only: ID numbers carry the impossible order 000, so all of them read as female.
"""

import datetime as dt
import hashlib
import itertools
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core import clock
from core.access import Organisation, Role
from core.accounts.models import Account
from core.db import db, housekeeping
from core.divisions import division
from core.files.models import StoredFile
from core.identity import check_character
from core.words import Words
from enrolment.applications.models import (
    Applicant,
    ApplicantGuardian,
    Application,
    ApplicationState,
    ApplicationVersion,
    Choice,
    Consent,
    ConsentPurpose,
    Paper,
    PaperKind,
    PaperState,
    SubjectScore,
    VersionState,
)
from enrolment.cycles.models import CountyWindow, Cycle, Round, RoundKind, RoundState
from enrolment.plans.models import Plan, PlanLimit, PlanProgramme, QuotaCell
from enrolment.plans.sheet import CountyRow, RoundRules
from enrolment.plans.states import PlanState
from enrolment.plans.storage import registered_row, registered_school, rules_body, stated
from registry.schools.models import Programme
from tests.factories import JS, QP, WJ, account

COUNTIES = (QP, WJ, JS)
_serial = itertools.count(1)
_FIRST_BIRTHDAY = dt.date(2010, 9, 1)


def id_number(division: str = "320584", born: dt.date | None = None) -> str:
    """A resident ID that nobody bears: order 000. Without a birth date a fresh one each time, of one school year."""
    born = born or _FIRST_BIRTHDAY + dt.timedelta(days=next(_serial) % 365)
    body = f"{division}{born:%Y%m%d}000"
    return body + check_character(body)


def cycle(year: int | None = None) -> Cycle:
    """An enrolment year (this one)."""
    year = year or clock.today().year
    with housekeeping() as session:
        made = Cycle(year=year, name_zh=f"{year}年跨省中职招生", name_en=f"Cross-province enrolment {year}")
        session.add(made)
    return made


def window(
    of: Cycle,
    county: str = QP,
    *,
    opens: dt.timedelta = dt.timedelta(days=-1),
    closes: dt.timedelta = dt.timedelta(days=10),
    round_number: int = 1,
) -> CountyWindow:
    """A county's filing window, ``opens`` and ``closes`` counted from now."""
    now = clock.now().replace(microsecond=0)
    with housekeeping() as session:
        made = CountyWindow(
            cycle_id=of.id,
            round_number=round_number,
            county=county,
            opens_at=now + opens,
            closes_at=now + closes,
            scores_on=clock.beijing_day(now + closes) + dt.timedelta(days=5),
        )
        session.add(made)
    return made


def windows(of: Cycle, **changes: Any) -> list[CountyWindow]:
    """The windows of all three counties."""
    return [window(of, county, **changes) for county in COUNTIES]


def round_(of: Cycle, *, number: int = 1, state: RoundState = RoundState.OPEN) -> Round:
    """A round of the year; anything but an open one is locked since a day."""
    today = clock.today()
    with housekeeping() as session:
        made = Round(
            cycle_id=of.id,
            number=number,
            kind=RoundKind.REGULAR if number == 1 else RoundKind.SUPPLEMENTARY,
            state=state,
            locked_at=None if state is RoundState.OPEN else clock.now() - dt.timedelta(days=1),
            confirm_until=clock.at_beijing(today + dt.timedelta(days=40), 17),
            arrive_from=today + dt.timedelta(days=60),
            arrive_until=today + dt.timedelta(days=62),
            seed="published-seed",
        )
        session.add(made)
    return made


def lock(of: Round, *, state: RoundState = RoundState.LOCKED) -> Round:
    """Freeze a round after its applications were made (the database refuses any made later)."""
    with housekeeping() as session:
        made = session.get_one(Round, of.id)
        made.state = state
        made.locked_at = clock.now()
    return made


def open_round(year: int | None = None) -> Round:
    """A whole year at once: cycle, three open windows, an open first round."""
    made = cycle(year)
    windows(made)
    return round_(made)


def plan(
    of: Round,
    cells: Sequence[tuple[Programme, Mapping[str, int]]] = (),
    *,
    state: PlanState = PlanState.APPROVED,
    number: int = 1,
    rules: Mapping[str, object] | None = None,
    limits: Sequence[tuple[str, str, Mapping[str, object]]] = (),
    **details: Any,
) -> Plan:
    """A plan version: each programme with its seats a county; ``details`` go to every plan programme.

    ``rules`` changes fields of the plan sheet's RoundRules.
    """
    body: dict[str, Any] = {
        "year": of.cycle.year,
        "title": "统一轮次",
        "across": "own_county",
        "ties": "lottery",
        "checks": "before",
        "opening": "optimal",
        "adjustment": "same_school",
        "seed": "published-seed",
        **(rules or {}),
    }
    counties = sorted({county for _programme, seats in cells for county in seats} | set(COUNTIES))
    schools = sorted({programme.school for programme, _seats in cells}, key=lambda one: one.code)
    with housekeeping() as session:
        made = Plan(
            round_id=of.id,
            number=number,
            state=PlanState.DRAFT,
            rules=rules_body(
                RoundRules(**body),
                [CountyRow(county, division(county).zh) for county in counties],
                [registered_school(one) for one in schools],
            ),
            created_at=clock.now(),
        )
        for position, (programme, seats) in enumerate(cells, start=1):
            row = PlanProgramme(
                programme_id=programme.id,
                position=position,
                capacity=sum(seats.values()),
                stated=stated(registered_row(programme)),
                **details,
            )
            row.cells = [QuotaCell(county=county, seats=count) for county, count in seats.items()]
            made.programmes.append(row)
        made.limits = [PlanLimit(kind=kind, name=name, body=dict(body)) for kind, name, body in limits]
        session.add(made)
        session.flush()
        made.state = state
        if state is PlanState.FROZEN:
            made.frozen_at = clock.now()
            made.frozen_sha256 = "0" * 64
    return made


def applicant(
    of: Cycle,
    county: str = QP,
    *,
    name: str = "欧阳〇𬭎",
    with_account: bool = True,
    born: dt.date | None = None,
    scores: Mapping[str, tuple[str, str]] | None = None,
    **changes: Any,
) -> Applicant:
    """A pupil on a county's list; ``scores`` are subject: (points, full mark)."""
    number = id_number(born=born)
    owner = account(Role.APPLICANT, name=name) if with_account else None
    with housekeeping() as session:
        values: dict[str, Any] = {
            "cycle_id": of.id,
            "account_id": owner.id if owner else None,
            "county": county,
            "candidate_number": f"{county[:4]}{next(_serial):06}",
            "name": name,
            "sex": "2",
            "birth_date": dt.date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}"),
            "document_type": "1",
            "document_number": number,
            "junior_school": "第一初级中学",
            **changes,
        }
        made = Applicant(**values)
        made.scores = [
            SubjectScore(subject=subject, position=position, points=Decimal(points), full=Decimal(full))
            for position, (subject, (points, full)) in enumerate((scores or {}).items(), start=1)
        ]
        session.add(made)
    return made


def guardian(
    of: Applicant, *, name: str = "欧阳建国", phone: str = "13900000001", owner: Account | None = None
) -> ApplicantGuardian:
    """A guardian with an own account; pass ``owner`` for a second child of the same guardian."""
    owner = owner or account(Role.GUARDIAN, name=name)
    with housekeeping() as session:
        made = ApplicantGuardian(applicant_id=of.id, account_id=owner.id, name=name, relation="51", phone=phone)
        session.add(made)
    return made


def consent(of: ApplicantGuardian, *purposes: ConsentPurpose, notice_version: str = "2026-1") -> list[Consent]:
    """The guardian's consents (all three without a list)."""
    with housekeeping() as session:
        made = [
            Consent(
                applicant_id=of.applicant_id,
                guardian_id=of.id,
                purpose=purpose,
                notice_version=notice_version,
                given_at=clock.now(),
            )
            for purpose in purposes or tuple(ConsentPurpose)
        ]
        session.add_all(made)
    return made


def paper(
    of: Applicant,
    kind: PaperKind = PaperKind.IDENTITY,
    *,
    state: PaperState = PaperState.UPLOADED,
    reason: Words | None = None,
) -> Paper:
    """A paper whose row exists; its bytes are not in the store."""
    with housekeeping() as session:
        file = StoredFile(
            sha256=hashlib.sha256(uuid.uuid4().bytes).hexdigest(),
            media_type="image/jpeg",
            extension="jpg",
            size=1234,
            stored_at=clock.now(),
        )
        made = Paper(
            applicant_id=of.id,
            kind=kind,
            file=file,
            state=state,
            reason=reason or (Words("照片不清楚", "photo unclear") if state is PaperState.RETURNED else None),
            uploaded_at=clock.now(),
        )
        session.add(made)
    return made


def application(
    of: Applicant,
    in_round: Round,
    choices: Sequence[Programme] = (),
    *,
    state: ApplicationState = ApplicationState.DRAFT,
    accepts_adjustment: bool = False,
    confirmed_by: ApplicantGuardian | None = None,
) -> Application:
    """An application with one version: a draft, or submitted with a receipt for every other state."""
    now = clock.now()
    submitted = state is not ApplicationState.DRAFT
    with housekeeping() as session:
        made = Application(
            applicant_id=of.id,
            round_id=in_round.id,
            state=state,
            opened_at=now,
            identity_checked_at=now if submitted else None,
            correct_by=now + dt.timedelta(days=3) if state is ApplicationState.RETURNED else None,
        )
        version = ApplicationVersion(number=1, accepts_adjustment=accepts_adjustment)
        version.choices = [
            Choice(rank=rank, programme_id=programme.id) for rank, programme in enumerate(choices, start=1)
        ]
        if submitted:
            content = {"choices": [programme.code for programme in choices]}
            version.state = VersionState.WITHDRAWN if state is ApplicationState.WITHDRAWN else VersionState.SUBMITTED
            version.sent_at = version.submitted_at = now
            version.confirmed_by_id = confirmed_by.id if confirmed_by else None
            version.receipt_number = f"HZ{next(_serial):08}"
            version.content = content
            version.content_sha256 = hashlib.sha256(repr(content).encode()).hexdigest()
        made.versions = [version]
        session.add(made)
    return made


def family(
    in_round: Round, county: str = QP, *, name: str = "欧阳〇𬭎", **changes: Any
) -> tuple[Applicant, ApplicantGuardian]:
    """A pupil with a guardian, both with accounts, for a round's year."""
    child = applicant(db.session.get_one(Cycle, in_round.cycle_id), county, name=name, **changes)
    return child, guardian(child)


def officer(office: Organisation, role: Role = Role.COUNTY_OFFICER) -> Account:
    """An officer of an office."""
    return account(role, office, name="王办事")
