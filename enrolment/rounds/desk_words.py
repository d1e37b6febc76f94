"""The names of things in a round's result, from the plan: programmes, schools, counties, limits."""

from core.sheets import Words
from enrolment.plans.sheet import PlanSheet, ProgrammeRow

_SEXES = {"M": Words("男生", "male"), "F": Words("女生", "female")}

REASONS = {
    "admitted": Words("录取", "admitted"),
    "full": Words("名额已满", "full"),
    "kept": Words("为保底留出", "kept for a floor"),
    "closed": Words("未开班", "class not opened"),
    "struck": Words("不符合条件", "not open to the candidate"),
    "returned": Words("退档", "returned"),
    "not_reached": Words("未投档", "not considered"),
}

LIMIT_KINDS = {
    "cap": Words("招生总数", "programme total"),
    "cell": Words("计划数", "county cell"),
    "held": Words("预留", "reserved places"),
    "floor": Words("保底", "guarantee"),
    "school": Words("学校总数", "school total"),
    "dorm": Words("床位", "beds"),
    "host": Words("县对县", "host and source county"),
    "outflow": Words("外流", "outflow"),
    "zone": Words("示范区总数", "zone total"),
    "limit": Words("其他", "other"),
}


class Labels:
    """Says codes in words; an unknown code is shown as it is."""

    def __init__(self, plan: PlanSheet) -> None:
        self.programmes = {one.code: one for one in plan.programmes}
        self.schools = {one.code: one.name for one in plan.schools}
        self.counties = {one.code: one.name for one in plan.counties}

    def programme(self, code: str | None) -> str:
        """Code and name of a programme; nothing for None."""
        if code is None:
            return ""
        found = self.programmes.get(code)
        return f"{code} {found.name}" if found else code

    def programme_and_school(self, code: str) -> str:
        """Code and name of a programme with its school."""
        found = self.programmes.get(code)
        return f"{self.programme(code)}（{self.school_of(found)}）" if found else code

    def school_of(self, programme: ProgrammeRow | None) -> str:
        """The name of the school a programme belongs to."""
        return "" if programme is None else self.schools.get(programme.school, programme.school)

    def limit(self, name: str) -> Words:
        """A limit of the outcome, as cell/A1/310118, in words."""
        kind, _, about = name.partition("/")
        parts = about.split("/") if kind in ("cap", "cell", "held", "floor", "school", "dorm", "outflow") else [about]
        said = [self._part(part) for part in parts]
        label = LIMIT_KINDS.get(kind, Words(kind, kind))
        return Words(" ".join([label.zh, *(one.zh for one in said)]), " ".join([label.en, *(one.en for one in said)]))

    def _part(self, part: str) -> Words:
        if part in _SEXES:
            return _SEXES[part]
        if part in self.programmes:
            return Words(self.programme(part), self.programme(part))
        word = self.schools.get(part) or self.counties.get(part) or part
        return Words(word, word)
