"""From the first page to the receipt and back: what a family can do, in time and out of time."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.audit import entries_about
from core.db import db
from core.documents.models import DocumentKind, DocumentState, IssuedDocument
from core.errors import Conflict, NotVisible, Refused
from core.i18n import say
from core.words import Words
from enrolment.applications import choosing, operations
from enrolment.applications.catalogue import catalogue_of, pupil_of
from enrolment.applications.eligibility import bar_to_all
from enrolment.applications.models import (
    Application,
    ApplicationState,
    Consent,
    ConsentPurpose,
    PaperKind,
    PaperState,
    VersionState,
)
from enrolment.applications.receipts import receipt_document, receipt_of
from enrolment.applications.records import newest_version, version_in_force
from enrolment.applications.states import Item
from enrolment.applications.words import bar_text
from enrolment.cycles.queries import window_of
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import Scene, actor_for, notices_of, scene
from tests.factories import JS, QP, WJ


def test_from_start_to_receipt(world: Scene) -> None:
    application = world.submitted()
    version = version_in_force(application)
    assert application.state is ApplicationState.SUBMITTED
    assert version is not None
    assert [choice.programme_id for choice in version.choices] == [world.near.id, world.far.id]
    assert version.receipt_number is not None
    assert version.receipt_number.startswith(f"HZ{clock.today().year}{QP}")
    assert version.confirmed_by_id == world.parent.id
    document = receipt_document(version)
    assert document is not None
    assert document.content_sha256 == version.content_sha256
    purposes = set(db.session.scalars(select(Consent.purpose)))
    assert purposes == set(ConsentPurpose)
    assert notices_of(world.child.account_id) == ["applications.submitted"]
    assert notices_of(world.parent.account_id) == ["applications.awaiting_guardian", "applications.submitted"]


def test_the_receipt_can_be_made_again_with_the_same_fingerprint(world: Scene) -> None:
    version = version_in_force(world.submitted())
    assert version is not None
    assert version.content is not None
    document = receipt_document(version)
    assert document is not None
    from core.documents.operations import Reserved

    paper = receipt_of(
        version.content, Reserved(document.number, document.verification_code), site="https://x/verify"
    )
    assert paper.content_digest() == version.content_sha256
    assert paper.student_name == "欧阳〇𬭎"
    assert "*" in paper.id_masked
    assert paper.choices[1].majors[1].code == "460104"
    assert version.content["policy"]["version"]


def test_opening_twice_is_one_application(world: Scene) -> None:
    assert world.open().id == world.open().id


def test_a_stranger_opens_nothing(world: Scene) -> None:
    stranger = make.applicant(world.in_round.cycle)
    actor = actor_for(stranger.account_id)
    with pytest.raises(NotVisible):
        operations.open_application(actor, applicant_id=world.child.id, at=clock.now())
    application = world.open()
    for act in (operations.take_back, operations.begin_change, operations.remind_guardian):
        with pytest.raises(NotVisible):
            act(actor, application_id=application.id, at=clock.now())


def test_the_closing_second_decides_by_the_arrival_of_the_request(world: Scene) -> None:
    application = world.ready()
    window = window_of(world.in_round, QP)
    assert window is not None
    with pytest.raises(Refused) as refusal:
        world.send(application, at=window.closes_at)
    assert "截止" in str(refusal.value.sentence)
    world.send(application, at=window.closes_at - dt.timedelta(microseconds=1))
    with pytest.raises(Refused):
        world.confirm(application, at=window.closes_at)
    world.confirm(application, at=window.closes_at - dt.timedelta(microseconds=1))
    assert application.state is ApplicationState.SUBMITTED


def test_before_the_window_nothing_opens(world: Scene) -> None:
    window = window_of(world.in_round, QP)
    assert window is not None
    with pytest.raises(Refused) as refusal:
        operations.open_application(
            world.pupil, applicant_id=world.child.id, at=window.opens_at - dt.timedelta(seconds=1)
        )
    assert "还没有开始" in str(refusal.value.sentence)


def test_without_a_round_or_dates_nothing_opens(context: Flask) -> None:
    year = make.cycle()
    child = make.applicant(year)
    with pytest.raises(Refused):
        operations.open_application(actor_for(child.account_id), applicant_id=child.id, at=clock.now())
    make.round_(year)
    db.session.expire_all()
    with pytest.raises(Refused):
        operations.open_application(actor_for(child.account_id), applicant_id=child.id, at=clock.now())


def test_a_pupil_taken_by_an_earlier_batch_cannot_open(context: Flask) -> None:
    world = scene(taken_elsewhere=True)
    with pytest.raises(Refused) as refusal:
        world.open()
    assert "其他批次" in str(refusal.value.sentence)


def test_unfinished_tasks_keep_it_from_being_sent(world: Scene) -> None:
    application = world.open()
    with pytest.raises(Refused) as refusal:
        world.send(application)
    assert "还没有志愿" in str(refusal.value.sentence)
    world.choose(application, world.near)
    with pytest.raises(Refused) as refusal:
        world.send(application)
    assert "还有任务没有完成" in str(refusal.value.sentence)


def test_a_stale_list_is_not_sent(world: Scene) -> None:
    application = world.ready()
    stale = newest_version(application).version
    choosing.set_adjustment(world.pupil, application_id=application.id, accepts=True, version=stale, at=clock.now())
    with pytest.raises(Conflict):
        operations.send(world.pupil, application_id=application.id, version=stale, at=clock.now())


def test_while_the_guardian_is_awaited_nothing_changes(world: Scene) -> None:
    application = world.send(world.ready())
    with pytest.raises(Refused) as refusal:
        world.choose(application, world.near)
    assert "等待监护人" in str(refusal.value.sentence)
    with pytest.raises(Refused):
        world.send(application)
    operations.take_back(world.pupil, application_id=application.id, at=clock.now())
    assert newest_version(application).state is VersionState.DRAFT
    operations.remind_guardian(world.pupil, application_id=world.send(application).id, at=clock.now())
    assert notices_of(world.parent.account_id).count("applications.awaiting_guardian") == 3


def test_editing_again_keeps_the_submitted_version_in_force(world: Scene) -> None:
    application = world.submitted()
    first = version_in_force(application)
    assert first is not None
    choosing.move_choice(
        world.pupil, application_id=application.id, rank=2, up=True, version=first.version, at=clock.now()
    )
    assert version_in_force(application) is first
    assert [choice.programme_id for choice in first.choices] == [world.near.id, world.far.id]
    assert [choice.programme_id for choice in newest_version(application).choices] == [world.far.id, world.near.id]
    assert "applications.changing" in notices_of(world.child.account_id)
    assert "applications.changing" in notices_of(world.parent.account_id)
    world.confirm(world.send(application))
    second = version_in_force(application)
    assert second is not None
    assert (first.state, second.number) == (VersionState.SUPERSEDED, 2)
    old = db.session.scalars(
        select(IssuedDocument).where(
            IssuedDocument.subject_id == first.id, IssuedDocument.kind == DocumentKind.RECEIPT
        )
    ).one()
    assert old.state is DocumentState.REPLACED
    assert old.replaced_by is receipt_document(second)


def test_only_one_notice_for_many_changes(world: Scene) -> None:
    application = world.submitted()
    operations.begin_change(world.pupil, application_id=application.id, at=clock.now())
    operations.begin_change(world.pupil, application_id=application.id, at=clock.now())
    assert notices_of(world.child.account_id).count("applications.changing") == 1


def test_withdrawing_and_taking_up_again(world: Scene) -> None:
    application = world.submitted()
    operations.withdraw(world.pupil, application_id=application.id, version=application.version, at=clock.now())
    assert application.state is ApplicationState.WITHDRAWN
    assert version_in_force(application) is None
    assert "applications.withdrawn" in notices_of(world.parent.account_id)
    receipt = receipt_document(application.versions[0])
    assert receipt is not None
    assert receipt.state is DocumentState.REVOKED
    with pytest.raises(Refused):
        operations.withdraw(world.pupil, application_id=application.id, version=application.version, at=clock.now())
    operations.take_up_again(world.pupil, application_id=application.id, version=application.version, at=clock.now())
    assert application.state is ApplicationState.DRAFT
    assert [choice.programme_id for choice in newest_version(application).choices] == [world.near.id, world.far.id]
    world.confirm(world.send(application))
    assert application.state is ApplicationState.SUBMITTED


def test_a_locked_round_moves_no_more(world: Scene) -> None:
    application = world.submitted()
    make.lock(world.in_round)
    db.session.expire_all()
    for act in (operations.begin_change, operations.take_back):
        with pytest.raises(Refused) as refusal:
            act(world.pupil, application_id=application.id, at=clock.now())
        assert "锁定" in str(refusal.value.sentence)
    with pytest.raises(Refused):
        operations.withdraw(world.pupil, application_id=application.id, version=application.version, at=clock.now())


class TestCorrection:
    """Returned for one paper: only that paper opens, and the list goes back without a new receipt."""

    def give_back(self, world: Scene, *items: Item) -> Application:
        application = world.submitted()
        from core.db import housekeeping

        with housekeeping():
            application.state = ApplicationState.RETURNED
            application.correct_by = clock.now() + dt.timedelta(days=3)
            application.open_items = [item.value for item in items]
            paper = next(one for one in world.child.papers if one.kind is PaperKind.IDENTITY)
            paper.state, paper.reason = PaperState.RETURNED, Words("照片不清楚", "photo unclear")
        return application

    def test_the_paper_must_come_first(self, world: Scene) -> None:
        application = self.give_back(world, Item.PAPER_IDENTITY)
        with pytest.raises(Refused) as refusal:
            operations.correct(
                world.pupil, application_id=application.id, version=application.version, at=clock.now()
            )
        assert "没有重新上传" in str(refusal.value.sentence)
        with pytest.raises(Refused) as refusal:
            world.choose(application, world.near)
        assert "只需要补正指定" in str(refusal.value.sentence)
        from core.db import housekeeping

        with housekeeping():
            next(one for one in world.child.papers if one.kind is PaperKind.IDENTITY).state = PaperState.REPLACED
        make.paper(world.child, PaperKind.IDENTITY)
        db.session.expire_all()
        operations.correct(world.pupil, application_id=application.id, version=application.version, at=clock.now())
        assert application.state is ApplicationState.SUBMITTED
        assert application.correct_by is None
        assert len(application.versions) == 1

    def test_after_its_own_deadline_it_is_over(self, world: Scene) -> None:
        application = self.give_back(world, Item.PAPER_IDENTITY)
        assert application.correct_by is not None
        with pytest.raises(Refused) as refusal:
            operations.correct(
                world.pupil, application_id=application.id, version=application.version, at=application.correct_by
            )
        assert "补正期限" in str(refusal.value.sentence)

    def test_a_returned_list_is_sent_anew(self, world: Scene) -> None:
        application = self.give_back(world, Item.CHOICES)
        with pytest.raises(Refused) as refusal:
            operations.correct(
                world.pupil, application_id=application.id, version=application.version, at=clock.now()
            )
        assert "监护人确认" in str(refusal.value.sentence)


def test_each_step_is_in_the_audit(world: Scene) -> None:
    application = world.submitted()
    done = [entry.operation for entry in entries_about("application", application.id)]
    for operation in (
        "applications.open",
        "applications.check_identity",
        "applications.add_choice",
        "applications.send",
        "applications.submit",
    ):
        assert operation in done


def test_no_personal_data_in_the_audit(world: Scene) -> None:
    application = world.submitted()
    for entry in entries_about("application", application.id):
        assert world.child.document_number not in str(entry.facts)
        assert world.child.name not in str(entry.facts)


def test_other_county_other_seats(world: Scene) -> None:
    other, parent = make.family(world.in_round, WJ)
    assert parent.applicant_id == other.id
    application = operations.open_application(actor_for(other.account_id), applicant_id=other.id, at=clock.now())
    with pytest.raises(Refused) as refusal:
        choosing.add_choice(
            actor_for(other.account_id),
            application_id=application.id,
            programme_id=world.far.id,
            version=newest_version(application).version,
            at=clock.now(),
        )
    assert "没有招生计划" in str(refusal.value.sentence)


def test_who_may_not_apply_reads_the_countys_sentence(context: Flask) -> None:
    """The table of entry shuts out at the opening; an exclusive wish on the county's list at the choice (X19)."""
    outside = scene(hukou="outside", junior_roll="outside")
    with pytest.raises(Refused) as refusal:
        outside.open()
    assert "不符合本县区跨省中高职衔接招生的报考资格" in say(refusal.value.sentence)
    child, _parent = make.family(outside.in_round, JS, name="钱二", tags=["中本一体化"])
    rules = catalogue_of(outside.in_round, JS).rules
    told = bar_to_all(pupil_of(child), rules)
    assert told is not None
    assert say(bar_text(told)) == "本县区规定：已填报中本一体化志愿的考生，不再填报跨省中高职衔接志愿。"
