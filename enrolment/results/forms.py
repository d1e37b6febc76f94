"""Forms of the release by two persons."""

from wtforms import DateTimeLocalField, IntegerField
from wtforms.validators import InputRequired

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
