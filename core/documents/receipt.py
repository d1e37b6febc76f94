"""报名回执: what stands in the register after an application was submitted, to keep and to sign."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from core.clock import moment_text
from core.documents.content import Fact, Issuer, Stated, Verification, rows
from core.words import Words


@dataclass(frozen=True, slots=True)
class Major:
    """A major as in the catalogue; the code is text of up to seven characters (570102K)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ReceiptChoice:
    """One ranked choice as frozen at submission, with both majors of a through-train."""

    rank: int
    school_code: str
    school: str
    school_county: str
    majors: tuple[Major, ...]
    form: str

    def text(self) -> str:
        """All of it on one line, for the content and for reading aloud."""
        majors = "—".join(f"{major.name} {major.code}" for major in self.majors)
        return f"{self.school}（{self.school_county}，{self.school_code}），{majors}，{self.form}"

    def row(self) -> Mapping[str, object]:
        """The cells of the template's table."""
        return {
            "rank": str(self.rank),
            "school": self.school,
            "school_code": self.school_code,
            "county": self.school_county,
            "majors": [{"code": major.code, "name": major.name} for major in self.majors],
            "form": self.form,
        }


@dataclass(frozen=True, slots=True)
class Consent:
    """The guardian's agreement: who (masked), how, when, and the version of the notice agreed to."""

    guardian: str
    relation: str
    way: str
    """手机确认 or 现场签字."""
    at: datetime
    notice_version: str

    def text(self) -> str:
        """The line on the receipt."""
        return (
            f"{self.relation} {self.guardian}，{self.way}，{moment_text(self.at)}；告知书版本 {self.notice_version}"
        )


@dataclass(frozen=True, slots=True)
class Receipt(Stated):
    """Everything on the receipt. ``id_masked`` must come masked; the full number is never printed."""

    template: ClassVar[str] = "receipt"

    verification: Verification
    issuer: Issuer
    student_name: str
    id_masked: str
    source_county: str
    junior_school: str
    cycle_year: int
    round_name: str
    version: int
    """Which submitted version of the application, from 1."""
    submitted_at: datetime
    choices: tuple[ReceiptChoice, ...]
    accepts_adjustment: bool
    consent: Consent
    changes_until: datetime | None
    """Until when a changed version may be submitted; None when the list is final."""

    @property
    def stamped_at(self) -> datetime:
        """The moment of submission."""
        return self.submitted_at

    @property
    def title(self) -> str:
        """The title in the file's properties."""
        return f"报名回执 {self.verification.number}"

    def facts(self) -> tuple[Fact, ...]:
        """The statements of the receipt, in its order."""
        cycle = f"{self.cycle_year} 年 {self.round_name}"
        return (
            Fact("number", Words("回执号", "Receipt number"), self.verification.number),
            Fact("submitted_at", Words("提交时间", "Submitted"), moment_text(self.submitted_at)),
            Fact("version", Words("提交版本", "Version"), f"第 {self.version} 版"),
            Fact("cycle", Words("招生年度与轮次", "Cycle and round"), cycle),
            Fact("student_name", Words("姓名", "Name"), self.student_name, personal=True),
            Fact("id_masked", Words("证件号码", "ID number"), self.id_masked, personal=True),
            Fact("source_county", Words("生源县区", "Source county"), self.source_county, personal=True),
            Fact("junior_school", Words("毕业学校", "Junior school"), self.junior_school, personal=True),
            *(
                Fact(
                    f"choice_{choice.rank}",
                    Words(f"第 {choice.rank} 志愿", f"Choice {choice.rank}"),
                    choice.text(),
                    personal=True,
                )
                for choice in self.choices
            ),
            Fact("adjustment", Words("服从调剂", "Accepts adjustment"), self._adjustment(), personal=True),
            Fact("consent", Words("监护人确认", "Guardian's consent"), self.consent.text(), personal=True),
            Fact("changes_until", Words("可修改至", "Open to changes until"), self._until()),
            *self.issuer.facts(Words("受理单位", "Received by")),
        )

    def data(self) -> Mapping[str, object]:
        """What ``receipt.typ`` shows."""
        facts = self.facts()
        digest = self.content_digest()
        return {
            "title": self.title,
            "issuer": self.issuer.data(),
            "verification": self.verification.data(),
            "year": self.cycle_year,
            "round": self.round_name,
            "submission": rows(facts, "submitted_at", "version"),
            "person": rows(facts, "student_name", "id_masked", "source_county", "junior_school"),
            "choices": [choice.row() for choice in self.choices],
            "agreed": rows(facts, "adjustment", "consent"),
            "digest": [digest[start : start + 8] for start in range(0, len(digest), 8)],
            "until": self._until(),
        }

    def _adjustment(self) -> str:
        return "服从" if self.accepts_adjustment else "不服从"

    def _until(self) -> str:
        return "" if self.changes_until is None else moment_text(self.changes_until)
