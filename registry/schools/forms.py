"""Forms in which a school corrects what its pages and letters say."""

from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.forms import BaseForm, VersionedForm
from core.i18n import lazy as _l

_YUAN = _l("请填写 0 到 99999 的整数（元）。")


class ArrivalForm(VersionedForm):
    """The arrival arrangements of a year."""

    arrival_place = StringField(
        _l("报到地点"),
        validators=[
            InputRequired(_l("请填写报到地点。")),
            Length(max=200, message=_l("报到地点请不要超过 200 字。")),
        ],
    )
    arrival_hours = StringField(
        _l("报到时间（每天的钟点）"),
        description=_l("例如 8:30—16:00。报到日期由执委会统一设定。"),
        validators=[InputRequired(_l("请填写报到的钟点。")), Length(max=60, message=_l("请不要超过 60 字。"))],
    )
    bring = TextAreaField(_l("所带物品和材料"), description=_l("每行一样，最多 20 行。"), validators=[Optional()])
    late_sentence = TextAreaField(
        _l("不能按时报到的说明"),
        description=_l("写明怎样请假、找谁。"),
        validators=[Optional(), Length(max=300, message=_l("说明请不要超过 300 字。"))],
    )

    def lines(self) -> tuple[str, ...]:
        """What to bring, one thing a line."""
        return tuple(line.strip() for line in (self.bring.data or "").splitlines() if line.strip())


class OfferForm(VersionedForm):
    """Fee, boarding and notes of a programme."""

    tuition_yuan = IntegerField(
        _l("学费（元/学年）"),
        description=_l("免学费的写 0。"),
        validators=[InputRequired(_YUAN), NumberRange(0, 99_999, message=_YUAN)],
    )
    boarding = BooleanField(_l("可以住宿"))
    boarding_yuan = IntegerField(
        _l("住宿费（元/学年）"), validators=[InputRequired(_YUAN), NumberRange(0, 99_999, message=_YUAN)]
    )
    note_zh = TextAreaField(_l("说明（中文）"), validators=[Optional(), Length(max=500)])
    note_en = TextAreaField(_l("说明（英文）"), validators=[Optional(), Length(max=500)])


class JoinForm(BaseForm):
    """The year in which a school takes part."""

    year = IntegerField(_l("年份"), validators=[InputRequired(_l("请填写年份，例如 2026。"))])


class LeaveForm(VersionedForm):
    """Why a school leaves a year."""

    reason = TextAreaField(
        _l("退出的原因或文件"),
        validators=[
            InputRequired(_l("请写明退出的原因或文件，最多 200 字。")),
            Length(max=200, message=_l("请写明退出的原因或文件，最多 200 字。")),
        ],
    )
