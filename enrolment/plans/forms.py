"""Forms of the plan pages."""

from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from core.forms import BaseForm, CarriedFileForm, VersionedForm
from core.i18n import lazy as _l


class UploadForm(BaseForm):
    """The workbook to read."""

    file = FileField(_l("招生计划工作簿（.xlsx）"), validators=[InputRequired(_l("请选择招生计划工作簿。"))])


class ImportForm(CarriedFileForm):
    """The second step of taking a plan in."""


class StepForm(VersionedForm):
    """A button that moves a version on."""


class ReturnForm(VersionedForm):
    """Sending a reported version back."""

    reason = TextAreaField(
        _l("退回原因"),
        description=_l("报送的县区会看到，请写明哪些数字要改。"),
        validators=[
            InputRequired(_l("请写明退回的原因，报送的县区会看到。")),
            Length(max=500, message=_l("退回原因请不要超过 500 字。")),
        ],
    )


class GridForm(VersionedForm):
    """The grid; its numbers are read by name, one for each cell."""
