"""Forms of applying. What is not a field here cannot be posted."""

from collections.abc import Sequence

from wtforms import (
    BooleanField,
    FileField,
    Form,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, InputRequired, Length, Optional, ValidationError

from core.codes import code_set
from core.forms import BaseForm, VersionedForm
from core.i18n import current_language
from core.i18n import lazy as _l
from core.names import LONGEST_NAME
from enrolment.applications.consents import ConsentPurpose
from enrolment.applications.words import PURPOSES


class PlainForm(VersionedForm):
    """A button: nothing but the tokens and the version of what the page showed."""


class GuardianForm(VersionedForm):
    """Who the guardian is and which phone is theirs."""

    name = StringField(
        _l("监护人姓名"),
        validators=[
            InputRequired(_l("请填写监护人姓名")),
            Length(max=LONGEST_NAME, message=_l("姓名最多 %(max)d 个字")),
        ],
    )
    relation = SelectField(
        _l("是考生的"), validators=[InputRequired(_l("请选择监护人与考生的关系"))], validate_choice=False
    )
    phone = StringField(
        _l("监护人手机号"),
        description=_l("用来接收通知和确认报名，可以填写空格。一部手机可以为几个孩子确认。"),
        validators=[InputRequired(_l("请填写监护人手机号")), Length(max=40, message=_l("手机号码太长，请核对"))],
    )
    shared_phone = BooleanField(_l("孩子没有自己的手机，和监护人共用这一部"))

    def offer_relations(self) -> None:
        """Fill the drop-down in the reader's language."""
        entries = code_set("guardian_relation").choices
        language = current_language()
        named = [SelectChoice(one.code, one.words.text(language)) for one in entries]
        self.relation.choices = [SelectChoice("", _l("请选择")), *named]


class AdjustmentForm(VersionedForm):
    """Whether the pupil accepts adjustment."""

    accepts = RadioField(
        _l("所填志愿都录不上时，是否服从调剂？"),
        choices=[SelectChoice("yes", _l("服从")), SelectChoice("no", _l("不服从"))],
        validators=[InputRequired(_l("请选择是否服从调剂"))],
    )


class ChoiceForm(VersionedForm):
    """One press of a button in the list of choices."""

    action = StringField(validators=[AnyOf(["up", "down", "remove"])])
    rank = StringField(validators=[InputRequired(), Length(max=2)])

    @property
    def place(self) -> int:
        """The rank meant; 0 for anything that is no number."""
        text = str(self.rank.data or "")
        return int(text) if text.isdecimal() else 0


class AddChoiceForm(VersionedForm):
    """Which programme to add."""

    programme_id = StringField(validators=[InputRequired(), Length(max=36)])


class PaperForm(BaseForm):
    """One paper as a photo or PDF."""

    file = FileField(_l("选择照片或 PDF"))

    def validate_file(self, field: FileField) -> None:
        """A file must have been chosen."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_l("请先拍照，或从相册选择一张照片"))


class ConsentForm(VersionedForm):
    """The guardian's boxes: one a purpose, never ticked beforehand."""

    notice_version = HiddenField(validators=[InputRequired(), Length(max=20)])
    personal_data = BooleanField(PURPOSES[ConsentPurpose.PERSONAL_DATA])
    sensitive_data = BooleanField(PURPOSES[ConsentPurpose.SENSITIVE_DATA])
    application = BooleanField(PURPOSES[ConsentPurpose.APPLICATION])

    def ask(self, purposes: Sequence[ConsentPurpose]) -> None:
        """Keep only the boxes that are needed."""
        for purpose in ConsentPurpose:
            if purpose not in purposes:
                del self[purpose.value]

    @property
    def ticked(self) -> frozenset[ConsentPurpose]:
        """The purposes whose box is ticked."""
        return frozenset(purpose for purpose in ConsentPurpose if purpose.value in self and self[purpose.value].data)


class SendBackForm(VersionedForm):
    """What the guardian wants changed."""

    comment = TextAreaField(
        _l("希望孩子改什么"),
        validators=[
            InputRequired(_l("请写明希望孩子改什么")),
            Length(max=300, message=_l("最多 %(max)d 个字")),
        ],
    )


class SearchForm(Form):
    """Searching the programmes; read from the address, so it carries no tokens."""

    q = StringField(_l("学校、专业或代码"), validators=[Optional(), Length(max=60)])
    county = SelectField(_l("学校所在县区"), validators=[Optional()])
    boarding = SelectField(
        _l("住宿"),
        choices=[
            SelectChoice("", _l("都可以")),
            SelectChoice("yes", _l("可以住宿")),
            SelectChoice("no", _l("不住宿")),
        ],
        validators=[Optional()],
    )
    places = BooleanField(_l("只看名额还多的"))


class SheetForm(BaseForm):
    """A workbook to take in."""

    file = FileField(_l("选择 Excel 文件"))

    def validate_file(self, field: FileField) -> None:
        """A file must have been chosen."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_l("请选择要导入的 Excel 文件"))


class SlipForm(BaseForm):
    """Slips for all pupils without an account, or for those of one junior school."""

    junior_school = SelectField(_l("发给"), validators=[Optional()])

    def offer(self, waiting: Sequence[tuple[str, int]]) -> None:
        """The schools with pupils who wait for a slip; the place in the list stands for the name."""
        named = [
            SelectChoice(str(place), _l("%(school)s（%(count)s 人）", school=school or "—", count=count))
            for place, (school, count) in enumerate(waiting)
        ]
        everybody = _l("全部学校（%(count)s 人）", count=sum(count for _school, count in waiting))
        self.junior_school.choices = [SelectChoice("", everybody), *named]
        self._schools = [school for school, _count in waiting]

    @property
    def wanted(self) -> str | None:
        """The junior school chosen; None for all."""
        return self._schools[int(self.junior_school.data)] if self.junior_school.data else None
