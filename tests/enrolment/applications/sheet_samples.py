"""A few candidates for the tests of workbooks. All numbers are invented: their order is 000."""

import datetime as dt
from decimal import Decimal

from core.identity import DocumentKind, check_character
from enrolment.applications.sheet import (
    Candidate,
    CandidateSheet,
    CountySheet,
    Subject,
    TakenRow,
    expected_of,
)
from tests.enrolment.plans.sheet_samples import PLAN, QP, WJ

EXPECTED = expected_of(PLAN)
SUBJECTS = tuple(Subject(name, Decimal(150)) for name in ("语文", "数学", "外语"))
OTHER_SUBJECTS = (Subject("语文", Decimal(130)), Subject("英语", Decimal("130.5")))


def document(serial: int, prefix: str = "320584") -> str:
    """The resident ID of invented person `serial`: born that many days after 2009-09-01, order 000."""
    born = dt.date(2009, 9, 1) + dt.timedelta(days=serial)
    first = f"{prefix}{born:%Y%m%d}000"
    return first + check_character(first)


def candidate(serial: int, *, county: str = QP, **changes: object) -> Candidate:
    """Candidate `serial`, with some fields stated otherwise."""
    values: dict[str, object] = {
        "number": f"20263{serial:05}",
        "name": f"考生{serial}",
        "document_kind": DocumentKind.RESIDENT_ID,
        "document_number": document(serial),
        "sex": "F",
        "scores": (Decimal("120.5"), Decimal(100), Decimal(110)) if county == QP else (Decimal(99), Decimal(98)),
        "wishes": ("A1", "B1") if county == QP else ("A1", "A2"),
        "birth_date": dt.date(2009, 9, 1) + dt.timedelta(days=serial),
        **changes,
    }
    return Candidate(**values)


PEOPLE = CandidateSheet(
    (
        CountySheet(
            QP,
            "青浦区",
            SUBJECTS,
            (
                candidate(1, earlier_leaver=False, school="=初中", adjusts=True, boards=True),
                candidate(2, bonus=Decimal("2.5"), bonus_basis="优待", health=("色弱",), tags=("面试合格",)),
                candidate(3, scores=(Decimal(120), None, Decimal("110.5")), wishes=("B1",), lottery=7),
            ),
        ),
        CountySheet(
            WJ,
            "吴江区",
            OTHER_SUBJECTS,
            (
                candidate(11, county=WJ, total=Decimal(197), earlier_leaver=True),
                candidate(
                    12,
                    county=WJ,
                    document_kind=DocumentKind.PASSPORT,
                    document_number="E12345678",
                    name="买买提·阿布都𬭎〇",
                    wishes=(),
                    scores=(Decimal(100), None),
                    total=Decimal("180.5"),
                ),
            ),
            Decimal("260.5"),
        ),
    ),
    (TakenRow("2026300003", "某普通高中", "提前批"),),
)
