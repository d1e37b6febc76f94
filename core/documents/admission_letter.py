"""录取通知书: what a host school tells an admitted student, from the sealed roster only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from core.clock import date_text
from core.documents.content import Fact, Issuer, StatedOnADay, Verification, rows
from core.words import Words


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a programme: 中职段 or 高职段, with its own major (a through-train has two)."""

    name: str
    major_code: str
    major: str
    years: int
    school: str = ""
    """The partner college of the higher stage; empty where the host school teaches the stage."""

    def text(self) -> str:
        """As shown: 飞机设备维修（700403），3 年，上海民航职业技术学院."""
        plain = f"{self.major}（{self.major_code}），{self.years} 年"
        return f"{plain}，{self.school}" if self.school else plain


@dataclass(frozen=True, slots=True)
class Arrival:
    """When, where and with what the student reports (报到)."""

    first: date
    last: date
    hours: str
    place: str
    bring: tuple[str, ...]
    late: str
    """The sentence on coming late or not at all, from the policy sheet in force."""

    def days(self) -> str:
        """2026年8月30日（周日）至2026年8月31日（周一）, one day if both are the same."""
        first, last = date_text(self.first, weekday=True), date_text(self.last, weekday=True)
        return first if self.first == self.last else f"{first}至{last}"


@dataclass(frozen=True, slots=True)
class AdmissionLetter(StatedOnADay):
    """Everything on the letter. Printed twice, only ``copy`` differs: number and code stay."""

    template: ClassVar[str] = "admission_letter"

    verification: Verification
    issuer: Issuer
    student_name: str
    candidate_number: str
    source_county: str
    cycle_year: int
    round_name: str
    stages: tuple[Stage, ...]
    form: str
    study_mode: str
    tuition: str
    boarding: str
    arrival: Arrival
    issued_on: date
    copy: bool = False

    @property
    def title(self) -> str:
        """The title in the file's properties: without the name, which would show in file lists."""
        return f"录取通知书 {self.verification.number}"

    def facts(self) -> tuple[Fact, ...]:
        """The statements of the letter, in its order."""
        years = sum(stage.years for stage in self.stages)
        return (
            Fact("number", Words("编号", "Number"), self.verification.number),
            *self.issuer.facts(Words("招生学校", "Host school")),
            Fact("student_name", Words("姓名", "Name"), self.student_name, personal=True),
            Fact("candidate_number", Words("考生号", "Candidate number"), self.candidate_number, personal=True),
            Fact("source_county", Words("生源县区", "Source county"), self.source_county, personal=True),
            Fact("cycle", Words("招生年度与轮次", "Cycle and round"), f"{self.cycle_year} 年 {self.round_name}"),
            *(
                Fact(f"stage_{place}", Words(f"{stage.name}专业", f"Major, stage {place}"), stage.text())
                for place, stage in enumerate(self.stages, start=1)
            ),
            Fact("form", Words("培养形式", "Form and length"), f"{self.form}，学制 {years} 年"),
            Fact("study_mode", Words("就读方式", "Boarding or day"), self.study_mode, personal=True),
            Fact("tuition", Words("学费", "Tuition"), self.tuition),
            Fact("boarding", Words("住宿", "Boarding"), self.boarding),
            Fact("arrival_days", Words("报到日期", "Arrival days"), self.arrival.days()),
            Fact("arrival_hours", Words("报到时间", "Arrival hours"), self.arrival.hours),
            Fact("arrival_place", Words("报到地点", "Arrival place"), self.arrival.place),
            Fact("bring", Words("报到材料", "Papers to bring"), "；".join(self.arrival.bring)),
            Fact("late", Words("逾期说明", "On coming late"), self.arrival.late),
            Fact("issued_on", Words("签发日期", "Date of issue"), date_text(self.issued_on)),
        )

    def data(self) -> Mapping[str, object]:
        """What ``admission_letter.typ`` shows."""
        facts = self.facts()
        stages = [f"stage_{place}" for place in range(1, len(self.stages) + 1)]
        return {
            "title": self.title,
            "copy": self.copy,
            "issuer": self.issuer.data(),
            "verification": self.verification.data(),
            "student": self.student_name,
            "year": self.cycle_year,
            "round": self.round_name,
            "major": "—".join(stage.major for stage in self.stages),
            "identity": rows(facts, "candidate_number", "source_county"),
            "stages": rows(facts, *stages),
            "terms": rows(facts, "form", "study_mode"),
            "costs": rows(facts, "tuition", "boarding"),
            "arrival": rows(facts, "arrival_days", "arrival_hours", "arrival_place"),
            "bring": list(self.arrival.bring),
            "late": self.arrival.late,
            "issued_on": date_text(self.issued_on),
        }
