"""A small demonstration, built once and looked at from every side."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.access import Role
from core.accounts.models import Account, RoleGrant
from core.audit.verification import verify
from core.config import Settings
from core.db import Base, db
from core.documents.models import DocumentKind, IssuedDocument
from demo import signins
from demo.build import STAGES, Builder
from demo.scale import SCALES
from demo.stages import Progress
from enrolment.applications.models import Applicant, ApplicantGuardian, Application, ApplicationVersion
from enrolment.applications.states import ApplicationState, VersionState
from enrolment.confirmations.models import Arrival, Confirmation, ConfirmationState
from enrolment.cycles.models import Round, RoundState
from enrolment.plans.ledger import free
from enrolment.plans.models import Plan, PlanProgramme, QuotaCell, SeatEntry
from enrolment.plans.states import PlanState
from enrolment.results.models import Placement
from enrolment.rounds.models import Run, RunState
from enrolment.rounds.readiness import blocking, readiness
from registry.schools.models import Programme, School
from registry.students.history import status_on
from registry.students.models import Person, Spell, StatusEntry
from registry.students.states import Status
from tests.conftest import make_settings
from wsgi import create_app

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, dict[str, str]]]:
    """The small demonstration on a database of its own; the sign-in names of its families."""
    folder = tmp_path_factory.mktemp("demo")
    app = create_app(make_settings(folder, f"sqlite:///{folder / 'zone.db'}", public_url="http://127.0.0.1:8000"))
    settings: Settings = app.extensions["zone_settings"]
    with app.app_context():
        Base.metadata.create_all(db.engine)
        progress = Progress(STAGES, watched=False, heed=lambda: None)
        cast = Builder(SCALES["small"], settings, progress).build()
        assert len(progress.times) == STAGES
        names = signins.names_of(cast)
        db.session.remove()
    yield app, names
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def zone(built: tuple[Flask, dict[str, str]]) -> Iterator[Flask]:
    with built[0].app_context():
        yield built[0]


def count(model: type[Base], *conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def test_every_state_of_an_application_and_of_its_versions_is_there(zone: Flask) -> None:
    filing = db.session.scalars(select(Round).where(Round.state == RoundState.OPEN).order_by(Round.number)).first()
    assert filing is not None
    for state in ApplicationState:
        assert count(Application, Application.round_id == filing.id, Application.state == state), state
    for version_state in VersionState:
        if version_state is not VersionState.SUPERSEDED:
            assert count(ApplicationVersion, ApplicationVersion.state == version_state), version_state


def test_the_round_with_a_result_went_all_the_way(zone: Flask) -> None:
    run = db.session.scalars(select(Run)).one()
    assert run.state is RunState.STORED
    assert run.certificate is not None
    assert not [one for check in run.certificate["checks"] for one in check["findings"]]
    assert {one for one in db.session.scalars(select(Confirmation.state))} == set(ConfirmationState)
    silent = (
        select(Placement.id).outerjoin(Confirmation).where(Confirmation.id.is_(None), Placement.rank.is_not(None))
    )
    assert db.session.scalars(silent).first() is not None
    assert count(Arrival) > 0
    assert count(IssuedDocument, IssuedDocument.kind == DocumentKind.ADMISSION_LETTER) > count(Arrival)


def test_the_ledger_adds_up_in_every_cell(zone: Flask) -> None:
    moved = dict(
        db.session.execute(select(SeatEntry.cell_id, func.sum(SeatEntry.delta)).group_by(SeatEntry.cell_id)).all()
    )
    held = db.session.scalars(
        select(Placement)
        .outerjoin(Confirmation, Confirmation.placement_id == Placement.id)
        .where(
            Placement.cell_id.is_not(None),
            func.coalesce(Confirmation.state, "") != ConfirmationState.DECLINED.value,
        )
    ).all()
    for cell in db.session.scalars(select(QuotaCell)):
        left = free(cell.id)
        assert left == cell.seats + moved.get(cell.id, 0)
        assert cell.seats - left == sum(one.cell_id == cell.id for one in held)
        assert left >= 0


def test_the_supplementary_round_waits_for_its_lock_only(zone: Flask) -> None:
    with zone.test_request_context():
        waiting = [one for one in db.session.scalars(select(Round)) if not blocking(readiness(one))]
        ready = [one for one in waiting if one.state is RoundState.OPEN]
    assert [one.number for one in ready] == [2]


def test_every_status_of_the_register_is_there_with_corrections(zone: Flask) -> None:
    today = clock.today()
    spells = db.session.scalars(select(Spell)).all()
    assert {status_on(one.entries, today) for one in spells} == set(Status)
    entries = db.session.scalars(select(StatusEntry)).all()
    assert any(one.corrects_id for one in entries)
    assert all(clock.beijing_day(one.recorded_at) >= one.effective_on or one.corrects_id for one in entries)
    assert any(clock.beijing_day(one.recorded_at) > one.effective_on for one in entries)
    placed = [one for one in spells if one.origin_id is None]
    assert all(one.class_id and one.school_number for one in placed)


def test_nobody_in_it_can_exist(zone: Flask) -> None:
    numbers = [one.document_number for one in db.session.scalars(select(Applicant))]
    numbers += [one.document_number for one in db.session.scalars(select(Person))]
    assert len(numbers) > 100
    assert {number[14:17] for number in numbers if number} == {"000"}
    assert any(number and number.startswith("320584") for number in numbers)
    names = "".join(one.name for one in db.session.scalars(select(Applicant)))
    names += "".join(one.name for one in db.session.scalars(select(Person)))
    assert all(sign in names for sign in "〇𬭎䶮𠮷·")


def test_offices_schools_and_plan_are_of_a_real_years_shape(zone: Flask) -> None:
    assert count(School) == 6
    assert all(len(one.code) == 10 and one.code.isdigit() for one in db.session.scalars(select(School)))
    assert count(Programme) >= 25
    first = db.session.scalars(select(Plan).where(Plan.state == PlanState.FROZEN)).one()
    cells = db.session.scalars(select(QuotaCell).join(PlanProgramme).where(PlanProgramme.plan_id == first.id)).all()
    assert 285 <= sum(one.seats for one in cells) <= 395
    assert any(one.seats == 0 for one in cells)
    assert len(first.agreements) == 3


def test_the_audit_chain_is_sound_over_everything(zone: Flask) -> None:
    found = verify()
    assert found.sound, found.first_fault
    assert found.chain.entries > 1000


def test_one_sign_in_a_role_with_new_passwords_each_time(built: tuple[Flask, dict[str, str]]) -> None:
    app, names = built
    with app.app_context():
        first, second = signins.renew(names), signins.renew(names)
        roles = {
            grant.role
            for one in first
            for grant in db.session.scalars(select(RoleGrant).join(Account).where(Account.sign_in_name == one.name))
        }
        assert roles == set(Role)
        assert not {one.password for one in first} & {one.password for one in second}
        assert all(bool(one.secret) == (len(one.code) == 6) for one in second)
        stored = " ".join(str(one.password_hash) for one in db.session.scalars(select(Account)))
        assert not any(one.password in stored for one in second)
        assert verify().sound


def test_the_guardian_has_one_child_with_a_result_and_one_to_confirm(built: tuple[Flask, dict[str, str]]) -> None:
    app, names = built
    with app.app_context():
        guardian = db.session.scalars(select(Account).where(Account.sign_in_name == names["guardian"])).one()
        children = db.session.scalars(
            select(ApplicantGuardian).where(ApplicantGuardian.account_id == guardian.id)
        ).all()
        assert len({one.applicant.cycle_id for one in children}) == 2
        states = {version.state for one in children for a in one.applicant.applications for version in a.versions}
        assert VersionState.AWAITING_GUARDIAN in states
