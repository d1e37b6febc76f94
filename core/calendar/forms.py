"""The form that sets one day."""

import datetime as dt

from wtforms import DateField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from core.calendar.working import DayOverride
from core.forms import BaseForm
from core.i18n import lazy as _l

_FIRST, _LAST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


class DayForm(BaseForm):
    """One day, working or free, and the notice it rests on."""

    day = DateField(_l("日期"), validators=[InputRequired(_l("请填写日期，例如 2027-02-06"))])
    kind = RadioField(
        _l("这一天"),
        choices=[SelectChoice("working", _l("上班")), SelectChoice("free", _l("放假"))],
        validators=[InputRequired(_l("请选择上班或放假"))],
    )
    basis = StringField(
        _l("依据"),
        description=_l("通知的名称和文号，会写入审计记录"),
        validators=[InputRequired(_l("请填写依据的通知")), Length(max=200, message=_l("依据最多 200 字"))],
    )

    def validate_day(self, field: DateField) -> None:
        """Raise ValidationError for a year no calendar speaks of."""
        if field.data is not None and not _FIRST <= field.data <= _LAST:
            raise ValidationError(_l("年份应在 2000 到 2099 之间"))

    @property
    def change(self) -> DayOverride:
        """What the form says of the day."""
        return DayOverride(self.kind.data == "working", " ".join((self.basis.data or "").split()))
