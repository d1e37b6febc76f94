"""Forms of the public verification."""

from wtforms import Form, StringField
from wtforms.validators import InputRequired, Length, Optional

from core.forms import BaseForm
from core.i18n import lazy as _l


class CodeForm(Form):
    """The code or number typed from a paper."""

    code = StringField(_l("验证码"), validators=[InputRequired(_l("请填写文件上的验证码")), Length(max=80)])


class SecondFactForm(BaseForm):
    """The second fact that lifts the mask from the name."""

    tail = StringField(_l("证件号码后四位"), validators=[Optional(), Length(max=8)])
