"""Forms of the rules of entry: the workbook, the plain values, the second person's answer, the try-out."""

from flask_wtf.file import FileField
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from core.forms import BaseForm, CarriedFileForm, VersionedForm
from core.i18n import lazy as _l
from core.policy.entry import EntryFacts
from core.policy.filing import Graduate, Residence
from enrolment.cycles.forms import DayField
from enrolment.cycles.revisions import LONGEST_BASIS

_DAY = _l("这一天起开启的轮次按新规则；已经开启的轮次不变。")
_MOST = 10


def _basis() -> StringField:
    return StringField(
        _l("政策依据"),
        description=_l("文件名称和文号。"),
        validators=[
            InputRequired(_l("请写明政策依据。")),
            Length(max=LONGEST_BASIS, message=_l("依据最多 200 字。")),
        ],
    )


def _count(label: object) -> IntegerField:
    return IntegerField(
        label,
        validators=[
            InputRequired(_l("请填写志愿数。")),
            NumberRange(1, _MOST, _l("志愿数应在 1 到 10 之间。")),
        ],
    )


def _name(label: object) -> StringField:
    return StringField(
        label, validators=[InputRequired(_l("请填写名称。")), Length(max=60, message=_l("名称最多 60 字。"))]
    )


class RuleUploadForm(BaseForm):
    """The workbook to read, and the day from which it is to rule."""

    effective_from = DayField(_l("生效日期"), _l("请填写生效日期。"), description=_DAY)
    file = FileField(_l("报考规则工作簿（.xlsx）"), validators=[InputRequired(_l("请选择报考规则工作簿。"))])


class RuleConfirmForm(CarriedFileForm):
    """The second step: from when the rules hold."""

    effective_from = DayField(_l("生效日期"), _l("请填写生效日期。"))


class PlainRulesForm(BaseForm):
    """The rules that are one value each."""

    effective_from = DayField(_l("生效日期"), _l("请填写生效日期。"), description=_DAY)
    choices_max = _count(_l("志愿数上限"))
    choices_basis = _basis()
    supplementary_choices_max = _count(_l("征求志愿数上限"))
    supplementary_basis = _basis()
    batch_zh = _name(_l("批次名称"))
    batch_en = _name(_l("批次英文名称"))
    batch_position = IntegerField(
        _l("批次顺序"),
        description=_l("在本县区各批次中排第几，0 最先。"),
        validators=[
            InputRequired(_l("请填写批次顺序。")),
            NumberRange(0, 20, _l("批次顺序应在 0 到 20 之间。")),
        ],
    )
    batch_basis = _basis()


class RevisionForm(VersionedForm):
    """The second person's answer, or the makers taking it back."""

    answer = TextAreaField(_l("不同意的原因"), validators=[Length(max=500, message=_l("原因最多 500 字。"))])


class TryOutForm(BaseForm):
    """Facts of an invented pupil, asked through the address; nothing is stored."""

    class Meta:
        csrf = False

    hukou = SelectField(_l("户籍"))
    junior_roll = SelectField(_l("初中学籍"))
    graduate = SelectField(_l("毕业类别"))
    proof = SelectField(_l("居住证明"))

    def offer(self) -> None:
        """The choices in the reader's language."""
        unknown = SelectChoice("", _l("没有登记"))
        places = [unknown, SelectChoice("local", _l("本县区")), SelectChoice("outside", _l("外地"))]
        self.hukou.choices = self.junior_roll.choices = places
        self.graduate.choices = [unknown, SelectChoice("this_year", _l("应届")), SelectChoice("earlier", _l("往届"))]
        self.proof.choices = [unknown, SelectChoice("yes", _l("有")), SelectChoice("no", _l("没有"))]

    @property
    def facts(self) -> EntryFacts:
        """The facts as the rules read them; an unknown word counts as not on record."""
        hukou, roll, graduate, proof = (
            one.data or "" for one in (self.hukou, self.junior_roll, self.graduate, self.proof)
        )
        return EntryFacts(
            hukou=Residence(hukou) if hukou in ("local", "outside") else None,
            junior_roll=Residence(roll) if roll in ("local", "outside") else None,
            graduate=Graduate(graduate) if graduate in ("this_year", "earlier") else None,
            residence_proof={"yes": True, "no": False}.get(proof),
        )
