"""Forms of the student pages."""

from wtforms import DateField, DateTimeLocalField, Form, SelectChoice, SelectField
from wtforms.validators import Optional

from core.forms import BaseForm
from core.i18n import lazy as _l

REASONS = (
    SelectChoice("verify", _l("核对身份")),
    SelectChoice("export", _l("报送上级")),
    SelectChoice("contact", _l("联系监护人")),
    SelectChoice("dispute", _l("处理争议")),
)


class AsOfForm(Form):
    """The two days of a question: true on, and known on (both optional)."""

    on = DateField(_l("真实日期"), validators=[Optional()])
    known = DateTimeLocalField(_l("登记截至（北京时间）"), validators=[Optional()], format="%Y-%m-%dT%H:%M")


class RevealForm(BaseForm):
    """Why somebody needs to see an ID number in full."""

    reason = SelectField(_l("查看原因"), choices=list(REASONS))
