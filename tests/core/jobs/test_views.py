"""The status page is for its requester, whom a kind is shared with, and the administrator; others do not find it."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.access import OrganisationKind, Role
from core.accounts.models import Account
from core.accounts.sessions import actor_of, open_session
from core.db import db, housekeeping, transaction
from core.jobs import operations
from core.jobs.context import JobContext
from core.jobs.models import Job, JobState
from core.jobs.status import status_of
from tests.client import Browser
from tests.core.jobs.kinds import LEASE, effect, fresh, kind, taken
from tests.factories import QP, WJ, account, organisation, sign_in

STAGES = {"reading": "读取数据", "solving": "求解", "storing": "保存结果"}


@pytest.fixture(autouse=True)
def _kinds(context: Flask) -> Iterator[None]:
    with kind("probe", effect, label="分配求解", stages=STAGES, link=lambda facts: f"/runs/{facts['run']}"):
        yield


@pytest.fixture
def officer(context: Flask) -> Account:
    return account(Role.COUNTY_OFFICER)


@pytest.fixture
def job(officer: Account) -> Job:
    with housekeeping():
        token = open_session(db.session.get_one(Account, officer.id), address="", second_factor_at=clock.now())
    actor = actor_of(token)
    assert actor is not None
    with transaction():
        return operations.request(actor, "probe", {"run": "7"})


def test_the_requester_sees_stages_share_and_gap(client: FlaskClient, officer: Account, job: Job) -> None:
    JobContext(taken(), LEASE).progress("solving", 0.42, gap=0.0312)
    page = sign_in(client, officer).get(f"/jobs/{job.id}").get_data(as_text=True)
    for words in ("分配求解", "进行中", "求解", "42%", "3.12%", "取消任务"):
        assert words in page
    fragment = client.get(f"/jobs/{job.id}/fragment").get_data(as_text=True)
    assert "42%" in fragment
    assert "<html" not in fragment
    facts = client.get(f"/jobs/{job.id}/status").get_json()
    assert (facts["state"], facts["stage"], facts["percent"], facts["gap"], facts["live"]) == (
        "running", "求解", 42, 3.12, True,
    )  # fmt: skip


def test_an_ended_job_links_to_its_result(client: FlaskClient, officer: Account, job: Job) -> None:
    effect(JobContext(taken(), LEASE))
    page = sign_in(client, officer).get(f"/jobs/{job.id}").get_data(as_text=True)
    assert 'href="/runs/7"' in page
    assert "取消任务" not in page
    assert "data-poll" not in page


def test_the_system_administrator_sees_every_job(client: FlaskClient, job: Job) -> None:
    assert sign_in(client, account(Role.SYSTEM_ADMIN)).get(f"/jobs/{job.id}").status_code == 200


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICER, Role.SECURITY_ADMIN, Role.COMMITTEE])
def test_nobody_else_finds_it(client: FlaskClient, job: Job, role: Role) -> None:
    sign_in(client, account(role))
    for address in ("", "/fragment", "/status"):
        assert client.get(f"/jobs/{job.id}{address}").status_code == 404
    page = client.get("/").get_data(as_text=True)
    answer = client.post(
        f"/jobs/{job.id}/cancel", data=client.hidden_fields(page), headers={"Referer": "https://localhost"}
    )
    assert answer.status_code == 404
    assert fresh(job).cancel_requested_at is None


def test_a_shared_kind_is_seen_and_ended_by_an_approver_of_the_same_office(client: Browser, job: Job) -> None:
    office, other = (organisation(OrganisationKind.COUNTY, county) for county in (QP, WJ))
    asked = account(Role.COUNTY_OFFICER, office)
    with housekeeping() as session:
        session.get_one(Job, job.id).requested_by = asked.id
    approver, colleague, stranger = (
        account(role, at)
        for role, at in ((Role.COUNTY_APPROVER, office), (Role.COUNTY_OFFICER, office), (Role.COUNTY_APPROVER, other))
    )
    assert sign_in(client, approver).get(f"/jobs/{job.id}").status_code == 404
    with kind("probe", effect, shared_with="rounds.lock"):
        for who in (colleague, stranger):
            assert sign_in(client, who).get(f"/jobs/{job.id}").status_code == 404
        sign_in(client, approver)
        assert client.submit(f"/jobs/{job.id}", {}, to=f"/jobs/{job.id}/cancel").status_code == 303
    assert fresh(job).state is JobState.CANCELLED


def test_an_unknown_job_is_not_found(client: FlaskClient, officer: Account) -> None:
    assert sign_in(client, officer).get(f"/jobs/{uuid.uuid4()}").status_code == 404


def test_the_button_cancels(client: FlaskClient, officer: Account, job: Job) -> None:
    sign_in(client, officer)
    answer = client.submit(f"/jobs/{job.id}", {}, to=f"/jobs/{job.id}/cancel")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/jobs/{job.id}")
    assert fresh(job).state is JobState.CANCELLED
    assert "已取消" in client.get(f"/jobs/{job.id}").get_data(as_text=True)


def test_elapsed_time_is_told_in_words(job: Job) -> None:
    with clock.frozen(clock.now()) as time:
        taken()
        assert status_of(fresh(job)).elapsed == "0 秒"
        time.advance(timedelta(seconds=75))
        assert status_of(fresh(job)).elapsed == "1 分 15 秒"
