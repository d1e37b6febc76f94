"""Forms of the confirmation and arrival pages."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from core.forms import BaseForm
from core.i18n import lazy as _l


class AnswerForm(BaseForm):
    """A button that answers; nothing but the hidden tokens."""


class ArrivalForm(BaseForm):
    """The code of a letter, scanned or typed, or its number."""

    code = StringField(
        _l("通知书编号或验证码"),
        validators=[InputRequired(_l("请扫描二维码，或填写通知书编号")), Length(max=200)],
    )
