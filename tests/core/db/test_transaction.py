"""One operation, one transaction, at least one audit entry."""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.access import Organisation, OrganisationKind
from core.audit import AuditEntry, record, verify_chain
from core.audit.operations import House
from core.db import db, housekeeping, lock_row, transaction
from core.db.transaction import UnauditedOperation
from core.errors import Conflict, Refused


def add_bureau(code: str = "330421") -> Organisation:
    with transaction() as session:
        bureau = Organisation(
            kind=OrganisationKind.COUNTY,
            code=code,
            name_zh="甲县教育局",
            name_en="Bureau A",
            division="330421",
        )
        session.add(bureau)
        record(House(), "organisation.open", bureau, code=code)
    return bureau


def fail_after(step: Callable[[], object]) -> None:
    step()
    raise Refused("")


def overtaken(key: uuid.UUID) -> None:
    """Change a row that somebody else changes at the same moment."""
    row = lock_row(Organisation, key)
    db.session.connection().exec_driver_sql("UPDATE organisation SET version = version + 7")
    row.phone = "2"


def test_a_change_is_chained_with_its_subject(context: Flask) -> None:
    bureau = add_bureau()
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.seq, entry.subject_kind, entry.subject_id) == (1, "organisation", str(bureau.id))
    assert verify_chain([entry]).sound


def test_an_operation_without_audit_is_undone(context: Flask) -> None:
    with pytest.raises(UnauditedOperation), transaction() as session:
        session.add(
            Organisation(kind=OrganisationKind.COUNTY, code="1", name_zh="甲", name_en="A", division="330421")
        )
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 0


def test_an_error_undoes_everything(context: Flask) -> None:
    with pytest.raises(Refused), transaction():
        fail_after(add_bureau)
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 0
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_a_stale_version_is_a_conflict(context: Flask) -> None:
    bureau = add_bureau()
    key, version = bureau.id, bureau.version
    with transaction():
        lock_row(Organisation, key).phone = "1"
        record(House(), "organisation.correct", bureau)
    assert lock_row(Organisation, key).version == version + 1
    with pytest.raises(Conflict), housekeeping():
        overtaken(key)
