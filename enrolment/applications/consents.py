"""Which consents of a guardian are needed, and under which notice. Pure.

Under 14 all data of a child are sensitive (PIPL art. 28, 31): a special notice applies and nothing
sensitive is taken before the guardian has agreed. The age counts on the day of the consent; a consent once
given under the special notice stays good after the birthday.
"""

import datetime as dt
import enum
from collections.abc import Collection
from dataclasses import dataclass

from core.identity import age_on

NOTICE = "2026-1"
NOTICE_UNDER_14 = "2026-1-u14"
FULL_AGE_OF_NOTICE = 14


class ConsentPurpose(enum.StrEnum):
    """What a guardian consents to; each is asked and withdrawn separately."""

    PERSONAL_DATA = "personal_data"
    SENSITIVE_DATA = "sensitive_data"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class Given:
    """A consent on record that has not been withdrawn."""

    purpose: ConsentPurpose
    notice_version: str


def under_14(birth_date: dt.date, day: dt.date) -> bool:
    """Whether the child has not completed the 14th year on ``day``."""
    return age_on(birth_date, day) < FULL_AGE_OF_NOTICE


def notice_for(birth_date: dt.date, day: dt.date) -> str:
    """The version of the notice a guardian agrees to on ``day``."""
    return NOTICE_UNDER_14 if under_14(birth_date, day) else NOTICE


def holds(given: Given, purpose: ConsentPurpose, birth_date: dt.date, day: dt.date) -> bool:
    """Whether a consent on record covers a purpose on ``day``."""
    return given.purpose is purpose and given.notice_version in {NOTICE_UNDER_14, notice_for(birth_date, day)}


def may_take_sensitive(given: Collection[Given], birth_date: dt.date, day: dt.date) -> bool:
    """Whether papers may be taken: always from 14 on, before that after two consents under the notice."""
    if not under_14(birth_date, day):
        return True
    wanted = (ConsentPurpose.PERSONAL_DATA, ConsentPurpose.SENSITIVE_DATA)
    return all(any(holds(one, purpose, birth_date, day) for one in given) for purpose in wanted)


def still_needed(
    given: Collection[Given],
    birth_date: dt.date,
    day: dt.date,
    *,
    sensitive_data: bool,
) -> tuple[ConsentPurpose, ...]:
    """What a guardian must tick to confirm an application: never the same purpose twice but the application.

    The sensitive purpose is asked only where there are sensitive data (GB/T 35273 counts pictures of identity
    papers): a child under 14, any paper, a recorded health conclusion or group.
    """
    wanted = [ConsentPurpose.PERSONAL_DATA]
    if sensitive_data or under_14(birth_date, day):
        wanted.append(ConsentPurpose.SENSITIVE_DATA)
    open_purposes = [purpose for purpose in wanted if not any(holds(one, purpose, birth_date, day) for one in given)]
    return (*open_purposes, ConsentPurpose.APPLICATION)
