"""Every position × every event: what follows, or the named reason why not (proof 41)."""

import pytest

from enrolment.applications.states import (
    ApplicationState,
    Event,
    Illegal,
    Item,
    PaperKind,
    PaperState,
    Position,
    Reason,
    VersionState,
    item_open,
    paper_open,
    positions,
    possible,
    step,
)

S, V, E, R = ApplicationState, VersionState, Event, Reason
W = V.AWAITING_GUARDIAN
FAMILY = (E.EDIT, E.SEND, E.TAKE_BACK, E.GUARDIAN_CONFIRM, E.GUARDIAN_SEND_BACK)
OFFICE = (E.APPROVE, E.RETURN_, E.REFUSE, E.UNDO)

# What may happen, written out once more by hand: (state, edited) → {event: (state, edited) afterwards}.
LEGAL: dict[tuple[S | None, V | None], dict[E, tuple[S | None, V | None]]] = {
    (None, None): {E.OPEN: (S.DRAFT, V.DRAFT)},
    (S.DRAFT, V.DRAFT): {E.EDIT: (S.DRAFT, V.DRAFT), E.SEND: (S.DRAFT, W)},
    (S.DRAFT, W): {
        E.TAKE_BACK: (S.DRAFT, V.DRAFT),
        E.GUARDIAN_SEND_BACK: (S.DRAFT, V.DRAFT),
        E.GUARDIAN_CONFIRM: (S.SUBMITTED, None),
    },
    (S.SUBMITTED, None): {
        E.EDIT: (S.SUBMITTED, V.DRAFT),
        E.WITHDRAW: (S.WITHDRAWN, None),
        E.APPROVE: (S.PASSED, None),
        E.RETURN_: (S.RETURNED, None),
        E.REFUSE: (S.REFUSED, None),
    },
    (S.SUBMITTED, V.DRAFT): {
        E.EDIT: (S.SUBMITTED, V.DRAFT),
        E.SEND: (S.SUBMITTED, W),
        E.WITHDRAW: (S.WITHDRAWN, None),
        E.APPROVE: (S.PASSED, V.DRAFT),
        E.RETURN_: (S.RETURNED, V.DRAFT),
        E.REFUSE: (S.REFUSED, V.DRAFT),
    },
    (S.SUBMITTED, W): {
        E.TAKE_BACK: (S.SUBMITTED, V.DRAFT),
        E.GUARDIAN_SEND_BACK: (S.SUBMITTED, V.DRAFT),
        E.GUARDIAN_CONFIRM: (S.SUBMITTED, None),
        E.WITHDRAW: (S.WITHDRAWN, None),
        E.APPROVE: (S.PASSED, W),
        E.RETURN_: (S.RETURNED, W),
        E.REFUSE: (S.REFUSED, W),
    },
    (S.RETURNED, None): {
        E.EDIT: (S.RETURNED, V.DRAFT),
        E.CORRECT: (S.SUBMITTED, None),
        E.WITHDRAW: (S.WITHDRAWN, None),
        E.REFUSE: (S.REFUSED, None),
        E.UNDO: (S.SUBMITTED, None),
    },
    (S.RETURNED, V.DRAFT): {
        E.EDIT: (S.RETURNED, V.DRAFT),
        E.SEND: (S.RETURNED, W),
        E.WITHDRAW: (S.WITHDRAWN, None),
        E.REFUSE: (S.REFUSED, V.DRAFT),
        E.UNDO: (S.SUBMITTED, V.DRAFT),
    },
    (S.RETURNED, W): {
        E.TAKE_BACK: (S.RETURNED, V.DRAFT),
        E.GUARDIAN_SEND_BACK: (S.RETURNED, V.DRAFT),
        E.GUARDIAN_CONFIRM: (S.SUBMITTED, None),
        E.WITHDRAW: (S.WITHDRAWN, None),
        E.REFUSE: (S.REFUSED, W),
        E.UNDO: (S.SUBMITTED, W),
    },
    (S.PASSED, None): {
        E.EDIT: (S.PASSED, V.DRAFT),
        E.WITHDRAW: (S.WITHDRAWN, None),
        E.UNDO: (S.SUBMITTED, None),
    },
    (S.PASSED, V.DRAFT): {
        E.EDIT: (S.PASSED, V.DRAFT),
        E.SEND: (S.PASSED, W),
        E.WITHDRAW: (S.WITHDRAWN, None),
        E.UNDO: (S.SUBMITTED, V.DRAFT),
    },
    (S.PASSED, W): {
        E.TAKE_BACK: (S.PASSED, V.DRAFT),
        E.GUARDIAN_SEND_BACK: (S.PASSED, V.DRAFT),
        E.GUARDIAN_CONFIRM: (S.SUBMITTED, None),
        E.WITHDRAW: (S.WITHDRAWN, None),
        E.UNDO: (S.SUBMITTED, W),
    },
    (S.REFUSED, None): {E.UNDO: (S.SUBMITTED, None)},
    (S.REFUSED, V.DRAFT): {E.UNDO: (S.SUBMITTED, V.DRAFT)},
    (S.REFUSED, W): {E.UNDO: (S.SUBMITTED, W)},
    (S.WITHDRAWN, None): {E.OPEN: (S.DRAFT, V.DRAFT)},
}


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("at", positions(), ids=str)
def test_every_position_and_event(at: Position, event: Event) -> None:
    expected = _expected(at, event)
    if expected is None:
        assert not possible(at, event)
        with pytest.raises(Illegal) as refusal:
            step(at, event)
        assert isinstance(refusal.value.reason, Reason)
        if at.locked:
            assert refusal.value.reason is Reason.LOCKED
    else:
        assert possible(at, event)
        assert step(at, event) == expected


def _expected(at: Position, event: Event) -> Position | None:
    if event is Event.LOCK:
        return None if at.locked else Position(at.state, at.edited, locked=True)
    if event is Event.UNLOCK:
        return Position(at.state, at.edited) if at.locked else None
    after = None if at.locked else LEGAL[at.state, at.edited].get(event)
    return Position(*after) if after else None


def test_all_positions_are_walked() -> None:
    assert {(at.state, at.edited) for at in positions()} == set(LEGAL)
    assert len(positions()) == 2 * len(LEGAL)


@pytest.mark.parametrize(
    ("at", "event", "reason"),
    [
        (Position(None), E.EDIT, R.NOT_OPENED),
        (Position(S.DRAFT, V.DRAFT), E.OPEN, R.ALREADY_OPEN),
        (Position(S.DRAFT, V.DRAFT), E.WITHDRAW, R.NOT_SUBMITTED),
        (Position(S.DRAFT, V.DRAFT), E.GUARDIAN_CONFIRM, R.NOT_SENT),
        (Position(S.DRAFT, V.DRAFT), E.APPROVE, R.NOT_SUBMITTED),
        (Position(S.DRAFT, W), E.EDIT, R.WAITS_FOR_GUARDIAN),
        (Position(S.DRAFT, W), E.SEND, R.WAITS_FOR_GUARDIAN),
        (Position(S.SUBMITTED), E.SEND, R.NOTHING_TO_SEND),
        (Position(S.SUBMITTED), E.CORRECT, R.NOT_RETURNED),
        (Position(S.SUBMITTED), E.UNDO, R.NOTHING_TO_UNDO),
        (Position(S.RETURNED), E.APPROVE, R.AWAITS_CORRECTION),
        (Position(S.RETURNED, V.DRAFT), E.CORRECT, R.SEND_INSTEAD),
        (Position(S.PASSED), E.APPROVE, R.ALREADY_DECIDED),
        (Position(S.REFUSED), E.EDIT, R.REFUSED),
        (Position(S.WITHDRAWN), E.WITHDRAW, R.WITHDRAWN),
        (Position(S.SUBMITTED, locked=True), E.WITHDRAW, R.LOCKED),
        (Position(S.SUBMITTED), E.UNLOCK, R.NOT_LOCKED),
    ],
)
def test_the_reason_is_the_telling_one(at: Position, event: Event, reason: Reason) -> None:
    with pytest.raises(Illegal) as refusal:
        step(at, event)
    assert refusal.value.reason is reason


def test_a_return_opens_only_what_was_named() -> None:
    again = [Item.PAPER_IDENTITY.value]
    assert item_open(Item.PAPER_IDENTITY, S.RETURNED, again)
    assert not item_open(Item.CHOICES, S.RETURNED, again)
    assert item_open(Item.CHOICES, S.SUBMITTED, ())
    assert not item_open(Item.CHOICES, S.REFUSED, ())
    assert not item_open(Item.CHOICES, S.WITHDRAWN, again)


def test_an_accepted_paper_stays() -> None:
    assert paper_open(PaperKind.IDENTITY, S.DRAFT, (), None)
    assert paper_open(PaperKind.IDENTITY, S.SUBMITTED, (), PaperState.UPLOADED)
    assert not paper_open(PaperKind.IDENTITY, S.SUBMITTED, (), PaperState.ACCEPTED)
    assert not paper_open(PaperKind.IDENTITY, S.PASSED, (), PaperState.UPLOADED)
    assert paper_open(PaperKind.HEALTH, S.RETURNED, [Item.PAPER_HEALTH.value], PaperState.RETURNED)
    assert not paper_open(PaperKind.HEALTH, S.RETURNED, [Item.CHOICES.value], PaperState.UPLOADED)
