"""Forms of the confirmation and arrival pages."""

from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

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


class TogetherForm(BaseForm):
    """A list of letters or candidates, one a line."""

    lines = TextAreaField(
        _l("通知书编号或考生号"),
        validators=[
            InputRequired(_l("请粘贴名单，每行一个编号")),
            Length(max=20_000, message=_l("名单太长，请分几次办理。")),
        ],
        render_kw={"rows": 10},
    )


class MissingForm(BaseForm):
    """What became of a call to a family whose child has not come."""

    result = RadioField(
        _l("电话结果"),
        choices=[
            SelectChoice("coming", _l("会来报到")),
            SelectChoice("later", _l("延期报到")),
            SelectChoice("not_coming", _l("不来了")),
            SelectChoice("no_answer", _l("没有接通")),
        ],
        validators=[InputRequired(_l("请选择电话结果"))],
    )
    extended_until = DateField(_l("延期至"), validators=[Optional()])
    note = StringField(_l("备注"), validators=[Optional(), Length(max=200, message=_l("备注最多 200 字。"))])


class HandBackForm(BaseForm):
    """Handing the overdue places back; carries how many the page showed."""

    expected = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(_l("页面已过期，请刷新后再试。")), NumberRange(min=0)]
    )
