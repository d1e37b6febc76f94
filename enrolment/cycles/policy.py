"""The policy sheets of a round: kept by version when it is opened, so that later editions do not touch it."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from core import clock
from core.db import canonical_json, db
from core.errors import Refused
from core.policy import (
    FilingSheet,
    NoPolicy,
    PolicyBook,
    PolicySheet,
    SheetKind,
    load_shipped,
    read_sheet,
)
from core.policy.models import StoredPolicySheet
from enrolment.cycles.models import CountyWindow, Round, RoundSheet
from enrolment.cycles.queries import window_of


def policy_book() -> PolicyBook:
    """All sheets of this installation: those that came with the product, and those stored since."""
    book = PolicyBook(load_shipped())
    known = {(sheet.kind.value, sheet.scope, sheet.version) for sheet in book.sheets}
    stored = db.session.scalars(select(StoredPolicySheet).order_by(StoredPolicySheet.effective_from))
    for row in stored:
        if (row.kind, row.scope, row.sheet_version) not in known:
            book = book.superseded_by(_read(row))
    return book


def filing_sheet(in_round: Round, county: str) -> FilingSheet:
    """The county's filing sheet of a round: the one kept with it, else the one in force when filing opens.

    Raises Refused naming the county when nobody has filed a sheet for the day.
    """
    return filing_sheets(in_round, [county])[county]


def filing_sheets(in_round: Round, counties: Sequence[str]) -> dict[str, FilingSheet]:
    """The same for several counties, those kept with the round in one query."""
    query = (
        select(StoredPolicySheet)
        .join(RoundSheet, RoundSheet.sheet_id == StoredPolicySheet.id)
        .where(
            RoundSheet.round_id == in_round.id,
            StoredPolicySheet.scope.in_(counties),
            StoredPolicySheet.kind == SheetKind.FILING.value,
        )
    )
    read = {one.scope: _read(one) for one in db.session.scalars(query)}
    kept = {county: sheet for county, sheet in read.items() if isinstance(sheet, FilingSheet)}
    return {county: kept.get(county) or _sheet_of_the_day(in_round, county) for county in counties}


def _sheet_of_the_day(in_round: Round, county: str) -> FilingSheet:
    """The sheet in force when the county's filing opens; today's before its dates are set."""
    window = window_of(in_round, county)
    return _in_force(county, clock.beijing_day(window.opens_at) if window else clock.today())


def keep_sheets(in_round: Round, windows: Iterable[CountyWindow]) -> list[str]:
    """Inside a transaction: keep each county's sheet with the round; returns ``county:version`` of each.

    A county that has its sheet already keeps it. Raises Refused like `filing_sheet`.
    """
    session = db.session()
    kept = set(
        session.scalars(
            select(StoredPolicySheet.scope)
            .join(RoundSheet, RoundSheet.sheet_id == StoredPolicySheet.id)
            .where(RoundSheet.round_id == in_round.id)
        )
    )
    versions = []
    for window in windows:
        if window.county in kept:
            continue
        sheet = _in_force(window.county, clock.beijing_day(window.opens_at))
        session.add(RoundSheet(round_id=in_round.id, sheet_id=store_policy(sheet).id))
        session.flush()
        versions.append(f"{sheet.scope}:{sheet.version}")
    return versions


def _in_force(county: str, day: dt.date) -> FilingSheet:
    try:
        return policy_book().filing(county, day)
    except NoPolicy as error:
        raise Refused(error.words) from error


def store_policy(sheet: PolicySheet) -> StoredPolicySheet:
    """The row of a sheet, made if the sheet came with the product and was never used before."""
    session = db.session()
    query = select(StoredPolicySheet).where(
        StoredPolicySheet.kind == sheet.kind.value,
        StoredPolicySheet.scope == sheet.scope,
        StoredPolicySheet.sheet_version == sheet.version,
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        row = StoredPolicySheet(
            kind=sheet.kind.value,
            scope=sheet.scope,
            sheet_version=sheet.version,
            effective_from=sheet.effective_from,
            effective_to=sheet.effective_to,
            body=sheet.model_dump(mode="json"),
            sha256=sheet.digest,
            stored_at=clock.now(),
        )
        session.add(row)
        session.flush()
    return row


def _read(row: StoredPolicySheet) -> PolicySheet:
    return read_sheet(canonical_json(row.body))
