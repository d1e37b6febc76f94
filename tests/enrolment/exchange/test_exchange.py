"""Between two bureaus by file: keys by two persons, filing, scores, results; a refusal leaves nothing (X78)."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from core import clock
from core.access import Actor, OrganisationKind, Role
from core.accounts.models import Account
from core.audit import AuditEntry
from core.db import db, housekeeping
from core.errors import NotAllowed, NotVisible, Refused
from core.files.operations import content
from enrolment.applications.models import Applicant, Application, ApplicationState
from enrolment.applications.sheet import CandidateSheet, CountySheet, Subject, write_candidates
from enrolment.cycles.models import Round
from enrolment.exchange import keys, sending, taking
from enrolment.exchange.models import ExchangeKey, ExchangePackage, ExchangeResult, KeyState, Way
from enrolment.exchange.packages import Kind, Letter, PrivateKeys, make_package
from enrolment.results import operations as results
from registry.schools.models import Programme
from tests.client import Browser
from tests.enrolment import factories as make
from tests.enrolment.applications.sheet_samples import candidate
from tests.enrolment.plans.plan_samples import actor_for
from tests.enrolment.rounds.stage import ready, solved
from tests.factories import JS, QP, WJ, account, organisation, programme, school, sign_in

SUBJECTS = (Subject("语文", Decimal(130)), Subject("英语", Decimal(130)))


@dataclass
class Bureaus:
    """Two bureaus whose keys are confirmed on both sides, and a third one."""

    in_round: Round
    offered: Programme
    officers: dict[str, Account]
    seconds: dict[str, Account]

    def actor(self, county: str) -> Actor:
        return actor_for(self.officers[county])

    def second(self, county: str) -> Actor:
        return actor_for(self.seconds[county])

    def confirmed(self, holder: str, key: ExchangeKey) -> ExchangeKey:
        return keys.confirm_key(self.second(holder), key_id=key.id, version=key.version, typed=key.fingerprint[-8:])

    def meet(self, one: str, other: str) -> None:
        """Both make their keys, hand over the public halves and compare them."""
        own = {
            county: self.confirmed(county, keys.make_own_key(self.actor(county), county=county))
            for county in (one, other)
        }
        for holder, partner in ((one, other), (other, one)):
            entered = keys.enter_key(self.actor(holder), holder=holder, text=own[partner].public)
            self.confirmed(holder, entered)

    def roster(self, *serials: int, score: int = 100, wishes: bool = True) -> bytes:
        """A workbook of 吴江's candidates."""
        people = tuple(
            candidate(
                serial,
                county=WJ,
                scores=(Decimal(score), Decimal(98)),
                wishes=(self.offered.code,) if wishes else (),
            )
            for serial in serials
        )
        return write_candidates(CandidateSheet((CountySheet(WJ, "吴江区", SUBJECTS, people),)))

    def packed(self, workbook: bytes, kind: Kind = Kind.FILING) -> bytes:
        made = sending.pack_roster(
            self.actor(WJ), kind=kind, cycle=self.in_round.cycle, sender=WJ, receiver=QP, workbook=workbook
        )
        return content(made.file)


def bureaus(in_round: Round, offered: Programme) -> Bureaus:
    offices = {county: organisation(OrganisationKind.COUNTY, county) for county in (QP, WJ, JS)}
    return Bureaus(
        in_round=in_round,
        offered=offered,
        officers={county: account(Role.COUNTY_OFFICER, office) for county, office in offices.items()},
        seconds={county: account(Role.COUNTY_APPROVER, office) for county, office in offices.items()},
    )


@pytest.fixture
def zone(context: Flask) -> Bureaus:
    in_round = make.open_round()
    offered = programme(school(QP, name="青浦示例学校"))
    make.plan(in_round, [(offered, {QP: 5, WJ: 5})])
    made = bureaus(in_round, offered)
    made.meet(QP, WJ)
    return made


def counted() -> tuple[int, int, int]:
    tables = (Applicant, Application, ExchangePackage)
    found = [db.session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]
    return found[0], found[1], found[2]


def denials() -> list[str]:
    query = select(AuditEntry).where(AuditEntry.operation == "exchange.refuse_package").order_by(AuditEntry.seq)
    return [entry.facts["reason"] for entry in db.session.scalars(query)]


def test_filing_and_scores_travel_by_file(zone: Bureaus) -> None:
    data = zone.packed(zone.roster(1, 2))
    seen = taking.preview(zone.actor(QP), data)
    assert seen.roster is not None
    assert seen.wishes is not None
    assert (seen.sound, seen.roster.new, seen.wishes.new) == (True, 2, 2)
    assert counted() == (0, 0, 1)
    taken = taking.take_in(zone.actor(QP), data)
    assert (taken.way, taken.number, taken.counts["new"]) == (Way.TAKEN, 1, 2)
    assert {one.state for one in db.session.scalars(select(Application))} == {ApplicationState.PASSED}
    assert {one.county for one in db.session.scalars(select(Applicant))} == {WJ}
    scores = zone.packed(zone.roster(1, 2, score=111, wishes=False), Kind.SCORES)
    seen = taking.preview(zone.actor(QP), scores)
    assert seen.roster is not None
    assert (len(seen.roster.changed), seen.wishes) == (2, None)
    assert taking.take_in(zone.actor(QP), scores).number == 2
    points = {row.points for one in db.session.scalars(select(Applicant)) for row in one.scores}
    assert points == {Decimal(111), Decimal(98)}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.operation == "applications.take_wishes")).one()
    assert f"({WJ} #1)" in entry.actor_label


def altered(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def test_what_is_not_in_order_is_refused_and_leaves_nothing(zone: Bureaus) -> None:
    first, second = zone.packed(zone.roster(1)), zone.packed(zone.roster(1, 2))
    magic, header, _signature, sealed = first.split(b"\n", 3)
    own = PrivateKeys.new()
    forged = make_package(
        b"x", Letter(Kind.FILING, zone.in_round.cycle.year, WJ, QP, 1, "", clock.now()), own, own.public
    )
    before = counted()
    for data, who, reason, word in (
        (altered(first), QP, "altered", "改动过"),
        (b"\n".join((magic, header, b"", sealed)), QP, "unsigned", "没有签名"),
        (second, QP, "out_of_order", "依次"),
        (first, JS, "wrong_address", "青浦"),
        (forged, QP, "unknown_sender", "没有经过本县区两人核对"),
        (b"nonsense", QP, "no_package", "不是交换包"),
    ):
        for step in (taking.preview, taking.take_in):
            with pytest.raises(Refused) as refused:
                step(zone.actor(who), data)
            assert word in str(refused.value.sentence)
        assert denials()[-2:] == [reason, reason]
        assert counted() == before
    taking.take_in(zone.actor(QP), first)
    with pytest.raises(Refused) as again:
        taking.take_in(zone.actor(QP), first)
    assert "已经办理过" in str(again.value.sentence)
    assert denials()[-1] == "replayed"
    assert taking.take_in(zone.actor(QP), second).number == 2


def test_a_package_with_faults_can_only_be_set_aside(zone: Bureaus) -> None:
    data = zone.packed(zone.roster(1))
    with pytest.raises(Refused):
        zone.packed(b"PK no workbook")
    make.lock(zone.in_round)
    seen = taking.preview(zone.actor(QP), data)
    assert not seen.sound
    assert "没有开启的轮次" in str(seen.refusal)
    with pytest.raises(Refused):
        taking.take_in(zone.actor(QP), data)
    with pytest.raises(Refused):
        taking.set_aside(zone.actor(QP), data, note=" ")
    assert counted() == (0, 0, 1)
    assert taking.set_aside(zone.actor(QP), data, note="轮次已锁定").way is Way.SET_ASIDE
    following = zone.packed(zone.roster(2, wishes=False), Kind.SCORES)
    assert taking.take_in(zone.actor(QP), following).number == 2
    with pytest.raises(DBAPIError, match="append-only"), housekeeping() as session:
        session.execute(text("DELETE FROM exchange_package"))
    db.session.rollback()


def test_keys_take_two_persons_and_the_older_one_retires(zone: Bureaus) -> None:
    key = keys.make_own_key(zone.actor(WJ), county=WJ)
    with pytest.raises(NotAllowed):
        keys.confirm_key(zone.actor(WJ), key_id=key.id, version=key.version, typed=key.fingerprint[-8:])
    with pytest.raises(Refused):
        keys.confirm_key(zone.second(WJ), key_id=key.id, version=key.version, typed="00000000")
    with pytest.raises(NotVisible):
        keys.confirm_key(zone.second(QP), key_id=key.id, version=key.version, typed=key.fingerprint[-8:])
    with pytest.raises(NotAllowed):
        keys.make_own_key(zone.actor(WJ), county=QP)
    zone.confirmed(WJ, key)
    states = [one.state for one in db.session.scalars(select(ExchangeKey).where(ExchangeKey.holder == WJ))]
    assert sorted(states) == [KeyState.CONFIRMED, KeyState.CONFIRMED, KeyState.RETIRED]
    with pytest.raises(Refused):
        taking.take_in(zone.actor(QP), zone.packed(zone.roster(1)))
    assert denials() == ["unknown_sender"]
    for wrong in ("nonsense", key.public, key.public.replace(WJ, "999999")):
        with pytest.raises(Refused):
            keys.enter_key(zone.actor(WJ), holder=WJ, text=wrong)
    other = keys.enter_key(zone.actor(QP), holder=QP, text=key.public)
    assert keys.refuse_key(zone.second(QP), key_id=other.id, version=other.version).state is KeyState.REFUSED
    with pytest.raises(DBAPIError, match="not changed"), housekeeping() as session:
        session.execute(text("UPDATE exchange_key SET fingerprint = 'x'"))
    db.session.rollback()


@pytest.fixture
def released(context: Flask) -> Iterator[Bureaus]:
    stage = ready(school(QP, name="甲职校"))
    run = solved(stage)
    release = clock.now() + dt.timedelta(hours=1)
    publication = results.propose(stage.actor, run_id=run.id, release_at=release)
    results.approve(stage.other, publication_id=publication.id, version=publication.version, typed=3)
    made = bureaus(stage.round, stage.first)
    made.meet(QP, JS)
    with pytest.raises(Refused):
        sending.pack_results(made.actor(QP), in_round=stage.round, sender=QP, receiver=JS)
    with clock.frozen(release):
        yield made


def test_results_travel_by_file(released: Bureaus, client: Browser) -> None:
    made = sending.pack_results(released.actor(QP), in_round=released.in_round, sender=QP, receiver=JS)
    data = content(made.file)
    seen = taking.preview(released.actor(JS), data)
    assert seen.results is not None
    assert (seen.sound, len(seen.results.lines)) == (True, made.counts["people"])
    taken = taking.take_in(released.actor(JS), data)
    rows = db.session.scalars(select(ExchangeResult)).all()
    assert {row.applicant.county for row in rows} == {JS}
    assert sum(row.place is not None for row in rows) == made.counts["admitted"] == taken.counts["admitted"]
    sign_in(client, released.officers[JS])
    shown = client.get(f"/exchange/packages/{taken.id}").get_data(as_text=True)
    assert rows[0].applicant.candidate_number in shown
    assert client.get(f"/exchange/packages/{taken.id}/results.xlsx").status_code == 200
    assert client.get(f"/exchange/packages/{made.id}").status_code == 404
    with housekeeping() as session:
        session.get_one(Applicant, rows[0].applicant_id).candidate_number = "X1"
    again = sending.pack_results(released.actor(QP), in_round=released.in_round, sender=QP, receiver=JS)
    with housekeeping() as session:
        session.get_one(Applicant, rows[0].applicant_id).candidate_number = "X2"
    unknown = taking.preview(released.actor(JS), content(again.file))
    assert "第一个是 X1" in str(unknown.refusal)


def test_the_pages_lead_from_the_file_to_the_records(zone: Bureaus, client: Browser) -> None:
    sign_in(client, zone.officers[WJ])
    fields = {"kind": "filing", "receiver": QP, "workbook": (io.BytesIO(zone.roster(1)), "WJ.xlsx")}
    sent = client.submit("/exchange/send", fields, content_type="multipart/form-data")
    assert sent.status_code == 303
    data = client.get(f"{sent.location}/file").get_data()
    assert client.submit("/exchange/send", {"kind": "filing", "receiver": QP}).status_code == 422
    sign_in(client, zone.officers[QP])
    upload = {"package": (io.BytesIO(altered(data)), "a.zonepkg")}
    refused = client.submit("/exchange/take", upload, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "改动过" in refused.get_data(as_text=True)
    upload = {"package": (io.BytesIO(data), "a.zonepkg")}
    looked = client.submit("/exchange/take", upload, content_type="multipart/form-data")
    assert looked.status_code == 303
    shown = client.get(looked.location).get_data(as_text=True)
    assert "新增 1 人" in shown
    english = client.get(looked.location, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert 'value="aside"' in english
    assert "Wujiang District" in english
    assert "error-summary" not in english + shown
    assert english.count("<form") == shown.count("<form")
    assert counted() == (0, 0, 1)
    assert client.submit(looked.location, {"step": "aside", "note": ""}).status_code == 422
    taken = client.submit(looked.location, {})
    assert taken.status_code == 303
    assert "新增 1 人" in client.get(taken.location).get_data(as_text=True)
    assert client.submit(looked.location, {}).status_code == 422
    listed = client.get("/exchange").get_data(as_text=True)
    assert "已采用" in listed
    assert counted() == (1, 1, 2)


def test_keys_have_their_pages(zone: Bureaus, client: Browser) -> None:
    sign_in(client, zone.officers[QP])
    made = client.submit("/exchange", {}, to="/exchange/keys/own")
    assert made.status_code == 303
    assert "请另一位人员核对" in client.get(made.location).get_data(as_text=True)
    line = client.get(f"{made.location}/public.txt").get_data(as_text=True)
    assert re.fullmatch(rf"zone-key-1 {QP} [A-Za-z0-9+/=]+\n", line)
    assert client.submit("/exchange/keys/new", {"text": "x"}).status_code == 422
    sign_in(client, zone.officers[WJ])
    entered = client.submit("/exchange/keys/new", {"text": line})
    sign_in(client, zone.seconds[WJ])
    assert client.submit(entered.location, {"typed": "1"}, to=f"{entered.location}/confirm").status_code == 422
    assert client.submit(entered.location, {}, to=f"{entered.location}/refuse").status_code == 303
    assert "核对不符" in client.get(entered.location).get_data(as_text=True)


def test_the_commands_do_the_same(zone: Bureaus, app: Flask, tmp_path: Path) -> None:
    workbook, out = tmp_path / "WJ.xlsx", tmp_path / "1.zonepkg"
    workbook.write_bytes(zone.roster(1))
    runner, year = app.test_cli_runner(), str(zone.in_round.cycle.year)
    pack = ["exchange", "pack", "--county", WJ, "--to", QP, "--year", year, "--kind", "filing", "--out", str(out)]
    assert runner.invoke(args=[*pack, "--workbook", str(workbook)]).exit_code == 0
    assert runner.invoke(args=[*pack, "--workbook", str(workbook)]).exit_code == 2
    assert "吴江区 → 青浦区" in runner.invoke(args=["exchange", "show", str(out)]).output
    take = ["exchange", "take", "--county", QP, str(out)]
    looked = runner.invoke(args=take)
    assert (looked.exit_code, "新增 1" in looked.output) == (0, True)
    assert counted()[0] == 0
    assert runner.invoke(args=[*take, "--apply"]).exit_code == 0
    again = runner.invoke(args=take)
    assert again.exit_code == 2
    assert "已经办理过" in again.output
    assert counted()[0] == 1
