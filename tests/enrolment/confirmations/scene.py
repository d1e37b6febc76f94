"""A released small round without the solver: its outcome is written by hand, everything after it is real."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from core import clock
from core.access import Actor, Role
from core.accounts.models import Account
from core.audit.operations import House
from core.db import db, housekeeping
from core.jobs.context import JobContext
from core.jobs.leases import claim
from core.jobs.registry import kind_of
from core.policy import SheetKind
from core.policy.models import StoredPolicySheet
from enrolment.confirmations.operations import accept, agree_decline, ask_decline
from enrolment.cycles.models import Round, RoundSheet
from enrolment.cycles.policy import keep_sheets
from enrolment.results import operations as results
from enrolment.results.models import Placement
from enrolment.results.visibility import released_placement_of
from enrolment.rounds.models import Run
from enrolment.rounds.operations import request_run
from enrolment.rounds.solving import Sound
from registry.schools.models import Programme
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.rounds.stage import LEASE, SETTINGS, Stage, locked, ready
from tests.factories import account

SITE = "https://localhost/verify"


@dataclass(frozen=True)
class Released:
    """A stage whose round is released at ``at``."""

    stage: Stage
    at: dt.datetime

    @property
    def round(self) -> Round:
        return db.session.get_one(Round, self.stage.round.id)

    @property
    def deadline(self) -> dt.datetime:
        return self.round.confirm_until

    @property
    def after_arrivals(self) -> dt.datetime:
        """The morning after the last arrival day."""
        return clock.at_beijing(self.round.arrive_until + dt.timedelta(days=1), 9)

    def place(self, name: str) -> Placement:
        found = released_placement_of(self.stage.applications[name].id)
        assert found is not None
        return found

    def pupil(self, name: str) -> Actor:
        return actor_for(self.stage.applications[name].applicant.account_id)

    def account_of(self, name: str) -> Account:
        return db.session.get_one(Account, self.stage.applications[name].applicant.account_id)

    def accept(self, name: str) -> Placement:
        place = self.place(name)
        accept(self.pupil(name), placement=place, site=SITE)
        return place

    def decline(self, name: str) -> Placement:
        place = self.place(name)
        guardian = place.application.applicant.guardians[0]
        ask_decline(self.pupil(name), placement=place)
        agree_decline(actor_for(guardian.account_id), placement=place, guardian=guardian)
        return place

    def desk(self) -> Account:
        """A registrar of the school."""
        return account(Role.SCHOOL_REGISTRAR, self.stage.school.organisation)


def usual(stage: Stage) -> dict[str, Programme | None]:
    """What the solver gives: the best of QP the first programme, the next the second, JS its own seat."""
    return {"赵一": stage.first, "钱二": stage.second, "孙三": None, "李四": stage.first}


def stored(stage: Stage, places: Mapping[str, Programme | None]) -> Run:
    """Lock the round and store an outcome by hand."""
    locked(stage)
    return store_by_hand(stage, stage.round.id, places)


def store_by_hand(stage: Stage, round_id: uuid.UUID, places: Mapping[str, Programme | None]) -> Run:
    """One more run of a locked round, its outcome written by hand; names as in the stage."""
    run = request_run(stage.actor, round_id=round_id, settings=SETTINGS)
    run_id = run.id
    outcome = {
        "digests": {"assignment": "a" * 64},
        "adjusted": [],
        "reasons": {},
        "positions": {
            stage.applications[name].applicant.candidate_number: place for place, name in enumerate(places, start=1)
        },
        "assignment": {
            stage.applications[name].applicant.candidate_number: programme.code if programme else None
            for name, programme in places.items()
        },
    }
    db.session.rollback()
    held = claim("test-worker", LEASE, [run.job.kind])
    assert held is not None
    results.store(House("solver"), run_id, Sound(json.dumps(outcome).encode(), {}), JobContext(held, LEASE))
    db.session.rollback()
    return db.session.get_one(Run, run_id)


def release(stage: Stage, run: Run) -> dt.datetime:
    """Two persons release a run in an hour from now."""
    publication = results.propose(stage.actor, run_id=run.id, release_at=clock.now() + dt.timedelta(hours=1))
    results.approve(
        stage.other, publication_id=publication.id, version=publication.version, typed=publication.admitted
    )
    return publication.release_at


def keep_sheet(in_round: Round, county: str, **values: object) -> None:
    """Keep with the round a filing sheet of the county in which these rules have other values."""
    with housekeeping() as session:
        keep_sheets(in_round, [one for one in in_round.cycle.windows if one.county == county])
        kept = session.scalars(
            select(StoredPolicySheet)
            .join(RoundSheet, RoundSheet.sheet_id == StoredPolicySheet.id)
            .where(
                RoundSheet.round_id == in_round.id,
                StoredPolicySheet.scope == county,
                StoredPolicySheet.kind == SheetKind.FILING.value,
            )
        ).one()
        rules = dict(kept.body["rules"])
        for name, value in values.items():
            old = rules[name]["value"]
            rules[name] = {**rules[name], "value": {**old, **value} if isinstance(value, dict) else value}
        version = f"2026.{uuid.uuid4().hex[:8]}"
        other = StoredPolicySheet(
            kind=kept.kind,
            scope=kept.scope,
            sheet_version=version,
            effective_from=dt.date(2026, 1, 1),
            body={**kept.body, "version": version, "effective_from": "2026-01-01", "rules": rules},
            sha256=uuid.uuid4().hex * 2,
            stored_at=clock.now(),
        )
        session.add(other)
        session.flush()
        session.get_one(RoundSheet, (in_round.id, kept.id)).sheet_id = other.id


def released(places: Mapping[str, Programme | None] | None = None) -> Released:
    """The small round, placed as usual and released."""
    stage = ready()
    run = stored(stage, places or usual(stage))
    return Released(stage, release(stage, run))


def work(kind: str) -> None:
    """Do the waiting job of a kind as a worker would."""
    db.session.rollback()
    held = claim("test-worker", LEASE, [kind])
    assert held is not None
    kind_of(kind).handler(JobContext(held, LEASE))
    db.session.rollback()
