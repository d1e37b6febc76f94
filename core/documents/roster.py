"""录取名册: the sealed list of one school's admitted pupils, with its hash and the signature of two persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from core.clock import moment_text


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One admitted pupil as the roster prints it."""

    number: str
    name: str
    sex: str
    county: str
    major: str
    rank: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything on the roster; equal rosters give equal bytes."""

    template: ClassVar[str] = "roster"

    school: str
    year: int
    round_name: str
    edition: int
    rows: Sequence[RosterRow]
    sha256: str
    signature: str
    signers: tuple[str, str]
    sealed_at: datetime

    @property
    def stamped_at(self) -> datetime:
        """The moment of the seal."""
        return self.sealed_at

    def data(self) -> Mapping[str, object]:
        """What ``roster.typ`` shows."""
        return {
            "title": f"{self.year} 年{self.round_name}录取名册",
            "school": self.school,
            "edition": f"第 {self.edition} 版",
            "count": str(len(self.rows)),
            "rows": [
                [str(place), one.number, one.name, one.sex, one.county, one.major, one.rank, one.mark]
                for place, one in enumerate(self.rows, start=1)
            ],
            "sha256": _in_eights(self.sha256),
            "signature": _in_eights(self.signature),
            "signers": list(self.signers),
            "sealed_at": moment_text(self.sealed_at),
        }


def _in_eights(digest: str) -> str:
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
