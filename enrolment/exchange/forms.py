"""Forms of the exchange: a partner's key, what to send, a package to look at, what to do with it."""

from wtforms import FileField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from core.forms import BaseForm, VersionedForm
from core.i18n import lazy as _l
from core.i18n import say
from enrolment.cycles.queries import counties
from enrolment.cycles.words import county_text
from enrolment.exchange.packages import Kind
from enrolment.exchange.words import KINDS


class KeyForm(BaseForm):
    """A partner's public key as it was handed over."""

    text = TextAreaField(
        _l("对方的公钥"),
        description=_l("原样粘贴对方交来的一行，以 zone-key-1 开头。"),
        validators=[InputRequired(_l("请粘贴对方的公钥。")), Length(max=300)],
    )


class CompareForm(VersionedForm):
    """The second person's part: what was heard over the telephone."""

    typed = StringField(
        _l("对方念出的指纹最后八位"),
        description=_l("请打电话给对方的办理人员，请对方念出对方页面上的指纹，不要照本页抄写。"),
        validators=[InputRequired(_l("请填写对方念出的指纹最后八位。")), Length(max=20)],
    )


class SendForm(BaseForm):
    """What goes to whom; a workbook for lists of candidates, nothing more for results."""

    kind = RadioField(_l("内容"), validators=[InputRequired(_l("请选择包的内容。"))])
    receiver = SelectField(_l("发给"), validators=[InputRequired(_l("请选择发给哪个县区。"))])
    workbook = FileField(
        _l("考生名册（.xlsx）"),
        description=_l("报名和志愿、成绩都用考生名册的模板；录取结果由系统生成，不用选文件。"),
    )

    def __init__(self, *args: object, own: frozenset[str] = frozenset(), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [SelectChoice(kind.value, say(words)) for kind, words in KINDS.items()]
        others = [one.division for one in counties() if one.division not in own]
        self.receiver.choices = [SelectChoice(code, county_text(code)) for code in dict.fromkeys(others)]

    def validate_workbook(self, field: FileField) -> None:
        """A list of candidates needs its workbook."""
        if self.kind.data != Kind.RESULTS.value and not getattr(field.data, "filename", ""):
            raise ValidationError(_l("请选择考生名册工作簿。"))


class PackageForm(BaseForm):
    """A package that came by file."""

    package = FileField(_l("交换包"), description=_l("对方交来的 .zonepkg 文件，不超过 20 MB。"))

    def validate_package(self, field: FileField) -> None:
        """A file must have been chosen."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_l("请选择对方交来的包。"))


class DecideForm(BaseForm):
    """Take it in, or set it aside with the reason."""

    note = TextAreaField(_l("不采用的理由"), validators=[Length(max=300, message=_l("理由请不要超过 300 字。"))])
