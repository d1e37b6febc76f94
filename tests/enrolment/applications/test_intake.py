"""A county's list comes in: compared, confirmed, all or nothing, twice for nothing, own pupils only."""

import dataclasses
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.access import Actor, OrganisationKind, Role
from core.accounts.activation import look_up
from core.accounts.models import Account
from core.audit import AuditEntry, entries_about
from core.db import db
from core.errors import NotAllowed, NotVisible, Refused
from core.identity import DocumentKind
from core.policy.filing import Residence
from core.sheets import BadSheets
from enrolment.applications import intake, slips, wishes
from enrolment.applications.models import Applicant, Application, ApplicationState
from enrolment.applications.records import version_in_force
from enrolment.applications.sheet import Candidate, CandidateSheet, CountySheet, Subject, TakenRow
from enrolment.cycles.models import Cycle
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import Scene, actor_for, scene
from tests.factories import JS, QP, WJ, account, organisation

SUBJECTS = (Subject("语文", Decimal(150)), Subject("数学", Decimal(150)))
OLD_PREFIX = "320584200908150005"


def candidate(number: str = "2026000001", **changes: object) -> Candidate:
    values: dict[str, object] = {
        "number": number,
        "name": "欧阳〇𬭎",
        "document_kind": DocumentKind.RESIDENT_ID,
        "document_number": make.id_number(),
        "sex": "F",
        "scores": (Decimal("110.5"), None),
        "wishes": (),
        "birth_date": make.dt.date(2010, 9, 15),
        "school": "第一初级中学",
        "row": 2,
        **changes,
    }
    return Candidate(**values)


def sheet(*candidates: Candidate, county: str = QP, taken: tuple[str, ...] = ()) -> CandidateSheet:
    rows = tuple(sorted(candidates, key=lambda one: one.number))
    one = CountySheet(county, "青浦区", SUBJECTS, rows, sheet="青浦区")
    return CandidateSheet((one,), tuple(TakenRow(number) for number in taken))


@pytest.fixture
def year(context: Flask) -> Cycle:
    return make.cycle()


def bureau(county: str = QP) -> Actor:
    return actor_for(account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, county)))


def take(actor: Actor, year: Cycle, one: CandidateSheet) -> intake.ImportReport:
    return intake.take_candidates(actor, cycle_id=year.id, sheet=one)


def test_new_pupils_come_in_with_scores(year: Cycle) -> None:
    report = take(bureau(), year, sheet(candidate(), candidate("2026000002", name="买买提·阿布都热合曼")))
    assert (report.new, report.changed, report.same) == (2, (), 0)
    pupil = db.session.scalars(select(Applicant).where(Applicant.candidate_number == "2026000001")).one()
    assert (pupil.county, pupil.sex, pupil.name) == (QP, "2", "欧阳〇𬭎")
    assert [(row.subject, row.points, row.full) for row in pupil.scores] == [("语文", Decimal("110.5"), 150)]


def test_the_same_list_again_changes_nothing(year: Cycle) -> None:
    people = sheet(candidate(), candidate("2026000002"), taken=("2026000002",))
    actor = bureau()
    take(actor, year, people)
    versions = db.session.scalars(select(Applicant.version)).all()
    report = take(actor, year, people)
    assert (report.new, report.changed, report.same) == (0, (), 2)
    db.session.expire_all()
    assert db.session.scalars(select(Applicant.version)).all() == versions
    runs = [one for one in entries_about("cycle", year.id) if one.operation == "applications.take_candidates"]
    assert len(runs) == 2


def test_scores_and_late_lists_come_by_number(year: Cycle) -> None:
    first = candidate()
    actor = bureau()
    take(actor, year, sheet(first))
    later = dataclasses.replace(first, scores=(None, Decimal(98)), school="", birth_date=None)
    report = take(actor, year, sheet(later, taken=(first.number,)))
    (changed,) = report.changed
    assert [(one.field, one.before, one.after) for one in changed.changes] == [
        ("taken_elsewhere", "False", "True"),
        ("score:数学", "", "98/150"),
    ]
    pupil = db.session.scalars(select(Applicant)).one()
    assert [(row.subject, row.points) for row in pupil.scores] == [("语文", Decimal("110.5")), ("数学", 98)]
    assert pupil.junior_school == "第一初级中学"
    entry = entries_about("applicant", pupil.id)[0]
    assert ["score:数学", "", "98/150"] in entry.facts["fields"]


def test_absence_removes_nobody(year: Cycle) -> None:
    actor = bureau()
    take(actor, year, sheet(candidate(), candidate("2026000002")))
    take(actor, year, sheet(candidate("2026000003")))
    assert db.session.scalar(select(func.count()).select_from(Applicant)) == 3


def test_health_and_groups_are_kept_apart(year: Cycle) -> None:
    actor = bureau()
    first = candidate(health=("色弱",), tags=("面试合格",))
    take(actor, year, sheet(first))
    take(actor, year, sheet(dataclasses.replace(first, health=("正常",), tags=())))
    assert db.session.scalars(select(Applicant)).one().tags == ["面试合格"]
    take(actor, year, sheet(dataclasses.replace(first, health=(), tags=("专项",))))
    assert db.session.scalars(select(Applicant)).one().tags == ["专项"]


def test_an_old_prefix_stays_with_its_list(year: Cycle) -> None:
    pupil = candidate(document_number=OLD_PREFIX, birth_date=make.dt.date(2009, 8, 15))
    take(bureau(), year, sheet(pupil))
    row = db.session.scalars(select(Applicant)).one()
    assert (row.county, row.document_number) == (QP, OLD_PREFIX)


def test_only_the_own_county(year: Cycle) -> None:
    with pytest.raises(NotAllowed):
        take(bureau(JS), year, sheet(candidate()))
    with pytest.raises(NotAllowed):
        intake.compare_candidates(bureau(JS), cycle_id=year.id, sheet=sheet(candidate()))
    assert db.session.scalars(select(Applicant)).all() == []


def test_every_contradiction_at_once_and_nothing_written(year: Cycle) -> None:
    actor = bureau()
    known = candidate()
    take(actor, year, sheet(known))
    take(bureau(WJ), year, sheet(candidate("2026000009"), county=WJ))
    bad = sheet(
        candidate("2026000002", document_number=known.document_number, row=3),
        candidate("2026000009", row=4),
        candidate("2026000004", birth_date=None, row=5),
        candidate("2026000005", row=6),
    )
    with pytest.raises(BadSheets) as refusal:
        take(actor, year, bad)
    assert [(one.row, one.heading) for one in refusal.value.faults] == [
        (3, "证件号码"),
        (5, "出生日期"),
        (4, "考生号"),
    ]
    assert known.document_number not in str(refusal.value.faults)
    assert db.session.scalar(select(func.count()).select_from(Applicant)) == 2


def test_comparing_writes_nothing(year: Cycle) -> None:
    actor = bureau()
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    report = intake.compare_candidates(actor, cycle_id=year.id, sheet=sheet(candidate()))
    assert report.new == 1
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before
    assert db.session.scalars(select(Applicant)).all() == []


class TestWishes:
    """The wishes on a county's list become applications that the county answers for."""

    @pytest.fixture
    def world(self, context: Flask) -> Scene:
        return scene()

    def wish(self, world: Scene, *codes: str, number: str = "2026000001", **changes: object) -> CandidateSheet:
        return sheet(candidate(number, wishes=codes, adjusts=True, **changes))

    def take(self, world: Scene, one: CandidateSheet) -> None:
        actor = actor_for(make.officer(world.bureau))
        wishes.take_list(
            actor, cycle_id=world.in_round.cycle_id, round_id=world.in_round.id, sheet=one, at=clock.now()
        )

    def test_they_are_recorded_and_passed(self, world: Scene) -> None:
        self.take(world, self.wish(world, world.far.code, world.near.code))
        application = db.session.scalars(select(Application)).one()
        version = version_in_force(application)
        assert version is not None
        assert application.state is ApplicationState.PASSED
        assert [choice.programme_id for choice in version.choices] == [world.far.id, world.near.id]
        assert version.accepts_adjustment
        assert version.content is not None
        assert version.content["consent"]["way"] == "县区名册"
        assert version.confirmed_by_id is None

    def test_the_same_again_is_nothing_and_a_change_a_new_version(self, world: Scene) -> None:
        number = make.id_number()
        born = make.dt.date(2010, 9, 15)
        once = self.wish(world, world.far.code, document_number=number, birth_date=born)
        self.take(world, once)
        self.take(world, once)
        application = db.session.scalars(select(Application)).one()
        assert len(application.versions) == 1
        other = self.wish(world, world.near.code, document_number=number, birth_date=born)
        actor = actor_for(make.officer(world.bureau))
        report = wishes.compare_wishes(actor, in_round=world.in_round, sheet=other)
        assert (report.new, report.changed, report.same) == (0, 1, 0)
        self.take(world, other)
        db.session.expire_all()
        assert len(application.versions) == 2
        assert application.state is ApplicationState.PASSED

    def test_a_familys_own_filing_is_not_overwritten(self, world: Scene) -> None:
        world.submitted(world.near)
        child = world.child
        own = candidate(
            child.candidate_number,
            document_number=child.document_number,
            birth_date=child.birth_date,
            wishes=(world.far.code,),
        )
        with pytest.raises(BadSheets) as refusal:
            self.take(world, sheet(own))
        assert "在网上报名" in refusal.value.faults[0].rule.zh
        assert refusal.value.faults[0].row == 2

    def test_longer_lists_than_the_county_allows(self, world: Scene) -> None:
        codes = [world.near.code, world.far.code, world.shut.code, "P9"]
        with pytest.raises(BadSheets):
            self.take(world, self.wish(world, *codes))
        assert db.session.scalars(select(Applicant)).all() == [world.child]

    def test_wishes_of_who_may_not_apply_are_a_fault_with_the_countys_text(self, world: Scene) -> None:
        outside = self.wish(world, world.near.code, hukou=Residence.OUTSIDE, junior_roll=Residence.OUTSIDE)
        with pytest.raises(BadSheets) as refusal:
            self.take(world, outside)
        assert "不符合本县区跨省中高职衔接招生的报考资格" in refusal.value.faults[0].rule.zh
        assert refusal.value.faults[0].row == 2


class TestSlips:
    """Accounts with one-time codes, printed once."""

    def test_each_pupil_gets_one(self, year: Cycle) -> None:
        actor = bureau()
        take(actor, year, sheet(candidate(), candidate("2026000002", school="第二初级中学")))
        take(bureau(WJ), year, sheet(candidate("2026000009"), county=WJ))
        assert slips.schools_waiting(actor, year.id) == [("第一初级中学", 1), ("第二初级中学", 1)]
        (one,) = slips.issue_slips(actor, cycle_id=year.id, junior_school="第一初级中学")
        assert one.name == "欧阳〇𬭎"
        (other,) = slips.issue_slips(actor, cycle_id=year.id)
        assert other.sign_in_name != one.sign_in_name
        with pytest.raises(Refused):
            slips.issue_slips(actor, cycle_id=year.id)
        stored = " ".join(str(entry.facts) for entry in db.session.scalars(select(AuditEntry)))
        assert one.code not in stored

    def test_the_slip_opens_the_account_with_the_last_four(self, year: Cycle) -> None:
        actor = bureau()
        pupil = candidate()
        take(actor, year, sheet(pupil))
        (slip,) = slips.issue_slips(actor, cycle_id=year.id)
        found = look_up(code=slip.code, fact=pupil.document_number[-4:].lower(), address="127.0.0.1")
        assert found.sign_in_name == slip.sign_in_name
        with pytest.raises(Refused):
            look_up(code=slip.code, fact="9999", address="127.0.0.1")

    def test_a_lost_slip_is_replaced_for_the_own_county_only(self, year: Cycle) -> None:
        actor = bureau()
        take(actor, year, sheet(candidate()))
        pupil = db.session.scalars(select(Applicant)).one()
        with pytest.raises(NotVisible):
            slips.reissue_slip(bureau(JS), applicant_id=pupil.id)
        first = slips.reissue_slip(actor, applicant_id=pupil.id)
        second = slips.reissue_slip(actor, applicant_id=pupil.id)
        assert first.sign_in_name == second.sign_in_name
        with pytest.raises(Refused):
            look_up(code=first.code, fact=pupil.document_number[-4:], address="127.0.0.1")
        assert look_up(code=second.code, fact=pupil.document_number[-4:], address="127.0.0.1")
        owner = db.session.get_one(Account, pupil.account_id)
        assert slips.is_activated(owner) is False

    def test_a_guardians_slip_at_the_counter(self, context: Flask) -> None:
        world = scene()
        actor = actor_for(make.officer(world.bureau))
        slip = slips.reissue_guardian_slip(actor, guardian_id=world.parent.id)
        assert (slip.role, slip.name) == ("监护人", "欧阳建国")
        assert look_up(code=slip.code, fact=world.child.document_number[-4:], address="127.0.0.1")
        with pytest.raises(NotVisible):
            slips.reissue_guardian_slip(bureau(JS), guardian_id=world.parent.id)
