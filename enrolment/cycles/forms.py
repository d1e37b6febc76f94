"""Forms of the timetable. Moments are typed in Beijing time."""

import datetime as dt
from typing import Any

from wtforms import DateField, DateTimeLocalField, HiddenField, IntegerField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange

from core.clock import BEIJING
from core.forms import BaseForm, VersionedForm
from core.i18n import lazy as _l

_MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]


class BeijingMomentField(DateTimeLocalField):
    """A moment typed in Beijing time; ``data`` is aware."""

    data: Any

    def __init__(self, label: object, missing: object, **options: Any) -> None:
        super().__init__(label, validators=[InputRequired(missing)], format=_MOMENT, **options)

    def process_data(self, value: dt.datetime | None) -> None:
        self.data = value.astimezone(BEIJING) if value else None

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValidationError(_l("请按 2026-06-20 17:00 的样子填写日期和时间。")) from None
        if self.data is not None:
            self.data = self.data.replace(tzinfo=BEIJING)


class DayField(DateField):
    """A day; typed or picked."""

    def __init__(self, label: object, missing: object, **options: Any) -> None:
        super().__init__(label, validators=[InputRequired(missing)], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValidationError(_l("请按 2026-06-20 的样子填写日期。")) from None


class CycleForm(BaseForm):
    """A new enrolment year."""

    year = IntegerField(
        _l("年份"),
        validators=[
            InputRequired(_l("请填写年份，例如 2026。")),
            NumberRange(2000, 2100, _l("年份应在 2000 到 2100 之间。")),
        ],
    )
    name_zh = StringField(
        _l("名称"), validators=[InputRequired(_l("请填写名称。")), Length(max=100, message=_l("名称最多 100 字。"))]
    )
    name_en = StringField(
        _l("英文名称"),
        validators=[InputRequired(_l("请填写英文名称。")), Length(max=160, message=_l("英文名称最多 160 个字符。"))],
    )


class PreviewedForm(VersionedForm):
    """Dates that show what they move before they are saved."""

    step = HiddenField()

    @property
    def confirmed(self) -> bool:
        """Whether the officer has seen what moves and saves it."""
        return bool(self.step.data == "save")

    @property
    def again(self) -> bool:
        """Whether the officer goes back to the dates."""
        return bool(self.step.data == "edit")


class WindowForm(PreviewedForm):
    """A county's dates in a round."""

    opens_at = BeijingMomentField(_l("报名开始（北京时间）"), _l("请填写报名开始时间。"))
    closes_at = BeijingMomentField(_l("报名截止（北京时间）"), _l("请填写报名截止时间。"))
    scores_on = DayField(_l("成绩公布日期"), _l("请填写成绩公布日期。"))


class RoundForm(PreviewedForm):
    """The dates after a round's results."""

    confirm_until = BeijingMomentField(_l("录取确认截止（北京时间）"), _l("请填写录取确认截止时间。"))
    arrive_from = DayField(_l("报到开始日期"), _l("请填写报到开始日期。"))
    arrive_until = DayField(_l("报到结束日期"), _l("请填写报到结束日期。"))


class NewRoundForm(RoundForm):
    """A round to be opened; the seed of the lottery is published beforehand."""

    seed = StringField(
        _l("同分抽签种子"),
        description=_l("填写事先公布的种子；不填则由系统随机生成并记入审计。"),
        validators=[Length(max=100, message=_l("种子最多 100 个字符。"))],
    )
