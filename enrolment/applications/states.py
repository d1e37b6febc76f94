"""The states of an application and of its versions, and every event that may move them. Pure.

An application stands at a `Position`: its own state, the version being edited (if any), and whether its
round is locked. ``step`` is the only place that knows what follows; all operations ask it, and the test
walks every position × every event. Dates are no states: `enrolment.cycles.clock` decides about windows.
"""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace


class ApplicationState(enum.StrEnum):
    """The state of an application (报名); waiting for a guardian is a state of its newest version."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PASSED = "passed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class VersionState(enum.StrEnum):
    """draft → awaiting_guardian → submitted; a later submission supersedes; editing is a new draft."""

    DRAFT = "draft"
    AWAITING_GUARDIAN = "awaiting_guardian"
    SUBMITTED = "submitted"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class PaperKind(enum.StrEnum):
    """The papers (证明材料) an applicant shows."""

    IDENTITY = "identity"
    HOUSEHOLD = "household"
    GRADUATION = "graduation"
    BONUS = "bonus"
    HEALTH = "health"


class PaperState(enum.StrEnum):
    """uploaded → accepted, or returned with a reason; a newer upload replaces the older."""

    UPLOADED = "uploaded"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REPLACED = "replaced"


class Item(enum.StrEnum):
    """What an applicant can change, and what a return for correction can open again."""

    IDENTITY = "identity"
    GUARDIANS = "guardians"
    CHOICES = "choices"
    PAPER_IDENTITY = "paper:identity"
    PAPER_HOUSEHOLD = "paper:household"
    PAPER_GRADUATION = "paper:graduation"
    PAPER_BONUS = "paper:bonus"
    PAPER_HEALTH = "paper:health"

    @classmethod
    def of_paper(cls, kind: PaperKind) -> "Item":
        """The item of one kind of paper."""
        return cls(f"paper:{kind.value}")


class Event(enum.StrEnum):
    """What can happen to an application: by the family, by officers, by the round."""

    OPEN = "open"
    EDIT = "edit"
    SEND = "send"
    TAKE_BACK = "take_back"
    GUARDIAN_CONFIRM = "guardian_confirm"
    GUARDIAN_SEND_BACK = "guardian_send_back"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN_ = "return"
    REFUSE = "refuse"
    UNDO = "undo"
    LOCK = "lock"
    UNLOCK = "unlock"


class Reason(enum.StrEnum):
    """Why an event is impossible now; `enrolment.applications.words` says each in a sentence."""

    NOT_OPENED = "not_opened"
    ALREADY_OPEN = "already_open"
    NOT_SUBMITTED = "not_submitted"
    NOTHING_TO_SEND = "nothing_to_send"
    WAITS_FOR_GUARDIAN = "waits_for_guardian"
    NOT_SENT = "not_sent"
    NOT_RETURNED = "not_returned"
    SEND_INSTEAD = "send_instead"
    AWAITS_CORRECTION = "awaits_correction"
    ALREADY_DECIDED = "already_decided"
    NOTHING_TO_UNDO = "nothing_to_undo"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LOCKED = "locked"
    NOT_LOCKED = "not_locked"


class Illegal(Exception):
    """The event is not possible at this position; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Position:
    """Where an application stands. ``state`` None: not opened; ``edited``: DRAFT, AWAITING_GUARDIAN or none."""

    state: ApplicationState | None
    edited: VersionState | None = None
    locked: bool = False


_S, _V, _R = ApplicationState, VersionState, Reason
_FAMILY: Mapping[ApplicationState | None, ApplicationState | Reason] = {
    None: _R.NOT_OPENED,
    _S.DRAFT: _S.DRAFT,
    _S.SUBMITTED: _S.SUBMITTED,
    _S.RETURNED: _S.RETURNED,
    _S.PASSED: _S.PASSED,
    _S.REFUSED: _R.REFUSED,
    _S.WITHDRAWN: _R.WITHDRAWN,
}
_DECISION: Mapping[ApplicationState | None, ApplicationState | Reason] = {
    None: _R.NOT_OPENED,
    _S.DRAFT: _R.NOT_SUBMITTED,
    _S.RETURNED: _R.AWAITS_CORRECTION,
    _S.PASSED: _R.ALREADY_DECIDED,
    _S.REFUSED: _R.ALREADY_DECIDED,
    _S.WITHDRAWN: _R.WITHDRAWN,
}
_KEPT: Mapping[ApplicationState | None, ApplicationState | None | Reason] = {
    state: state for state in (None, *ApplicationState)
}

APPLICATION: Mapping[Event, Mapping[ApplicationState | None, ApplicationState | None | Reason]] = {
    Event.OPEN: {**dict.fromkeys(_S, _R.ALREADY_OPEN), None: _S.DRAFT, _S.WITHDRAWN: _S.DRAFT},
    Event.EDIT: _FAMILY,
    Event.SEND: _FAMILY,
    Event.TAKE_BACK: _FAMILY,
    Event.GUARDIAN_SEND_BACK: _FAMILY,
    Event.GUARDIAN_CONFIRM: {
        **_FAMILY,
        **dict.fromkeys((_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.PASSED), _S.SUBMITTED),
    },
    Event.CORRECT: {
        **dict.fromkeys(_S, _R.NOT_RETURNED),
        None: _R.NOT_OPENED,
        _S.RETURNED: _S.SUBMITTED,
        _S.WITHDRAWN: _R.WITHDRAWN,
    },
    Event.WITHDRAW: {
        **_FAMILY,
        _S.DRAFT: _R.NOT_SUBMITTED,
        **dict.fromkeys((_S.SUBMITTED, _S.RETURNED, _S.PASSED), _S.WITHDRAWN),
    },
    Event.APPROVE: {**_DECISION, _S.SUBMITTED: _S.PASSED},
    Event.RETURN_: {**_DECISION, _S.SUBMITTED: _S.RETURNED},
    Event.REFUSE: {**_DECISION, _S.SUBMITTED: _S.REFUSED, _S.RETURNED: _S.REFUSED},
    Event.UNDO: {
        **dict.fromkeys((None, *_S), _R.NOTHING_TO_UNDO),
        **dict.fromkeys((_S.RETURNED, _S.PASSED, _S.REFUSED), _S.SUBMITTED),
    },
    Event.LOCK: _KEPT,
    Event.UNLOCK: _KEPT,
}
"""The state of the application after an event, or the reason why it cannot happen."""

_UNTOUCHED: Mapping[VersionState | None, VersionState | None | Reason] = {
    None: None,
    _V.DRAFT: _V.DRAFT,
    _V.AWAITING_GUARDIAN: _V.AWAITING_GUARDIAN,
}
EDITED: Mapping[Event, Mapping[VersionState | None, VersionState | None | Reason]] = {
    Event.OPEN: dict.fromkeys((None, _V.DRAFT, _V.AWAITING_GUARDIAN), _V.DRAFT),
    Event.EDIT: {None: _V.DRAFT, _V.DRAFT: _V.DRAFT, _V.AWAITING_GUARDIAN: _R.WAITS_FOR_GUARDIAN},
    Event.SEND: {
        None: _R.NOTHING_TO_SEND,
        _V.DRAFT: _V.AWAITING_GUARDIAN,
        _V.AWAITING_GUARDIAN: _R.WAITS_FOR_GUARDIAN,
    },
    Event.TAKE_BACK: {None: _R.NOT_SENT, _V.DRAFT: _R.NOT_SENT, _V.AWAITING_GUARDIAN: _V.DRAFT},
    Event.GUARDIAN_CONFIRM: {None: _R.NOT_SENT, _V.DRAFT: _R.NOT_SENT, _V.AWAITING_GUARDIAN: None},
    Event.GUARDIAN_SEND_BACK: {None: _R.NOT_SENT, _V.DRAFT: _R.NOT_SENT, _V.AWAITING_GUARDIAN: _V.DRAFT},
    Event.CORRECT: {None: None, _V.DRAFT: _R.SEND_INSTEAD, _V.AWAITING_GUARDIAN: _R.WAITS_FOR_GUARDIAN},
    Event.WITHDRAW: dict.fromkeys((None, _V.DRAFT, _V.AWAITING_GUARDIAN)),
    **dict.fromkeys((Event.APPROVE, Event.RETURN_, Event.REFUSE, Event.UNDO, Event.LOCK, Event.UNLOCK), _UNTOUCHED),
}
"""The edited version after an event: DRAFT, AWAITING_GUARDIAN or none left, or why it cannot happen."""

IN_FORCE_AFTER: Mapping[Event, VersionState] = {
    Event.GUARDIAN_CONFIRM: VersionState.SUPERSEDED,
    Event.WITHDRAW: VersionState.WITHDRAWN,
}
"""What becomes of the version in force; any other event leaves it in force."""


def step(position: Position, event: Event) -> Position:
    """The position after ``event``; raises Illegal with the reason.

    A locked round answers first: nothing moves but the lock itself.
    """
    if event is Event.UNLOCK:
        if not position.locked:
            raise Illegal(Reason.NOT_LOCKED)
        return replace(position, locked=False)
    if position.locked:
        raise Illegal(Reason.LOCKED)
    state = APPLICATION[event][position.state]
    edited = EDITED[event][position.edited]
    for answer in (state, edited):
        if isinstance(answer, Reason):
            raise Illegal(answer)
    return Position(state, edited, locked=event is Event.LOCK)  # type: ignore[arg-type]  # no Reason is left


def possible(position: Position, event: Event) -> bool:
    """Whether ``event`` can happen at this position."""
    try:
        step(position, event)
    except Illegal:
        return False
    return True


def positions() -> tuple[Position, ...]:
    """Every position an application can stand at."""
    editing = (None, VersionState.DRAFT, VersionState.AWAITING_GUARDIAN)
    return tuple(
        Position(state, edited, locked)
        for state in (None, *ApplicationState)
        for edited in editing
        for locked in (False, True)
        if _meets(state, edited)
    )


def _meets(state: ApplicationState | None, edited: VersionState | None) -> bool:
    if state in (None, ApplicationState.WITHDRAWN):
        return edited is None
    return state is not ApplicationState.DRAFT or edited is not None


_OPEN_FOR_ALL = frozenset({ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.PASSED})


def item_open(item: Item, state: ApplicationState, opened_again: Collection[str]) -> bool:
    """Whether an item may be changed in this state: all of them, or only what was returned."""
    if state is ApplicationState.RETURNED:
        return item in opened_again
    return state in _OPEN_FOR_ALL


def paper_open(
    kind: PaperKind, state: ApplicationState, opened_again: Collection[str], paper: PaperState | None
) -> bool:
    """Whether a paper may be uploaded (again): never one that an officer has accepted."""
    if paper is PaperState.ACCEPTED:
        return False
    if state is ApplicationState.PASSED:
        return False
    return item_open(Item.of_paper(kind), state, opened_again)
