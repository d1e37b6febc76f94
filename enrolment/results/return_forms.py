"""Forms of 退档 and of the lists of pupils taken elsewhere."""

from wtforms import DateTimeLocalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from core.forms import BaseForm
from core.i18n import current_language
from core.i18n import lazy as _l
from enrolment.results.late_lists import LONGEST_BATCH
from enrolment.rounds.return_codes import REASON_CODES


class WindowForm(BaseForm):
    """Until when schools may return files, in Beijing time."""

    until = DateTimeLocalField(
        _l("退档截止时间（北京时间）"),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        validators=[InputRequired(_l("请填写退档截止时间。"))],
    )


class ReturnFileForm(BaseForm):
    """One file to return: the reason and what it rests on."""

    code = RadioField(_l("退档原因"), choices=[], validators=[InputRequired(_l("请选择退档原因。"))])
    note = TextAreaField(
        _l("依据"),
        description=_l("写明复查结论、文件名称或核实经过，县区教育局核对时要看。"),
        validators=[
            InputRequired(_l("请写明退档依据，县区教育局核对时要看。")),
            Length(max=500, message=_l("依据最多 500 字。")),
        ],
    )

    @classmethod
    def here(cls) -> "ReturnFileForm":
        """The form with the reasons in the reader's language."""
        form = cls()
        language = current_language()
        form.code.choices = [SelectChoice(code, one.label.text(language)) for code, one in REASON_CODES.items()]
        return form


class DecisionForm(BaseForm):
    """The bureau's answer to a return."""

    decision = RadioField(
        _l("处理意见"),
        choices=[SelectChoice("confirm", _l("确认退档")), SelectChoice("refuse", _l("不同意退档"))],
        validators=[InputRequired(_l("请选择处理意见。"))],
    )
    answer = TextAreaField(_l("说明（不同意时必填）"), validators=[Length(max=500, message=_l("说明最多 500 字。"))])


class TakenForm(BaseForm):
    """A list of pupils taken by another batch."""

    county = SelectField(_l("县区"), choices=[])
    batch = StringField(
        _l("批次"),
        description=_l("例如“提前批”。"),
        validators=[
            InputRequired(_l("请填写批次，例如“提前批”。")),
            Length(max=LONGEST_BATCH, message=_l("批次最多 60 字。")),
        ],
    )
    numbers = TextAreaField(
        _l("考生号"),
        description=_l("每行一个，可以从 Excel 整列复制粘贴。"),
        validators=[InputRequired(_l("名单是空的，请粘贴考生号，每行一个。"))],
    )
