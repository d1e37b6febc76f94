"""The sealed roster: once, wholly or not at all, the base of every letter."""

import datetime as dt
import io
import os
import uuid

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from core import clock
from core.access import OrganisationKind, Role
from core.audit.operations import House
from core.db import db, housekeeping, transaction
from core.documents.models import DocumentKind, IssuedDocument
from core.errors import Refused
from core.sheets import read_grids
from enrolment.confirmations.letters import issue_letter
from enrolment.results import operations
from enrolment.results.models import (
    Placement,
    PublicAnswer,
    Publication,
    PublicationState,
    RosterLine,
    SealedRoster,
)
from enrolment.results.rosters import line_of, placed, roster_digest, seal_rosters, signed_soundly
from tests.client import Browser
from tests.enrolment.confirmations.scene import SITE, released, stored, usual
from tests.enrolment.rounds.stage import Stage, ready
from tests.factories import JS, QP, account, organisation, school, sign_in


def proposed() -> tuple[Stage, Publication]:
    stage = ready()
    run = stored(stage, usual(stage))
    return stage, operations.propose(stage.actor, run_id=run.id, release_at=clock.now() + dt.timedelta(hours=1))


def counts() -> tuple[int, int, int]:
    tables = (SealedRoster, RosterLine, PublicAnswer)
    rosters, lines, answers = (db.session.scalar(select(func.count()).select_from(one)) or 0 for one in tables)
    return rosters, lines, answers


def test_x81_a_letter_cannot_exist_without_the_sealed_roster(context: Flask) -> None:
    stage, publication = proposed()
    place = db.session.scalars(select(Placement).where(Placement.programme_id.is_not(None))).first()
    assert place is not None
    with pytest.raises(Refused):
        issue_letter(stage.actor, place, SITE)
    row = IssuedDocument(
        kind=DocumentKind.ADMISSION_LETTER,
        number="X1",
        verification_code="0" * 32,
        short_code="0" * 10,
        issuer_id=stage.school.organisation_id,
        subject_kind="placement",
        subject_id=place.id,
        content=[],
        content_sha256="0" * 64,
        holder_name="赵一",
        issued_at=clock.now(),
    )
    with pytest.raises(DatabaseError, match="sealed roster"), housekeeping() as session:
        session.add(row)
    operations.approve(stage.other, publication_id=publication.id, version=publication.version, typed=3)
    place = db.session.get_one(Placement, place.id)
    assert issue_letter(stage.actor, place, SITE).number


def test_the_seal_holds_every_placement_once_with_both_signatures(context: Flask) -> None:
    scene = released()
    (roster,) = db.session.scalars(select(SealedRoster)).all()
    assert sorted(line["name"] for line in roster.lines) == sorted(["赵一", "钱二", "李四"])
    assert roster.number == 1
    assert signed_soundly(roster)
    assert {roster.first_signer, roster.second_signer} == {scene.stage.approver.id, scene.stage.colleague.id}
    assert all("document" not in line for line in roster.lines)
    with pytest.raises(DatabaseError, match="append-only"), housekeeping() as session:
        session.execute(text("UPDATE sealed_roster SET sha256 = ''"))
    lines = [dict(line) for line in roster.lines]
    lines[0]["name"] = "他人"
    assert roster_digest(roster.publication, roster.school, lines) != roster.sha256


def test_nobody_seals_what_two_persons_did_not_approve(context: Flask) -> None:
    _stage, publication = proposed()
    with pytest.raises(Refused), transaction():
        seal_rosters(House(), db.session.get_one(Publication, publication.id))


def test_x79_a_fault_while_sealing_leaves_nothing_and_the_next_seal_has_the_same_hash(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, publication = proposed()
    school_row = db.session.get_one(type(stage.school), stage.school.id)
    found = db.session.get_one(Publication, publication.id)
    wanted = roster_digest(found, school_row, [line_of(one) for one in placed(found.run_id)])

    def broken(*_arguments: object, **_more: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(operations, "_announce", broken)
        with pytest.raises(OSError, match="disk full"):
            operations.approve(stage.other, publication_id=publication.id, version=publication.version, typed=3)
    assert counts() == (0, 0, 0)
    assert db.session.get_one(Publication, publication.id).state is PublicationState.PROPOSED
    operations.approve(stage.other, publication_id=publication.id, version=publication.version, typed=3)
    assert counts() == (1, 3, 4)
    assert db.session.scalars(select(SealedRoster.sha256)).one() == wanted


def test_x79_a_process_killed_while_sealing_leaves_nothing(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    stage, publication = proposed()
    version, publication_id, other = publication.version, publication.id, stage.other
    db.session.remove()
    child = os.fork()
    if child == 0:
        db.engine.dispose(close=False)
        monkeypatch.setattr(operations, "_announce", lambda _publication: os._exit(9))
        operations.approve(other, publication_id=publication_id, version=version, typed=3)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    assert counts() == (0, 0, 0)
    operations.approve(other, publication_id=publication_id, version=version, typed=3)
    assert counts() == (1, 3, 4)


def test_the_pages_of_the_roster(context: Flask, client: Browser) -> None:
    scene = released()
    roster = db.session.scalars(select(SealedRoster)).one()
    address = f"/rosters/{roster.id}"
    own = account(Role.SCHOOL_ADMISSIONS, scene.stage.school.organisation)
    sign_in(client, own)
    assert client.get(address).status_code == 404, "nothing before the release"
    with clock.frozen(scene.at):
        sign_in(client, own)
        assert roster.sha256[:12] in client.get("/rosters").get_data(as_text=True)
        page = client.get(address).get_data(as_text=True)
        assert "赵一" in page
        assert "校验值相符" in page
        (grid,) = read_grids(client.get(f"{address}.xlsx").get_data())
        assert len(grid.rows) == 5 + 3
        pdf = PdfReader(io.BytesIO(client.get(f"{address}.pdf").get_data()))
        assert "录取名册" in pdf.pages[0].extract_text()
        sign_in(client, account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS)))
        assert client.get(address).status_code == 200
        for stranger in (
            account(Role.SCHOOL_REGISTRAR, school().organisation),
            account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, QP)),
        ):
            sign_in(client, stranger)
            assert client.get(address).status_code == 404
            assert client.get(f"{address}.pdf").status_code == 404
        assert client.get(f"/rosters/{uuid.uuid4()}").status_code == 404
