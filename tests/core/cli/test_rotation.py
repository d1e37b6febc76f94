"""Everything under the newest key, found under the present index key, and no version raised."""

import base64
import hashlib
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from core.access import OrganisationKind, Role
from core.accounts.models import Account
from core.audit import AuditEntry, record
from core.audit.operations import House
from core.cli.rotation import rotate
from core.crypto import CryptoError, KeyRing, blind_index, current_keys, use_keys
from core.db import Base, db, transaction
from core.files.operations import file_store
from tests.factories import JS, account, organisation

OLD = base64.urlsafe_b64encode(b"old-old-old-old-old-old-old-old!").decode()
NEW = base64.urlsafe_b64encode(b"new-new-new-new-new-new-new-new!").decode()
OTHER_INDEX = base64.urlsafe_b64encode(b"idx-idx-idx-idx-idx-idx-idx-idx!").decode()
INDEX = base64.urlsafe_b64encode(b"0123456789abcdef0123456789abcdef").decode()


@pytest.fixture(autouse=True)
def _keys() -> Iterator[None]:
    before = current_keys()
    yield
    use_keys(before)


@pytest.fixture
def rows(context: Flask) -> list[Account]:
    """Seven accounts with phones and one stored file, all under the old key."""
    use_keys(KeyRing.parse(f"old:{OLD}", INDEX))
    office = organisation(OrganisationKind.COUNTY, JS)
    made = [account(Role.COUNTY_OFFICER, office, name=f"王{number}") for number in range(7)]
    with transaction():
        for number, one in enumerate(made):
            one.phone = f"1380000000{number}"
        record(House(), "probe.phones", ("probe", ""))
    file_store().put(b"a paper")
    return made


def stored(column: str) -> list[str]:
    with db.engine.connect() as connection:
        return [value for (value,) in connection.execute(text(f"SELECT {column} FROM account ORDER BY id"))]


def test_every_value_and_file_moves_to_the_newest_key(rows: list[Account]) -> None:
    versions = stored("version")
    use_keys(KeyRing.parse(f"new:{NEW},old:{OLD}", INDEX))
    done = rotate(House(), batch=3)
    assert (done.rows["account"], done.files) == (7, 1)
    for column in ("display_name", "phone", "totp_secret"):
        assert all(value.startswith("new:") for value in stored(column))
    assert stored("version") == versions
    use_keys(KeyRing.parse(f"new:{NEW}", INDEX))
    db.session.expire_all()
    assert sorted(one.display_name for one in db.session.scalars(select(Account))) == [f"王{n}" for n in range(7)]
    assert file_store().get(hashlib.sha256(b"a paper").hexdigest()) == b"a paper"
    batches = select(func.count()).select_from(AuditEntry).where(AuditEntry.operation == "keys.rotate")
    assert db.session.scalar(batches) == 4


def test_a_second_run_finds_nothing_to_do(rows: list[Account]) -> None:
    use_keys(KeyRing.parse(f"new:{NEW},old:{OLD}", INDEX))
    rotate(House())
    done = rotate(House())
    assert (sum(done.rows.values()), done.files) == (0, 0)


def test_a_broken_off_run_goes_on_where_it_stopped(rows: list[Account]) -> None:
    use_keys(KeyRing.parse(f"new:{NEW},old:{OLD}", INDEX))

    def stop(_table: str, _rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(House(), batch=3, progress=stop)
    assert sum(value.startswith("new:") for value in stored("phone")) == 3
    assert rotate(House(), batch=3).rows["account"] == 4


def test_another_index_key_moves_the_indexes(rows: list[Account]) -> None:
    use_keys(KeyRing.parse(f"old:{OLD}", OTHER_INDEX))
    done = rotate(House())
    assert done.rows["account"] == 7
    found = db.session.scalar(select(func.count()).where(Account.phone_index == blind_index("phone", "13800000003")))
    assert found == 1
    assert "issued_document.second_fact_index" in done.lost_indexes


def test_a_missing_key_stops_the_run_and_harms_nothing(rows: list[Account]) -> None:
    before = stored("phone")
    use_keys(KeyRing.parse(f"new:{NEW}", INDEX))
    with pytest.raises(CryptoError):
        rotate(House())
    assert stored("phone") == before


def test_every_encrypted_column_is_reached(context: Flask) -> None:
    from core.crypto import EncryptedText

    tables = {table.name for table in Base.metadata.tables.values()
              if any(isinstance(column.type, EncryptedText) for column in table.columns)}  # fmt: skip
    assert set(rotate(House()).rows) == tables
