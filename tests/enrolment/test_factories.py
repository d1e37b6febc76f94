"""The builders make rows that the database accepts, on both databases."""

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from core.db import db
from core.identity import DocumentKind, read_document
from enrolment.applications.models import Application, ApplicationState, PaperState
from enrolment.cycles.models import RoundState
from enrolment.plans.states import PlanState
from enrolment.plans.storage import sheet_of
from tests.enrolment import factories as make
from tests.factories import QP, WJ, programme, school


def test_every_builder_makes_rows_the_database_accepts(context: Flask) -> None:
    in_round = make.open_round()
    first, second = programme(school(QP)), programme(school(WJ), college="510201")
    planned = make.plan(in_round, [(first, {QP: 0, WJ: 10}), (second, {QP: 5, WJ: 0})], state=PlanState.FROZEN)
    assert {row.code for row in sheet_of(planned).counties} == set(make.COUNTIES)
    child, parent = make.family(in_round, scores={"语文": ("110.5", "150")})
    make.consent(parent)
    make.paper(child)
    make.paper(child, make.PaperKind.HEALTH, state=PaperState.RETURNED)
    for state in ApplicationState:
        pupil = make.applicant(in_round.cycle, with_account=False)
        make.application(pupil, in_round, [first, second], state=state)
    assert db.session.query(Application).count() == len(ApplicationState)


def test_a_locked_round_takes_no_application(context: Flask) -> None:
    in_round = make.lock(make.open_round())
    assert in_round.state is RoundState.LOCKED
    with pytest.raises(DBAPIError, match="the round is locked"):
        make.application(make.applicant(in_round.cycle), in_round)


def test_numbers_are_readable_and_belong_to_nobody(context: Flask) -> None:
    number = make.id_number()
    assert number[14:17] == "000"
    assert read_document(DocumentKind.RESIDENT_ID, number).number == number
