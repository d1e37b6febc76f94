"""Forms of the scenario pages."""

from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from core.forms import BaseForm, VersionedForm
from core.i18n import lazy as _l
from enrolment.rounds.scenario_sheet import LISTED, Parameters
from enrolment.rounds.scenarios import LONGEST_NAME, MOST_PLACES

TIES = (
    SelectChoice("lottery", _l("抽签")),
    SelectChoice("admit_all", _l("同位次一并录取")),
    SelectChoice("stop", _l("由教育局决定")),
)
CHECKS = (SelectChoice("before", _l("投档前检查条件")), SelectChoice("after", _l("投档后检查条件，不符合的退档")))
FLOORS = (SelectChoice("guarantee", _l("优先保留")), SelectChoice("hard", _l("必须满足")))
OPENING = (
    SelectChoice("optimal", _l("录取最多的组合")),
    SelectChoice("smallest_first", _l("先撤最小的班")),
    SelectChoice(LISTED, _l("按计划指定的顺序撤班")),
)
ADJUSTMENT = (
    SelectChoice("same_school", _l("校内调剂")),
    SelectChoice("anywhere", _l("全区调剂")),
    SelectChoice("off", _l("不调剂")),
)


class NewScenarioForm(BaseForm):
    """A new scenario, or a copy of one."""

    name = StringField(
        _l("方案名称"),
        validators=[
            InputRequired(_l("请给方案起一个名称。")),
            Length(max=LONGEST_NAME, message=_l("方案名称最多 60 字。")),
        ],
    )
    note = TextAreaField(
        _l("说明（选填）"), id="new-note", validators=[Length(max=500, message=_l("说明最多 500 字。"))]
    )


class RulesForm(VersionedForm):
    """The rules and the note of a scenario; its numbers are read by name, one for each input."""

    ties = SelectField(_l("同分排序"), choices=TIES)
    checks = SelectField(_l("招生条件的检查"), choices=CHECKS)
    floors = SelectField(_l("保底数"), choices=FLOORS)
    bed_with_guarantee = BooleanField(_l("保底名额带床位"))
    opening = SelectField(_l("不足开班人数时"), choices=OPENING)
    adjustment = SelectField(_l("服从调剂"), choices=ADJUSTMENT)
    note = TextAreaField(_l("说明（选填）"), validators=[Length(max=500, message=_l("说明最多 500 字。"))])

    def parameters(self) -> Parameters:
        """The rules as the form states them."""
        return Parameters(
            ties=self.ties.data,
            checks=self.checks.data,
            floors=self.floors.data,
            bed_with_guarantee=self.bed_with_guarantee.data,
            opening=self.opening.data,
            adjustment=self.adjustment.data,
        )


class TrialForm(BaseForm):
    """Asking for a trial: nothing but the hidden tokens."""


class MoreForm(BaseForm):
    """Asking what so many places more would change."""

    more_places = IntegerField(
        _l("增加的名额"),
        validators=[
            InputRequired(_l("请填写增加几个名额。")),
            NumberRange(1, MOST_PLACES, _l("增加的名额应在 1 到 500 之间。")),
        ],
    )


class AdoptForm(VersionedForm):
    """Making a plan draft of a scenario."""


class WorkbookForm(VersionedForm):
    """The workbook whose content the scenario takes."""

    file = FileField(_l("方案工作簿（.xlsx）"), validators=[InputRequired(_l("请选择方案工作簿。"))])
