"""Claims, verdicts, two officers, undo; what the family reads; what the database says afterwards."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core import clock
from core.audit import AuditEntry
from core.db import db, housekeeping
from core.errors import Conflict, DomainError, NotAllowed, NotVisible, Refused
from core.notices.models import Notice
from core.notices.templates import worded
from enrolment.applications.models import Application, ApplicationState, Paper, PaperKind, PaperState
from enrolment.applications.progress import current_papers
from enrolment.applications.states import APPLICATION, Event, Reason
from enrolment.reviews import batches, claims, operations, refusals
from enrolment.reviews.codes import UnknownReturnCode, chosen_codes, items_of, letter_of, return_codes
from enrolment.reviews.figures import queue_figures
from enrolment.reviews.models import ReviewClaim, ReviewDecision, Verdict
from enrolment.reviews.operations import Seen
from tests.enrolment import factories as make
from tests.enrolment.reviews.review_samples import Desk, desk, seen_of
from tests.factories import WJ


@pytest.fixture
def at(context: Flask) -> Desk:
    return desk()


def held(at: Desk, **changes: object) -> Application:
    application = at.submitted(**changes)
    claims.claim(at.officer, application_id=application.id)
    return application


def verdicts(application: Application) -> list[Verdict]:
    query = select(ReviewDecision).where(ReviewDecision.application_id == application.id)
    return [one.verdict for one in db.session.scalars(query.order_by(ReviewDecision.number))]


def templates() -> list[str]:
    return sorted(db.session.scalars(select(Notice.template)))


def test_the_second_officer_sees_who_holds_a_case_and_takes_it_after_the_time(at: Desk) -> None:
    application = held(at)
    with pytest.raises(Refused) as refusal:
        claims.claim(at.colleague, application_id=application.id)
    assert "王办事" in str(refusal.value.sentence)
    with clock.frozen(clock.now() + claims.CLAIM_TIME + dt.timedelta(seconds=1)):
        claims.claim(at.colleague, application_id=application.id)
        assert claims.holder_of(application) == at.second.id
        with pytest.raises(Refused) as lost:
            operations.pass_(at.officer, application_id=application.id, seen=seen_of(application))
    assert "李办事" in str(lost.value.sentence)


def test_the_next_case_is_the_oldest_free_one(at: Desk) -> None:
    first, second = at.submitted(), at.submitted()
    assert claims.next_case(at.officer) == first
    assert claims.next_case(at.colleague) == second
    assert claims.next_case(at.officer) == first
    claims.give_back(at.colleague, application_id=second.id)
    with pytest.raises(Refused):
        claims.give_back(at.colleague, application_id=second.id)
    operations.pass_(at.officer, application_id=first.id, seen=seen_of(first))
    assert claims.next_case(at.officer) == second
    assert claims.next_case(at.colleague) is None


def test_passing_accepts_the_papers_and_tells_pupil_and_guardian(at: Desk) -> None:
    application = held(at)
    operations.pass_(at.officer, application_id=application.id, seen=seen_of(application))
    assert application.state is ApplicationState.PASSED
    assert {one.state for one in current_papers(application.applicant).values()} == {PaperState.ACCEPTED}
    assert templates() == ["reviews.passed", "reviews.passed"]
    assert db.session.scalars(select(ReviewClaim)).all() == []
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.operation == "reviews.passed")).one()
    assert entry.subject_id == str(application.id)


def test_a_verdict_needs_the_claim_and_what_the_officer_saw(at: Desk) -> None:
    application = at.submitted()
    with pytest.raises(Refused) as unclaimed:
        operations.pass_(at.officer, application_id=application.id, seen=seen_of(application))
    assert "领取" in str(unclaimed.value.sentence)
    claims.claim(at.officer, application_id=application.id)
    seen = seen_of(application)
    with pytest.raises(Conflict):
        operations.pass_(at.officer, application_id=application.id, seen=Seen(seen.version, seen.number + 1))
    with pytest.raises(Conflict):
        operations.pass_(at.officer, application_id=application.id, seen=Seen(seen.version + 1, seen.number))
    assert application.state is ApplicationState.SUBMITTED


def test_a_return_opens_only_the_items_of_its_codes(at: Desk) -> None:
    application = held(at)
    with clock.frozen(clock.at_beijing(clock.today(), 12)):
        operations.return_(at.officer, application_id=application.id, seen=seen_of(application), codes=["id_unclear"])
        assert application.correct_by == clock.at_beijing(clock.today() + dt.timedelta(days=3), 17)
    papers = current_papers(application.applicant)
    assert application.state is ApplicationState.RETURNED
    assert application.open_items == ["paper:identity"]
    assert papers[PaperKind.IDENTITY].state is PaperState.RETURNED
    assert papers[PaperKind.IDENTITY].reason == return_codes()["id_unclear"].sentence
    assert papers[PaperKind.HOUSEHOLD].state is PaperState.UPLOADED
    notice = db.session.scalars(select(Notice)).first()
    assert notice is not None
    assert notice.facts["sentences"] == {"zh": return_codes()["id_unclear"].zh, "en": return_codes()["id_unclear"].en}
    decision = db.session.scalars(select(ReviewDecision)).one()
    assert decision.codes == [{"code": "id_unclear", "item": "paper:identity"}]


def test_each_reader_gets_the_sentence_in_the_own_language(at: Desk) -> None:
    application = held(at)
    operations.return_(at.officer, application_id=application.id, seen=seen_of(application), codes=["id_unclear"])
    notice = db.session.scalars(select(Notice)).first()
    assert notice is not None
    until = clock.at_beijing(clock.today() + dt.timedelta(days=3), 17)
    for language in ("zh", "en"):
        with force_locale(language):
            told = worded(notice.template, notice.facts).text
        assert return_codes()["id_unclear"].sentence.text(language) in told
        assert clock.moment_text(until, language) in told


@pytest.mark.parametrize(
    ("codes", "days", "word"), [((), 3, "至少"), (("nonsense",), 3, "没有这个"), (("id_unclear",), 9, "1 到 7")]
)
def test_a_return_needs_a_known_code_and_a_fair_deadline(
    at: Desk, codes: tuple[str, ...], days: int, word: str
) -> None:
    application = held(at)
    with pytest.raises(Refused) as refusal:
        operations.return_(
            at.officer, application_id=application.id, seen=seen_of(application), codes=codes, days=days
        )
    assert word in str(refusal.value.sentence)
    assert (application.state, templates()) == (ApplicationState.SUBMITTED, [])


def test_refusing_takes_two_persons(at: Desk) -> None:
    application = held(at)
    with pytest.raises(Refused):
        refusals.propose_refusal(at.officer, application_id=application.id, seen=seen_of(application), reason="  ")
    refusals.propose_refusal(
        at.officer, application_id=application.id, seen=seen_of(application), reason="材料不实。"
    )
    assert (application.state, templates()) == (ApplicationState.SUBMITTED, [])
    assert claims.next_case(at.colleague) is None
    with pytest.raises(NotAllowed) as same:
        refusals.confirm_refusal(at.officer, application_id=application.id, seen=seen_of(application))
    assert "另一位" in str(same.value.sentence)
    refusals.confirm_refusal(at.chief, application_id=application.id, seen=seen_of(application))
    assert application.state is ApplicationState.REFUSED
    assert verdicts(application) == [Verdict.REFUSAL_PROPOSED, Verdict.REFUSED]
    assert templates() == ["reviews.refused", "reviews.refused"]
    with pytest.raises(Refused):
        refusals.confirm_refusal(at.colleague, application_id=application.id, seen=seen_of(application))


def test_a_proposal_not_shared_goes_back_into_the_queue(at: Desk) -> None:
    application = held(at)
    refusals.propose_refusal(at.officer, application_id=application.id, seen=seen_of(application), reason="不实")
    with pytest.raises(NotAllowed):
        refusals.reject_refusal(at.officer, application_id=application.id, seen=seen_of(application))
    claims.claim(at.colleague, application_id=application.id)
    with pytest.raises(Refused):
        operations.pass_(at.colleague, application_id=application.id, seen=seen_of(application))
    claims.give_back(at.colleague, application_id=application.id)
    refusals.reject_refusal(at.colleague, application_id=application.id, seen=seen_of(application))
    assert claims.next_case(at.officer) == application


@pytest.mark.parametrize("verdict", ["pass", "return", "propose"])
def test_the_last_decision_is_undone_within_ten_minutes(at: Desk, verdict: str) -> None:
    application = held(at)
    seen = seen_of(application)
    if verdict == "pass":
        operations.pass_(at.officer, application_id=application.id, seen=seen)
    elif verdict == "return":
        operations.return_(at.officer, application_id=application.id, seen=seen, codes=["household_unclear"])
    else:
        refusals.propose_refusal(at.officer, application_id=application.id, seen=seen, reason="不实")
    with pytest.raises(Refused):
        operations.undo(at.colleague, application_id=application.id)
    operations.undo(at.officer, application_id=application.id)
    assert (application.state, application.correct_by, application.open_items) == (
        ApplicationState.SUBMITTED,
        None,
        [],
    )
    assert {one.state for one in current_papers(application.applicant).values()} == {PaperState.UPLOADED}
    assert verdicts(application)[-1] is Verdict.UNDONE
    assert claims.holder_of(application) == at.first.id
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.operation == "reviews.undone")).one()
    with pytest.raises(Refused):
        operations.undo(at.officer, application_id=application.id)


def test_after_ten_minutes_nothing_is_undone(at: Desk) -> None:
    application = held(at)
    operations.pass_(at.officer, application_id=application.id, seen=seen_of(application))
    with (
        clock.frozen(clock.now() + operations.UNDO_TIME + dt.timedelta(seconds=1)),
        pytest.raises(Refused, match="Refused"),
    ):
        operations.undo(at.officer, application_id=application.id)
    assert application.state is ApplicationState.PASSED


def test_a_foreign_county_does_not_exist(at: Desk) -> None:
    foreign = at.submitted(WJ)
    draft = make.application(make.applicant(at.in_round.cycle), at.in_round)
    seen = Seen(1, 1)
    for application in (foreign, draft):
        for attempt in (
            lambda one=application: claims.claim(at.officer, application_id=one.id),
            lambda one=application: operations.pass_(at.officer, application_id=one.id, seen=seen),
            lambda one=application: operations.return_(
                at.officer, application_id=one.id, seen=seen, codes=["id_unclear"]
            ),
            lambda one=application: refusals.propose_refusal(
                at.officer, application_id=one.id, seen=seen, reason="x"
            ),
            lambda one=application: refusals.confirm_refusal(at.chief, application_id=one.id, seen=seen),
            lambda one=application: operations.undo(at.officer, application_id=one.id),
        ):
            with pytest.raises(NotVisible):
                attempt()
    assert claims.next_case(at.officer) is None


@pytest.mark.parametrize(
    "state", [one for one in ApplicationState if one not in (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)]
)
def test_every_state_answers_every_verdict_as_the_table_says(at: Desk, state: ApplicationState) -> None:
    child, _parent = make.family(at.in_round)
    application = make.application(child, at.in_round, [at.offered], state=state)
    with housekeeping() as session:
        session.add(
            ReviewClaim(application_id=application.id, account_id=at.first.id, until=clock.now() + claims.CLAIM_TIME)
        )
    attempts = {
        Event.APPROVE: lambda seen: operations.pass_(at.officer, application_id=application.id, seen=seen),
        Event.RETURN_: lambda seen: operations.return_(
            at.officer, application_id=application.id, seen=seen, codes=["choices_shut"]
        ),
    }
    for event, attempt in attempts.items():
        if isinstance(APPLICATION[event][state], Reason):
            with pytest.raises(Refused):
                attempt(seen_of(application))
    db.session.expire_all()
    assert application.state is state


def test_a_locked_round_takes_no_verdict(at: Desk) -> None:
    application = held(at)
    make.lock(at.in_round)
    with pytest.raises(Refused) as refusal:
        operations.pass_(at.officer, application_id=application.id, seen=seen_of(application))
    assert "锁定" in str(refusal.value.sentence)


def test_a_batch_is_one_operation_and_is_taken_back_as_one(at: Desk) -> None:
    green, second = at.submitted(name="甲"), at.submitted(name="戊")
    missing, taken = at.submitted(name="乙", papers=False), at.submitted(name="丙")
    claims.claim(at.colleague, application_id=taken.id)
    foreign = at.submitted(WJ, name="丁")
    cases = [(one.id, seen_of(one)) for one in (green, second, missing, taken, foreign)]
    for wrong in (cases * 21, [], cases[:4]):
        with pytest.raises(Refused):
            batches.pass_batch(at.officer, cases=wrong, typed=5)
    made = batches.pass_batch(at.officer, cases=cases, typed=5)
    assert made.done == 2
    assert {one.application_id for one in made.skipped} == {missing.id, taken.id, foreign.id}
    assert (green.state, taken.state) == (ApplicationState.PASSED, ApplicationState.SUBMITTED)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.operation == "reviews.pass_batch")).one()
    assert (entry.facts["passed"], entry.facts["skipped"]) == (2, 3)
    operations.undo(at.officer, application_id=second.id)
    assert batches.undoable_batch(at.officer) == batches.Batch(made.id, 1)
    assert batches.undoable_batch(at.colleague) is None
    with pytest.raises(Refused):
        batches.undo_batch(at.colleague, batch_id=made.id)
    with (
        clock.frozen(clock.now() + operations.UNDO_TIME + dt.timedelta(seconds=1)),
        pytest.raises(Refused, match="Refused"),
    ):
        batches.undo_batch(at.officer, batch_id=made.id)
    undone = batches.undo_batch(at.officer, batch_id=made.id)
    assert (undone.done, [one.application_id for one in undone.skipped]) == (1, [second.id])
    assert green.state is ApplicationState.SUBMITTED
    assert claims.holder_of(green) is None
    assert batches.undoable_batch(at.officer) is None


def test_two_officers_at_once_make_one_decision(app: Flask) -> None:
    with app.app_context():
        at = desk()
        application = at.submitted()
        claims.claim(at.officer, application_id=application.id)
        seen, officer, application_id = seen_of(application), at.officer, application.id

    def verdict(passes: bool) -> bool:
        with app.app_context():
            try:
                if passes:
                    operations.pass_(officer, application_id=application_id, seen=seen)
                else:
                    operations.return_(officer, application_id=application_id, seen=seen, codes=["id_unclear"])
            except DomainError:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(verdict, [True, False, True, False]))
    assert done.count(True) == 1
    with app.app_context():
        decisions = db.session.scalars(select(ReviewDecision)).all()
        assert len(decisions) == 1
        expected = {Verdict.PASSED: ApplicationState.PASSED, Verdict.RETURNED: ApplicationState.RETURNED}
        assert db.session.get_one(Application, application_id).state is expected[decisions[0].verdict]


def test_two_officers_claim_one_case_once(app: Flask) -> None:
    with app.app_context():
        at = desk()
        application_id, actors = at.submitted().id, [at.officer, at.colleague]

    def attempt(number: int) -> bool:
        with app.app_context():
            try:
                claims.claim(actors[number], application_id=application_id)
            except Refused:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, range(2))) == [False, True]


def test_decisions_are_never_changed(at: Desk) -> None:
    application = held(at)
    operations.pass_(at.officer, application_id=application.id, seen=seen_of(application))
    with pytest.raises(DBAPIError, match="append-only"), housekeeping() as session:
        session.execute(text("UPDATE review_decision SET note = 'x'"))
    db.session.rollback()


def test_every_code_has_an_item_and_two_sentences() -> None:
    codes = return_codes()
    assert len({one.zh for one in codes.values()}) == len(codes)
    assert items_of(chosen_codes(["choices_shut", "id_unclear", "id_other_person"])) == ("choices", "paper:identity")
    assert letter_of(chosen_codes(["id_unclear", "household_unclear"])).zh.startswith("1. ")
    with pytest.raises(UnknownReturnCode):
        chosen_codes(["id_unclear", "nonsense"])


def test_papers_of_another_pupil_stay_as_they_are(at: Desk) -> None:
    application, other = held(at), at.submitted(name="别人")
    operations.return_(at.officer, application_id=application.id, seen=seen_of(application), codes=["id_unclear"])
    states = set(db.session.scalars(select(Paper.state).where(Paper.applicant_id == other.applicant_id)))
    assert states == {PaperState.UPLOADED}


def test_the_figures_count_what_stands(at: Desk) -> None:
    first, second, third = at.submitted(name="甲"), at.submitted(name="乙"), at.submitted(name="丙")
    for one in (first, second):
        claims.claim(at.officer, application_id=one.id)
    operations.pass_(at.officer, application_id=first.id, seen=seen_of(first))
    operations.return_(at.officer, application_id=second.id, seen=seen_of(second), codes=["id_unclear"])
    claims.claim(at.colleague, application_id=third.id)
    found = queue_figures(at.officer, at.in_round.id, 1)
    rows = [(one.name, one.passed, one.returned, one.refused, one.held) for one in found.officers]
    assert rows == [("王办事", 1, 1, 0, 0), ("李办事", 0, 0, 0, 1)]
    assert found.reasons is not None
    assert found.reasons.table_rows == ((return_codes()["id_unclear"].label_zh, 1),)
    assert found.by_day is not None
    assert found.by_day.table_rows[-1][1:] == (3, 2)
    assert found.days_left == 2
    operations.undo(at.officer, application_id=second.id)
    assert queue_figures(at.officer, at.in_round.id, 2).reasons is None
    assert (
        queue_figures(at.chief, at.in_round.id, 2).officers == queue_figures(at.officer, at.in_round.id, 2).officers
    )
