"""Forms of the release by two persons."""

from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from core.forms import BaseForm, VersionedForm
from core.i18n import lazy as _l


class ProposeForm(BaseForm):
    """When the result is to show everywhere."""

    release_at = DateTimeLocalField(
        _l("公布时间（北京时间）"),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        validators=[InputRequired(_l("请填写公布时间，例如 2026-07-20 09:00"))],
    )


class ApproveForm(VersionedForm):
    """The second person types how many are admitted."""

    typed = IntegerField(_l("录取人数"), validators=[InputRequired(_l("请填写预览页上的录取人数，只填数字"))])


class CancelForm(VersionedForm):
    """Taking a release back before its minute."""


class LookUpForm(FlaskForm):
    """The two facts of the public look-up. It changes nothing, so it carries no token against a double click."""

    candidate_number = StringField(
        _l("考生号"),
        validators=[InputRequired(_l("请填写考生号")), Length(max=30, message=_l("考生号最多 30 位"))],
    )
    document_tail = StringField(
        _l("证件号码后六位"),
        validators=[
            InputRequired(_l("请填写证件号码后六位")),
            Regexp(r"\s*[0-9A-Za-z]{6}\s*$", message=_l("证件号码后六位应为 6 个数字或字母，最后一位是 X 的请照填")),
        ],
    )
