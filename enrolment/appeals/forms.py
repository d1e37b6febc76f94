"""Forms of a case: proposing it with its evidence, and deciding."""

from wtforms import DecimalField, FileField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from core.forms import BaseForm, VersionedForm
from core.i18n import lazy as _l
from enrolment.appeals.models import CaseKind


class CaseForm(BaseForm):
    """What is wrong and what should be."""

    kind = RadioField(
        _l("办理事项"),
        choices=[
            SelectChoice(CaseKind.CORRECTION.value, _l("更正录取（公布之后）")),
            SelectChoice(CaseKind.SCORE_REVIEW.value, _l("成绩复核（公布之前）")),
        ],
        validators=[InputRequired(_l("请选择办理事项"))],
    )
    candidate_number = StringField(_l("考生号"), validators=[InputRequired(_l("请填写考生号")), Length(max=30)])
    programme = StringField(_l("更正后的专业编号"), validators=[Optional(), Length(max=40)])
    subject = StringField(_l("复核科目"), validators=[Optional(), Length(max=20)])
    points = DecimalField(_l("复核后的分数"), places=None, validators=[Optional()])
    reason = TextAreaField(
        _l("理由"),
        validators=[
            InputRequired(_l("请写明理由，审批人员和家庭都会看到。")),
            Length(max=500, message=_l("理由最多 500 字。")),
        ],
    )
    evidence = FileField(_l("依据材料"))

    def validate_evidence(self, field: FileField) -> None:
        """A file must have been chosen."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_l("请上传依据材料，照片或 PDF"))


class DecideForm(VersionedForm):
    """Approving needs nothing more; refusing says why."""

    note = TextAreaField(
        _l("不予批准的理由"), validators=[Optional(), Length(max=500, message=_l("理由最多 500 字。"))]
    )
