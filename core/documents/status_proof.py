"""在读证明: that a person is a student of a school on the day of issue, and until when that holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from core.clock import date_text
from core.documents.content import Fact, Issuer, StatedOnADay, Verification, rows
from core.words import Words


@dataclass(frozen=True, slots=True)
class StatusProof(StatedOnADay):
    """Everything on the proof. ``id_shown`` is masked or full, as the person asked for."""

    template: ClassVar[str] = "status_proof"

    verification: Verification
    issuer: Issuer
    student_name: str
    sex: str
    id_shown: str
    student_number: str
    status: str
    major: str
    form: str
    years: int
    grade: str
    class_name: str
    entered_on: date
    expected_until: date
    purpose: str
    issued_on: date
    valid_until: date
    copy: bool = False

    @property
    def title(self) -> str:
        """The title in the file's properties."""
        return f"在读证明 {self.verification.number}"

    def facts(self) -> tuple[Fact, ...]:
        """The statements of the proof, in its order."""
        return (
            Fact("number", Words("编号", "Number"), self.verification.number),
            Fact("student_name", Words("姓名", "Name"), self.student_name, personal=True),
            Fact("sex", Words("性别", "Sex"), self.sex, personal=True),
            Fact("id_shown", Words("证件号码", "ID number"), self.id_shown, personal=True),
            Fact("student_number", Words("学籍号", "Student number"), self.student_number, personal=True),
            *self.issuer.facts(Words("就读学校", "School")),
            Fact("major", Words("专业", "Major"), self.major),
            Fact("form", Words("培养形式", "Form and length"), f"{self.form}，学制 {self.years} 年"),
            Fact("class", Words("年级与班级", "Grade and class"), f"{self.grade} {self.class_name}".strip()),
            Fact("entered_on", Words("入学日期", "Entered"), date_text(self.entered_on)),
            Fact("expected_until", Words("预计毕业", "Expected until"), date_text(self.expected_until)),
            Fact("status", Words("学籍状态", "Status"), self.status),
            Fact("purpose", Words("用途", "Purpose"), self.purpose, personal=True),
            Fact("issued_on", Words("签发日期", "Date of issue"), date_text(self.issued_on)),
            Fact("valid_until", Words("有效期至", "Valid until"), date_text(self.valid_until)),
        )

    def data(self) -> Mapping[str, object]:
        """What ``status_proof.typ`` shows."""
        facts = self.facts()
        return {
            "title": self.title,
            "copy": self.copy,
            "issuer": self.issuer.data(),
            "verification": self.verification.data(),
            "student": self.student_name,
            "status": self.status,
            "as_of": date_text(self.issued_on),
            "purpose": self.purpose,
            "person": rows(facts, "sex", "id_shown", "student_number"),
            "study": rows(facts, "major", "form", "class", "entered_on", "expected_until"),
            "issued_on": date_text(self.issued_on),
            "valid_until": date_text(self.valid_until),
        }
