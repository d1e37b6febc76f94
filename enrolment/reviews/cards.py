"""The figures of the queue on the home page of a reviewer."""

import uuid
from collections.abc import Iterable

from flask import url_for
from sqlalchemy import func, select

from core import clock
from core.access import Actor
from core.db import db
from core.i18n import lazy as _l
from core.web.home import HomeCard
from enrolment.applications.models import Application, ApplicationVersion, VersionState
from enrolment.cycles.queries import current_cycle, newest_round
from enrolment.reviews.listing import STAGES, TARGET
from enrolment.reviews.models import ReviewClaim
from enrolment.reviews.scope import SEE, visible_cases


def stage_counts(actor: Actor, round_id: uuid.UUID) -> dict[str, int]:
    """How many cases of a round stand at each stage."""
    ids = visible_cases(actor).where(Application.round_id == round_id).with_only_columns(Application.id)
    columns = [func.count().filter(condition).label(stage) for stage, condition in STAGES.items()]
    row = db.session.execute(select(*columns).select_from(Application).where(Application.id.in_(ids))).one()
    return {stage: int(count) for stage, count in zip(STAGES, row, strict=True)}


def review_cards(actor: Actor) -> Iterable[HomeCard]:
    """What waits: undecided, overdue, held by me, proposals to confirm."""
    if not actor.counties(SEE):
        return
    cycle = current_cycle()
    in_round = newest_round(cycle) if cycle else None
    if in_round is None:
        return
    counts = stage_counts(actor, in_round.id)
    yield HomeCard(
        _l("待预审"), counts["todo"], url_for("reviews.queue", stage="todo"), _l("已提交、还没有结论的报名")
    )
    yield HomeCard(
        _l("超过预审期限"),
        _overdue(actor),
        url_for("reviews.queue", stage="todo"),
        _l("提交满 3 天还没有结论"),
        urgent=True,
    )
    yield HomeCard(
        _l("我领取的"), _mine(actor), url_for("reviews.queue", stage="todo"), _l("在我手里、还没有办结的报名")
    )
    yield HomeCard(
        _l("补正中"), counts["returned"], url_for("reviews.queue", stage="returned"), _l("已退回、考生还没有重新提交")
    )
    yield HomeCard(
        _l("待复核"),
        counts["proposed"],
        url_for("reviews.queue", stage="proposed"),
        _l("已有人提出不通过，等另一位人员复核"),
    )


def _overdue(actor: Actor) -> int:
    query = (
        visible_cases(actor)
        .join(ApplicationVersion, ApplicationVersion.application_id == Application.id)
        .where(
            STAGES["todo"],
            ApplicationVersion.state == VersionState.SUBMITTED,
            ApplicationVersion.submitted_at < clock.now() - TARGET,
        )
        .with_only_columns(func.count())
    )
    return db.session.scalar(query) or 0


def _mine(actor: Actor) -> int:
    query = select(func.count()).where(ReviewClaim.account_id == actor.account_id, ReviewClaim.until > clock.now())
    return db.session.scalar(query) or 0
