"""The pages of preview, release and result, as each role sees them."""

import datetime as dt
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core import clock
from core.access import OrganisationKind, Role
from core.db import Base, db, housekeeping
from core.jobs.models import Job
from enrolment.applications.models import Application
from enrolment.results.figures import figures_of
from enrolment.results.listing import ADMITTED
from enrolment.results.models import Placement, Publication
from enrolment.rounds.models import Run, RunState
from tests.client import Browser
from tests.enrolment.results.test_release import approved
from tests.enrolment.rounds.stage import ready, solved
from tests.factories import JS, WJ, account, organisation, sign_in


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True)


def test_the_bureau_previews_proposes_and_a_second_person_releases(context: Flask, client: Browser) -> None:
    stage = ready()
    run = solved(stage)
    sign_in(client, stage.approver)
    page = text_of(client, f"/runs/{run.id}/preview")
    assert "3 人" in page
    assert run.assignment_sha256 in page
    release = (clock.now() + dt.timedelta(hours=2)).astimezone(clock.BEIJING)
    answer = client.submit(
        f"/runs/{run.id}/preview", {"release_at": f"{release:%Y-%m-%dT%H:%M}"}, to=f"/runs/{run.id}/publications"
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    address = answer.headers["Location"]
    assert "另一位审批人员" in text_of(client, address)
    sign_in(client, stage.colleague)
    wrong = client.submit(address, {"typed": "9"}, to=f"{address}/approve")
    assert wrong.status_code == 422
    assert "录取人数不一致" in wrong.get_data(as_text=True)
    assert client.submit(address, {"typed": "3"}, to=f"{address}/approve").status_code == 303
    assert "已批准" in text_of(client, address)


def test_a_place_by_adjustment_is_counted_apart_from_the_choices(context: Flask) -> None:
    run = solved(ready())
    before = figures_of(run)
    again = with_one_adjusted(run)
    after = figures_of(again)
    assert after.ranks == before.ranks
    assert sum(one.adjusted for one in after.counties) == 1
    assert sum(one.by_rank[0] for one in after.counties) == sum(one.by_rank[0] for one in before.counties) - 1
    assert (after.applicants, after.admitted) == (before.applicants, before.admitted)
    adjusted = db.session.scalars(select(Placement).where(Placement.adjusted)).one()
    assert "调剂录取" in str(ADMITTED.column("rank").value(adjusted))


def with_one_adjusted(run: Run) -> Run:
    """A superseded run with the same placements, but one first choice is a place by adjustment."""
    old = db.session.scalars(select(Placement).where(Placement.run_id == run.id).order_by(Placement.rank)).all()
    with housekeeping() as session:
        job = Job(**columns_of(session.get_one(Job, run.job_id)))
        session.add(job)
        session.flush()
        again = Run(**{**columns_of(run), "state": RunState.SUPERSEDED, "job_id": job.id})
        session.add(again)
        session.flush()
        first = next(one for one in old if one.rank == 1)
        for one in old:
            adjusted = one is first
            session.add(
                Placement(
                    run_id=again.id,
                    application_id=one.application_id,
                    programme_id=one.programme_id,
                    cell_id=one.cell_id,
                    rank=3 if adjusted else one.rank,
                    adjusted=adjusted,
                )
            )
    return again


def columns_of(row: Base) -> dict[str, Any]:
    """Everything a row says but its own key."""
    return {
        one.key: getattr(row, one.key)
        for one in type(row).__mapper__.column_attrs
        if one.key not in ("id", "version")
    }


def test_each_family_reads_its_own_result_with_one_reason_a_choice(context: Flask, client: Browser) -> None:
    stage, _run, publication = approved()
    third = db.session.get_one(Application, stage.applications["孙三"].id)
    address = f"/results/{third.id}"
    sign_in(client, third.applicant.guardians[0].account_id and account_of(third.applicant.guardians[0].account_id))
    assert "结果尚未公布" in text_of(client, address)
    with clock.frozen(publication.release_at):
        sign_in(client, account_of(third.applicant.account_id))
        page = text_of(client, address)
    assert "本轮未录取" in page
    assert page.count("志愿</strong>") == 2
    assert "相差" in page
    assert "赵一" not in page
    assert "钱二" not in page


def account_of(account_id: object) -> object:
    from core.accounts.models import Account

    return db.session.get_one(Account, account_id)


def test_strangers_find_no_result(context: Flask, client: Browser) -> None:
    stage, run, publication = approved()
    address = f"/results/{stage.applications['赵一'].id}"
    bureau = organisation(OrganisationKind.COUNTY, WJ)
    with clock.frozen(publication.release_at):
        sign_in(client, account_of(stage.applications["钱二"].applicant.account_id))
        assert client.get(address).status_code == 404
        assert client.get(f"/runs/{run.id}/preview").status_code == 403
        sign_in(client, account(Role.COUNTY_OFFICER, bureau))
        assert client.get(address).status_code == 404
        sign_in(client, account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS)))
        assert client.get(address).status_code == 200


def test_the_admitted_list_and_run_record(context: Flask, client: Browser) -> None:
    stage, run, publication = approved()
    with clock.frozen(publication.release_at):
        sign_in(client, account(Role.SCHOOL_ADMISSIONS, stage.school.organisation))
        page = text_of(client, "/admitted")
        assert "赵一" in page
        assert "孙三" not in page
        assert client.get("/admitted?export=xlsx").mimetype.endswith("sheet")
    sign_in(client, stage.approver)
    record = text_of(client, f"/runs/{run.id}")
    assert run.snapshot.sha256 in record
    assert "无误" in record
    assert (
        client.get(f"/runs/{run.id}/outcome.json").get_data() == str(db.session.get_one(Run, run.id).outcome).encode()
    )
    assert text_of(client, f"/rounds/{stage.round.id}")
    assert client.get(f"/runs/{run.id}/secrets.json").status_code == 404
    assert db.session.get_one(Publication, publication.id).approved_by == stage.colleague.id
