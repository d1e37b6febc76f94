"""The form of the supplementary round: its dates, and a filing window for each county of the round before."""

from collections.abc import Sequence
from typing import Any

from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from core.forms import VersionedForm
from core.i18n import lazy as _l
from enrolment.cycles.forms import BeijingMomentField, DayField
from enrolment.cycles.words import county_text


class SupplementaryForm(VersionedForm):
    """Dates of the round; carries how many places the page showed."""

    expected = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(_l("页面已过期，请刷新后再试。")), NumberRange(min=0)]
    )
    confirm_until = BeijingMomentField(_l("录取确认截止（北京时间）"), _l("请填写录取确认截止时间。"))
    arrive_from = DayField(_l("报到开始日期"), _l("请填写报到开始日期。"))
    arrive_until = DayField(_l("报到结束日期"), _l("请填写报到结束日期。"))
    seed = StringField(
        _l("同分抽签种子"),
        description=_l("填写事先公布的种子；不填则由系统随机生成并记入审计。"),
        validators=[Length(max=100, message=_l("种子最多 100 个字符。"))],
    )


def supplementary_form(counties: Sequence[str], **values: Any) -> SupplementaryForm:
    """The form with two fields a county."""
    fields: dict[str, Any] = {}
    for code in counties:
        name = county_text(code)
        fields[f"opens_{code}"] = BeijingMomentField(
            _l("%(county)s报名开始（北京时间）", county=name), _l("请填写%(county)s的报名开始时间。", county=name)
        )
        fields[f"closes_{code}"] = BeijingMomentField(
            _l("%(county)s报名截止（北京时间）", county=name), _l("请填写%(county)s的报名截止时间。", county=name)
        )
    made: SupplementaryForm = type("CountySupplementaryForm", (SupplementaryForm,), fields)(**values)
    return made


def county_fields(form: SupplementaryForm, counties: Sequence[str]) -> list[Any]:
    """The fields of the counties in the order of the page."""
    every: Any = form
    return [every[f"{part}_{code}"] for code in counties for part in ("opens", "closes")]
