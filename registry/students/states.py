"""学籍状态: which event leads from which status to which. Pure; the diagram and the table come from here.

Event codes are JY/T 1001 学籍异动类别 where the standard has one (domain sheet 3.7); codes with a letter
are our own, because the standard has none for registration, graduation and disputes.
"""

import enum
from collections.abc import Mapping

from core.words import Words


class Status(enum.StrEnum):
    """学生当前状态: JY/T 1001 codes plus the registry's own (P…) states before and beside them."""

    ENROLLED = "01"
    ON_LEAVE = "02"
    WITHDRAWN = "03"
    LOST_CONTACT = "06"
    GRADUATED = "07"
    COMPLETED = "08"
    LEFT_WITH_PROOF = "09"
    TRANSFERRED_OUT = "10"
    DECEASED = "11"
    ADMISSION_KEPT = "12"
    EXPELLED = "14"
    PREPARATORY = "P1"
    AWAITING_APPROVAL = "P2"
    DUPLICATE_HOLD = "P3"
    DISPUTED = "P4"
    CANCELLED = "P5"


class Event(enum.StrEnum):
    """What may happen to a spell."""

    OPEN = "R0"
    APPROVE = "R1"
    HOLD_DUPLICATE = "R2"
    SETTLE_DUPLICATE = "R3"
    PREREGISTER = "R4"
    SUSPEND = "11"
    RESUME = "12"
    KEEP_ADMISSION = "14"
    RESTORE_ADMISSION = "15"
    CANCEL_ADMISSION = "16"
    RESTORE = "17"
    CANCEL = "18"
    REPEAT = "02"
    TRANSFER_OUT = "21"
    CHANGE_MAJOR = "23"
    CHANGE_CLASS = "29"
    WITHDRAW = "31"
    EXPEL = "42"
    DIE = "51"
    EARLY_GRADUATION = "61"
    COMPLETE = "62"
    LEAVE_WITH_PROOF = "63"
    GRADUATE = "G1"
    TURN_INTO_GRADUATION = "G2"
    LOSE_CONTACT = "L1"
    FIND_AGAIN = "L2"
    DISPUTE = "D1"
    SETTLE_DISPUTE = "D2"


TERMINAL = frozenset(
    {
        Status.WITHDRAWN,
        Status.GRADUATED,
        Status.COMPLETED,
        Status.LEFT_WITH_PROOF,
        Status.TRANSFERRED_OUT,
        Status.DECEASED,
        Status.EXPELLED,
        Status.CANCELLED,
    }
)
"""The spell is over; only restoring, or a completion turned into a graduation, follows."""

OPENING = frozenset({Event.OPEN, Event.PREREGISTER, Event.KEEP_ADMISSION})
"""Events that may be the first of a spell."""

_FIRST: Mapping[Event, Status] = {
    Event.OPEN: Status.AWAITING_APPROVAL,
    Event.PREREGISTER: Status.PREPARATORY,
    Event.KEEP_ADMISSION: Status.ADMISSION_KEPT,
}

_ENDINGS: Mapping[Event, Status] = {
    Event.WITHDRAW: Status.WITHDRAWN,
    Event.TRANSFER_OUT: Status.TRANSFERRED_OUT,
    Event.EXPEL: Status.EXPELLED,
    Event.DIE: Status.DECEASED,
    Event.LEAVE_WITH_PROOF: Status.LEFT_WITH_PROOF,
    Event.CANCEL: Status.CANCELLED,
}

_FROM: Mapping[Status, Mapping[Event, Status]] = {
    Status.AWAITING_APPROVAL: {
        Event.APPROVE: Status.ENROLLED,
        Event.HOLD_DUPLICATE: Status.DUPLICATE_HOLD,
        Event.CANCEL_ADMISSION: Status.CANCELLED,
        Event.KEEP_ADMISSION: Status.ADMISSION_KEPT,
        Event.DIE: Status.DECEASED,
    },
    Status.DUPLICATE_HOLD: {
        Event.SETTLE_DUPLICATE: Status.AWAITING_APPROVAL,
        Event.CANCEL_ADMISSION: Status.CANCELLED,
    },
    Status.PREPARATORY: {
        Event.APPROVE: Status.ENROLLED,
        Event.CANCEL_ADMISSION: Status.CANCELLED,
        Event.DIE: Status.DECEASED,
    },
    Status.ADMISSION_KEPT: {
        Event.RESTORE_ADMISSION: Status.AWAITING_APPROVAL,
        Event.CANCEL_ADMISSION: Status.CANCELLED,
        Event.DIE: Status.DECEASED,
    },
    Status.ENROLLED: {
        **_ENDINGS,
        Event.SUSPEND: Status.ON_LEAVE,
        Event.REPEAT: Status.ENROLLED,
        Event.CHANGE_MAJOR: Status.ENROLLED,
        Event.CHANGE_CLASS: Status.ENROLLED,
        Event.GRADUATE: Status.GRADUATED,
        Event.EARLY_GRADUATION: Status.GRADUATED,
        Event.COMPLETE: Status.COMPLETED,
        Event.LOSE_CONTACT: Status.LOST_CONTACT,
        Event.DISPUTE: Status.DISPUTED,
    },
    Status.ON_LEAVE: {
        Event.RESUME: Status.ENROLLED,
        Event.SUSPEND: Status.ON_LEAVE,
        Event.WITHDRAW: Status.WITHDRAWN,
        Event.EARLY_GRADUATION: Status.GRADUATED,
        Event.COMPLETE: Status.COMPLETED,
        Event.DIE: Status.DECEASED,
        Event.CANCEL: Status.CANCELLED,
        Event.LOSE_CONTACT: Status.LOST_CONTACT,
    },
    Status.LOST_CONTACT: {
        Event.FIND_AGAIN: Status.ENROLLED,
        Event.WITHDRAW: Status.WITHDRAWN,
        Event.DIE: Status.DECEASED,
    },
    Status.DISPUTED: {
        Event.SETTLE_DISPUTE: Status.ENROLLED,
        Event.CANCEL: Status.CANCELLED,
        Event.WITHDRAW: Status.WITHDRAWN,
    },
    Status.COMPLETED: {Event.TURN_INTO_GRADUATION: Status.GRADUATED},
    Status.WITHDRAWN: {Event.RESTORE: Status.ENROLLED},
    Status.CANCELLED: {Event.RESTORE: Status.ENROLLED},
    Status.EXPELLED: {Event.RESTORE: Status.ENROLLED},
    Status.GRADUATED: {},
    Status.LEFT_WITH_PROOF: {},
    Status.TRANSFERRED_OUT: {},
    Status.DECEASED: {},
}

STATUS_WORDS: Mapping[Status, Words] = {
    Status.ENROLLED: Words("在读", "enrolled"),
    Status.ON_LEAVE: Words("休学", "on leave"),
    Status.WITHDRAWN: Words("退学", "withdrawn"),
    Status.LOST_CONTACT: Words("流失", "lost contact"),
    Status.GRADUATED: Words("毕业", "graduated"),
    Status.COMPLETED: Words("结业", "completed"),
    Status.LEFT_WITH_PROOF: Words("肄业", "left with proof"),
    Status.TRANSFERRED_OUT: Words("转出", "transferred out"),
    Status.DECEASED: Words("死亡", "deceased"),
    Status.ADMISSION_KEPT: Words("保留入学资格", "admission kept"),
    Status.EXPELLED: Words("开除学籍", "expelled"),
    Status.PREPARATORY: Words("预备学籍", "preparatory status"),
    Status.AWAITING_APPROVAL: Words("待核准", "awaiting approval"),
    Status.DUPLICATE_HOLD: Words("重复待查", "held as duplicate"),
    Status.DISPUTED: Words("问题学籍", "disputed"),
    Status.CANCELLED: Words("取消学籍", "cancelled"),
}

EVENT_WORDS: Mapping[Event, Words] = {
    Event.OPEN: Words("报到建档", "record opened on arrival"),
    Event.APPROVE: Words("学籍注册", "registration"),
    Event.HOLD_DUPLICATE: Words("查重暂停", "held as duplicate"),
    Event.SETTLE_DUPLICATE: Words("查重办结", "duplicate settled"),
    Event.PREREGISTER: Words("预注册", "pre-registration"),
    Event.SUSPEND: Words("休学", "suspension"),
    Event.RESUME: Words("复学", "resumption"),
    Event.KEEP_ADMISSION: Words("保留入学资格", "admission kept"),
    Event.RESTORE_ADMISSION: Words("恢复入学资格", "admission restored"),
    Event.CANCEL_ADMISSION: Words("取消入学资格", "admission cancelled"),
    Event.RESTORE: Words("恢复学籍", "status restored"),
    Event.CANCEL: Words("取消学籍", "status cancelled"),
    Event.REPEAT: Words("留级", "repeated the year"),
    Event.TRANSFER_OUT: Words("转学（转出）", "transfer out"),
    Event.CHANGE_MAJOR: Words("转专业", "change of major"),
    Event.CHANGE_CLASS: Words("转班", "change of class"),
    Event.WITHDRAW: Words("退学", "withdrawal"),
    Event.EXPEL: Words("开除学籍", "expulsion"),
    Event.DIE: Words("死亡", "death"),
    Event.EARLY_GRADUATION: Words("提前毕业", "early graduation"),
    Event.COMPLETE: Words("结业", "completion"),
    Event.LEAVE_WITH_PROOF: Words("肄业", "left with proof"),
    Event.GRADUATE: Words("毕业", "graduation"),
    Event.TURN_INTO_GRADUATION: Words("结业转毕业", "completion turned into graduation"),
    Event.LOSE_CONTACT: Words("失去联系", "contact lost"),
    Event.FIND_AGAIN: Words("恢复联系", "contact restored"),
    Event.DISPUTE: Words("列为问题学籍", "marked as disputed"),
    Event.SETTLE_DISPUTE: Words("问题学籍办结", "dispute settled"),
}


class ForbiddenEvent(ValueError):
    """The event cannot happen in this status; ``words`` name both and the rule."""

    def __init__(self, status: Status | None, event: Event) -> None:
        from_zh, from_en = _status_text(status)
        self.words = Words(
            f"学籍状态为“{from_zh}”，不能办理“{EVENT_WORDS[event].zh}”。",
            f"The status is “{from_en}”: “{EVENT_WORDS[event].en}” is not possible.",
        )
        super().__init__(self.words.en)


def step(status: Status | None, event: Event) -> Status:
    """The status after ``event`` (``status`` None: a new spell); raises ForbiddenEvent."""
    table = _FIRST if status is None else _FROM[status]
    if event not in table:
        raise ForbiddenEvent(status, event)
    return table[event]


def events_from(status: Status | None) -> tuple[Event, ...]:
    """The events possible in a status, in the order they are declared."""
    table = _FIRST if status is None else _FROM[status]
    return tuple(event for event in Event if event in table)


def _status_text(status: Status | None) -> tuple[str, str]:
    return ("未建档", "no record") if status is None else (STATUS_WORDS[status].zh, STATUS_WORDS[status].en)
