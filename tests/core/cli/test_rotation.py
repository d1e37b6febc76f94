"""Everything under the newest key, found under the present index key, and no version raised."""

import base64
import hashlib
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text

from core import clock
from core.access import OrganisationKind, Role
from core.accounts import throttle
from core.accounts.models import Account, CodePurpose, OneTimeCode
from core.accounts.operations import code_hash
from core.audit import AuditEntry, record
from core.audit.operations import House
from core.cli.rotation import rotate
from core.crypto import CryptoError, EncryptedText, KeyRing, blind_index, current_keys, use_keys
from core.db import Base, db, housekeeping, transaction
from core.documents.models import DocumentKind, IssuedDocument
from core.documents.operations import knows_second_fact
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


def test_the_second_fact_of_a_document_moves_along(rows: list[Account]) -> None:
    document = paper_of(rows[0])
    use_keys(KeyRing.parse(f"new:{NEW},old:{OLD}", OTHER_INDEX))
    assert rotate(House()).rows["issued_document"] == 1
    use_keys(KeyRing.parse(f"new:{NEW}", OTHER_INDEX))
    db.session.expire_all()
    found = db.session.get_one(IssuedDocument, document)
    assert knows_second_fact(found, " 123x ")
    assert not knows_second_fact(found, "1234")


def paper_of(who: Account) -> uuid.UUID:
    """An issued paper of an account's holder."""
    with housekeeping() as session:
        made = IssuedDocument(
            kind=DocumentKind.STATUS_PROOF,
            number="ZM1",
            verification_code="V" * 30,
            short_code="S" * 10,
            issuer_id=who.grants[0].organisation_id,
            subject_kind="probe",
            subject_id=who.id,
            content=[],
            content_sha256="0" * 64,
            holder_name="王小明",
            second_fact="123X",
            issued_at=clock.now(),
        )
        session.add(made)
    return made.id


def test_codes_and_tries_of_another_index_key_end(rows: list[Account]) -> None:
    before = codes_of(rows[0])
    throttle.failed(throttle.bucket("probe", "somebody"))
    assert (rotate(House()).ended_codes, rotate(House()).forgotten_tries) == ({}, 0)
    use_keys(KeyRing.parse(f"old:{OLD}", OTHER_INDEX))
    fresh = codes_of(rows[1])
    throttle.failed(throttle.bucket("probe", "somebody else"))
    done = rotate(House())
    assert done.ended_codes == {CodePurpose.ACTIVATION: 1, CodePurpose.RECOVERY: 1}
    assert done.forgotten_tries == 1
    assert throttle.count_of(throttle.bucket("probe", "somebody else")) == 1
    assert [db.session.get_one(OneTimeCode, one).used_at is None for one in (*before, *fresh)] == [False] * 2 + [
        True
    ] * 2
    entry = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.operation == "account.end_codes_of_other_keys")
        .order_by(AuditEntry.seq.desc())
    ).first()
    assert entry is not None
    assert entry.facts == {"activation": 1, "recovery": 1}


def codes_of(who: Account) -> list[uuid.UUID]:
    """One unused code of each kind."""
    with housekeeping() as session:
        made = [
            OneTimeCode(
                account_id=who.id, purpose=purpose, code_hash=code_hash(f"{purpose}{who.id}"), created_at=clock.now()
            )
            for purpose in CodePurpose
        ]
        session.add_all(made)
    return [one.id for one in made]


def test_every_index_stands_beside_its_source(context: Flask) -> None:
    """So that rotation can make it anew: an index appears by itself when the encrypted value is set."""
    for mapper in Base.registry.mappers:
        indexes = {one.key for one in mapper.column_attrs if one.key.endswith("_index")}
        row = mapper.class_manager.new_instance()
        for one in mapper.column_attrs:
            if isinstance(one.columns[0].type, EncryptedText):
                setattr(row, one.key, "0")
        assert indexes <= set(inspect(row).dict), mapper


def test_a_missing_key_stops_the_run_and_harms_nothing(rows: list[Account]) -> None:
    before = stored("phone")
    use_keys(KeyRing.parse(f"new:{NEW}", INDEX))
    with pytest.raises(CryptoError):
        rotate(House())
    assert stored("phone") == before


def test_every_encrypted_column_is_reached(context: Flask) -> None:
    tables = {table.name for table in Base.metadata.tables.values()
              if any(isinstance(column.type, EncryptedText) for column in table.columns)}  # fmt: skip
    assert set(rotate(House()).rows) == tables
