"""Adding, ordering and removing choices, and the answer about adjustment. Every change is in a draft."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence

from core.access import Actor
from core.audit import record
from core.db import expect_version, transaction
from core.errors import Refused
from core.i18n import lazy as _l
from enrolment.applications.catalogue import catalogue_of, pupil_of
from enrolment.applications.eligibility import bar_to_adding
from enrolment.applications.models import Application, ApplicationVersion
from enrolment.applications.operations import start_edit
from enrolment.applications.records import (
    demand_open,
    lock_own,
    newest_version,
    rewrite_choices,
    touch,
)
from enrolment.applications.states import Item
from enrolment.applications.words import bar_text

Change = Callable[[list[uuid.UUID]], list[uuid.UUID]]


def add_choice(
    actor: Actor, *, application_id: uuid.UUID, programme_id: uuid.UUID, version: int, at: dt.datetime
) -> ApplicationVersion:
    """Put a programme at the end of the list. Raises Refused with the reason why it cannot be chosen."""

    def demand(application: Application, chosen: Sequence[uuid.UUID]) -> None:
        catalogue = catalogue_of(application.round, application.applicant.county)
        refusal = bar_to_adding(
            pupil_of(application.applicant),
            chosen,
            programme_id,
            catalogue.offers.get(programme_id),
            catalogue.rules,
        )
        if refusal is not None:
            raise Refused(bar_text(refusal))

    return _change(
        actor,
        application_id,
        version,
        at,
        "applications.add_choice",
        lambda chosen: [*chosen, programme_id],
        demand=demand,
    )


def move_choice(
    actor: Actor, *, application_id: uuid.UUID, rank: int, up: bool, version: int, at: dt.datetime
) -> ApplicationVersion:
    """Change places with the neighbour above or below; raises Refused at the ends of the list."""

    def swapped(chosen: list[uuid.UUID]) -> list[uuid.UUID]:
        here, there = rank - 1, rank - 2 if up else rank
        if not (0 <= here < len(chosen) and 0 <= there < len(chosen)):
            raise Refused(_l("这个志愿已经在最前或最后，不能再移。"))
        chosen[here], chosen[there] = chosen[there], chosen[here]
        return chosen

    return _change(actor, application_id, version, at, "applications.move_choice", swapped)


def remove_choice(
    actor: Actor, *, application_id: uuid.UUID, rank: int, version: int, at: dt.datetime
) -> ApplicationVersion:
    """Take a programme off the list; those below move up."""

    def removed(chosen: list[uuid.UUID]) -> list[uuid.UUID]:
        if not 1 <= rank <= len(chosen):
            raise Refused(_l("这个志愿已经不在列表中，请刷新页面。"))
        del chosen[rank - 1]
        return chosen

    return _change(actor, application_id, version, at, "applications.remove_choice", removed)


def set_adjustment(
    actor: Actor, *, application_id: uuid.UUID, accepts: bool, version: int, at: dt.datetime
) -> ApplicationVersion:
    """Whether the pupil accepts adjustment (服从调剂)."""
    with transaction():
        draft = _draft(actor, application_id, version, at)
        draft.accepts_adjustment = accepts
        touch(draft)
        record(actor, "applications.set_adjustment", draft.application, accepts=accepts)
        return draft


def _change(
    actor: Actor,
    application_id: uuid.UUID,
    version: int,
    at: dt.datetime,
    operation: str,
    change: Change,
    *,
    demand: Callable[[Application, Sequence[uuid.UUID]], None] | None = None,
) -> ApplicationVersion:
    with transaction():
        draft = _draft(actor, application_id, version, at)
        before = [choice.programme_id for choice in draft.choices]
        if demand is not None:
            demand(draft.application, before)
        after = change(list(before))
        rewrite_choices(draft, after)
        codes = [choice.programme.code for choice in draft.choices]
        record(actor, operation, draft.application, number=draft.number, choices=codes)
        return draft


def _draft(actor: Actor, application_id: uuid.UUID, version: int, at: dt.datetime) -> ApplicationVersion:
    """The draft to change, if the page still showed the newest list."""
    application = lock_own(actor, application_id)
    demand_open(application, at, Item.CHOICES)
    expect_version(newest_version(application), version)
    return start_edit(application)
