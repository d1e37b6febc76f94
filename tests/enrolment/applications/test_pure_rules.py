"""Eligibility, demand, tasks, consents and statuses, rule by rule."""

import datetime as dt
import uuid

import pytest

from core import clock
from core.policy.entry import EntryFacts
from core.policy.filing import EligibilityRow, Graduate, Residence
from core.policy.items import Label
from core.words import Words
from enrolment.applications.consents import (
    NOTICE,
    NOTICE_UNDER_14,
    ConsentPurpose,
    Given,
    may_take_sensitive,
    notice_for,
    still_needed,
    under_14,
)
from enrolment.applications.demand import Demand, ListWarning, warning_on
from enrolment.applications.eligibility import (
    Bar,
    ListRules,
    Offer,
    Pupil,
    Refusal,
    advice_on,
    bar_to,
    bar_to_adding,
    bar_to_all,
    faults_of_list,
)
from enrolment.applications.states import ApplicationState, PaperKind, PaperState, VersionState
from enrolment.applications.status import Milestones, Outcome, PageStatus, Stage, line_of, status_of
from enrolment.applications.tasks import (
    Hindrance,
    Progress,
    Task,
    TaskState,
    papers_needed,
    ready_to_send,
    tasks_of,
)

A, B, C, D = (uuid.UUID(int=number) for number in range(1, 5))
WEAK = "色弱"
RULES = ListRules(most=3, exclusive={"bachelor": Words("已填报中本一体化志愿的考生，不再填报", "shut out")})
PUPIL = Pupil("310118", "F")


def offer(programme: uuid.UUID = A, seats: int = 5, **conditions: object) -> Offer:
    return Offer(programme, seats, **conditions)


class TestEligibility:
    """Each bar and what it rests on."""

    @pytest.mark.parametrize(
        ("pupil", "programme", "expected"),
        [
            (PUPIL, offer(), None),
            (PUPIL, None, Refusal(Bar.NOT_OFFERED)),
            (PUPIL, offer(seats=0), Refusal(Bar.NO_SEATS)),
            (PUPIL, offer(sexes="M", legal_basis="民航规章"), Refusal(Bar.SEX, "民航规章")),
            (PUPIL, offer(sexes="F", legal_basis="民航规章"), None),
            (PUPIL, offer(requires=frozenset({"面试合格"})), Refusal(Bar.REQUIRED, "面试合格")),
            (Pupil("310118", "F", frozenset({"面试合格"})), offer(requires=frozenset({"面试合格"})), None),
            (
                Pupil("310118", "F", frozenset({"色弱"})),
                offer(excludes=frozenset({"色弱"})),
                Refusal(Bar.HEALTH, "色弱"),
            ),
            (Pupil("310118", "F", frozenset(), True), offer(), Refusal(Bar.TAKEN)),
            (
                Pupil("310118", "F", frozenset({"bachelor"})),
                offer(),
                Refusal(Bar.EXCLUSIVE_WISH, RULES.exclusive["bachelor"]),
            ),
        ],
    )
    def test_one_programme(self, pupil: Pupil, programme: Offer | None, expected: Refusal | None) -> None:
        assert bar_to(pupil, programme, RULES) == expected

    def test_who_may_not_apply_reads_the_rule(self) -> None:
        told = Label(zh="不符合报考资格", en="not eligible")
        row = EligibilityRow(
            hukou=Residence.OUTSIDE,
            junior_roll=Residence.ANY,
            graduate=Graduate.ANY,
            needs_residence_proof=False,
            may_apply=False,
            text=told,
        )
        rules = ListRules(3, {}, entry=(row,))
        outside = Pupil("310118", "F", entry=EntryFacts(hukou=Residence.OUTSIDE))
        assert bar_to(outside, offer(), rules) == Refusal(Bar.NOT_ELIGIBLE, told.words)
        assert bar_to(PUPIL, offer(), rules) is None

    def test_health_after_sending_only_warns(self) -> None:
        pupil, one = Pupil("310118", "F", frozenset({"色弱"})), offer(excludes=frozenset({"色弱"}))
        after = ListRules(3, {}, health_after=True)
        assert bar_to(pupil, one, after) is None
        assert advice_on(pupil, one, after) == "色弱"
        assert advice_on(pupil, one, RULES) is None
        assert advice_on(PUPIL, one, after) is None

    def test_a_pupil_without_a_bar_may_choose(self) -> None:
        assert bar_to_all(PUPIL, RULES) is None

    def test_a_list_names_every_fault_with_its_rank(self) -> None:
        offers = {A: offer(A), B: offer(B, 0)}
        found = faults_of_list(PUPIL, [A, B, A, D], offers, RULES)
        assert [(rank, one.bar) for rank, one in found] == [
            (0, Bar.TOO_MANY),
            (2, Bar.NO_SEATS),
            (3, Bar.DUPLICATE),
            (4, Bar.NOT_OFFERED),
        ]
        assert faults_of_list(PUPIL, [], offers, RULES) == ((0, Refusal(Bar.EMPTY)),)
        assert faults_of_list(PUPIL, [A], offers, RULES) == ()

    def test_adding(self) -> None:
        assert bar_to_adding(PUPIL, [A], A, offer(), RULES) == Refusal(Bar.DUPLICATE)
        assert bar_to_adding(PUPIL, [B, C, D], A, offer(), RULES) == Refusal(Bar.TOO_MANY, most=3)
        assert bar_to_adding(PUPIL, [B, C, D], A, offer(seats=0), RULES) == Refusal(Bar.NO_SEATS)
        assert bar_to_adding(PUPIL, [B], A, offer(), RULES) is None


class TestDemand:
    """A warning only where every choice is over-subscribed; suggestions are never chosen already."""

    DEMAND = {A: Demand(2, 3), B: Demand(2, 2), C: Demand(9, 1), D: Demand(4, 9)}

    def test_warned_with_the_emptiest_first(self) -> None:
        found = warning_on([A, D], self.DEMAND, most=3, open_to_pupil=[A, B, C, D])
        assert found == ListWarning(room=1, suggestions=(C, B))

    @pytest.mark.parametrize("chosen", [[], [A, C], [B], [uuid.UUID(int=9)]])
    def test_not_warned(self, chosen: list[uuid.UUID]) -> None:
        assert warning_on(chosen, self.DEMAND, most=3, open_to_pupil=[A, B, C, D]) is None

    def test_suggests_only_what_is_open_to_the_pupil(self) -> None:
        found = warning_on([A], self.DEMAND, most=1, open_to_pupil=[B, uuid.UUID(int=9)])
        assert found == ListWarning(room=0, suggestions=(B,))


def progress(**changes: object) -> Progress:
    values: dict[str, object] = {
        "identity_checked": True,
        "guardians": 1,
        "papers_needed": (PaperKind.IDENTITY,),
        "papers": {PaperKind.IDENTITY: PaperState.UPLOADED},
        "sensitive_allowed": True,
        "choices": 1,
        "choice_faults": 0,
        "edited": VersionState.DRAFT,
        "in_force": False,
        **changes,
    }
    return Progress(**values)


def state_of(task: Task, **changes: object) -> TaskState:
    return next(line.state for line in tasks_of(progress(**changes)) if line.task is task)


class TestTasks:
    """The words of the task list."""

    @pytest.mark.parametrize(
        ("task", "changes", "expected"),
        [
            (Task.IDENTITY, {"identity_checked": False}, TaskState.NOT_STARTED),
            (Task.IDENTITY, {}, TaskState.DONE),
            (Task.GUARDIANS, {"guardians": 0}, TaskState.NOT_STARTED),
            (Task.PAPERS, {"sensitive_allowed": False}, TaskState.BLOCKED),
            (Task.PAPERS, {"papers": {}}, TaskState.NOT_STARTED),
            (Task.PAPERS, {"papers": {PaperKind.HEALTH: PaperState.UPLOADED}}, TaskState.IN_PROGRESS),
            (Task.PAPERS, {"papers": {PaperKind.IDENTITY: PaperState.RETURNED}}, TaskState.IN_PROGRESS),
            (
                Task.PAPERS,
                {"papers": {PaperKind.IDENTITY: PaperState.ACCEPTED, PaperKind.HEALTH: PaperState.RETURNED}},
                TaskState.IN_PROGRESS,
            ),
            (Task.PAPERS, {}, TaskState.DONE),
            (Task.CHOICES, {"choices": 0}, TaskState.NOT_STARTED),
            (Task.CHOICES, {"choice_faults": 1}, TaskState.IN_PROGRESS),
            (Task.CHOICES, {}, TaskState.DONE),
            (Task.SEND, {}, TaskState.NOT_STARTED),
            (Task.SEND, {"choices": 0}, TaskState.BLOCKED),
            (Task.SEND, {"edited": VersionState.AWAITING_GUARDIAN}, TaskState.IN_PROGRESS),
            (Task.SEND, {"edited": None, "in_force": True}, TaskState.DONE),
        ],
    )
    def test_each_line(self, task: Task, changes: dict[str, object], expected: TaskState) -> None:
        assert state_of(task, **changes) is expected

    def test_a_blocked_line_says_why(self) -> None:
        hindrances = {line.task: line.hindrance for line in tasks_of(progress(sensitive_allowed=False))}
        assert hindrances[Task.PAPERS] is Hindrance.GUARDIAN_CONSENT
        assert hindrances[Task.SEND] is Hindrance.OTHER_TASKS
        assert not ready_to_send(progress(sensitive_allowed=False))
        assert ready_to_send(progress())

    def test_a_proof_only_for_what_is_claimed(self) -> None:
        assert papers_needed(earlier_leaver=False, bonus=False) == (PaperKind.IDENTITY, PaperKind.HOUSEHOLD)
        everything = papers_needed(earlier_leaver=True, bonus=True)
        assert everything[2:] == (PaperKind.GRADUATION, PaperKind.BONUS)


class TestConsents:
    """The birthday changes the rule for new consents only (X71)."""

    BORN = dt.date(2012, 6, 20)
    EVE, DAY = dt.date(2026, 6, 19), dt.date(2026, 6, 20)
    P, S, APP = ConsentPurpose.PERSONAL_DATA, ConsentPurpose.SENSITIVE_DATA, ConsentPurpose.APPLICATION

    def test_fourteen_on_the_birthday_itself(self) -> None:
        assert under_14(self.BORN, self.EVE)
        assert not under_14(self.BORN, self.DAY)
        assert notice_for(self.BORN, self.EVE) == NOTICE_UNDER_14
        assert notice_for(self.BORN, self.DAY) == NOTICE

    def test_before_that_nothing_sensitive_without_two_consents(self) -> None:
        special = [Given(self.P, NOTICE_UNDER_14), Given(self.S, NOTICE_UNDER_14)]
        assert may_take_sensitive(special, self.BORN, self.EVE)
        assert not may_take_sensitive(special[:1], self.BORN, self.EVE)
        ordinary = [Given(self.P, NOTICE), Given(self.S, NOTICE)]
        assert not may_take_sensitive(ordinary, self.BORN, self.EVE)
        assert may_take_sensitive([], self.BORN, self.DAY)

    @pytest.mark.parametrize(
        ("given", "day", "sensitive", "expected"),
        [
            ((), DAY, False, (P, APP)),
            ((), DAY, True, (P, S, APP)),
            ((), EVE, False, (P, S, APP)),
            ((Given(P, NOTICE),), DAY, True, (S, APP)),
            ((Given(P, NOTICE_UNDER_14), Given(S, NOTICE_UNDER_14)), DAY, True, (APP,)),
            ((Given(P, NOTICE),), EVE, False, (P, S, APP)),
        ],
    )
    def test_what_is_still_asked(
        self, given: tuple[Given, ...], day: dt.date, sensitive: bool, expected: tuple[ConsentPurpose, ...]
    ) -> None:
        assert still_needed(given, self.BORN, day, sensitive_data=sensitive) == expected


class TestStatus:
    """One word for an application, and the line of all stages."""

    @pytest.mark.parametrize(
        ("state", "edited", "locked", "expected"),
        [
            (None, None, False, PageStatus.NOT_STARTED),
            (ApplicationState.DRAFT, VersionState.DRAFT, False, PageStatus.DRAFT),
            (ApplicationState.DRAFT, VersionState.AWAITING_GUARDIAN, False, PageStatus.AWAITING_GUARDIAN),
            (ApplicationState.SUBMITTED, VersionState.AWAITING_GUARDIAN, False, PageStatus.SUBMITTED),
            (ApplicationState.PASSED, None, True, PageStatus.IN_ROUND),
            (ApplicationState.SUBMITTED, None, True, PageStatus.NOT_IN_ROUND),
            (ApplicationState.DRAFT, VersionState.DRAFT, True, PageStatus.NOT_IN_ROUND),
            (ApplicationState.WITHDRAWN, None, True, PageStatus.WITHDRAWN),
        ],
    )
    def test_the_word(
        self,
        state: ApplicationState | None,
        edited: VersionState | None,
        locked: bool,
        expected: PageStatus,
    ) -> None:
        assert status_of(state, edited, locked=locked) is expected

    @pytest.mark.parametrize("outcome", Outcome)
    def test_a_released_outcome_is_the_word(self, outcome: Outcome) -> None:
        assert status_of(ApplicationState.PASSED, None, locked=True, outcome=outcome).value == outcome.value

    @pytest.mark.parametrize("status", PageStatus)
    def test_every_word_has_its_line(self, status: PageStatus) -> None:
        lines = line_of(status, Milestones())
        states = [line.state for line in lines]
        assert states == sorted(states, key=["done", "now", "ahead"].index)
        assert states.count("now") <= 1
        assert [line.stage for line in lines] == list(Stage)[: len(lines)]
        assert bool(lines) is (status is not PageStatus.WITHDRAWN)

    def test_done_stages_show_when_and_the_others_until_when(self) -> None:
        at = clock.at_beijing(dt.date(2026, 6, 18), 9)
        until = clock.at_beijing(dt.date(2026, 6, 20), 17)
        dates = Milestones(sent_at=at, submitted_at=at, file_until=until, confirm_until=until)
        lines = {line.stage: line for line in line_of(PageStatus.SUBMITTED, dates)}
        assert (lines[Stage.FILE].at, lines[Stage.FILE].until) == (at, None)
        assert (lines[Stage.CONFIRM].at, lines[Stage.CONFIRM].until) == (None, until)
        assert lines[Stage.REVIEW].state == "now"
