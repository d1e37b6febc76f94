"""Forms of the plan pages."""

import base64
import binascii

from flask_wtf.file import FileField
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from core.errors import Refused
from core.forms import BaseForm, VersionedForm
from core.i18n import lazy as _l


class UploadForm(BaseForm):
    """The workbook to read."""

    file = FileField(_l("招生计划工作簿（.xlsx）"), validators=[InputRequired(_l("请选择招生计划工作簿。"))])


class ImportForm(BaseForm):
    """The second step: the bytes that were checked travel with the page, so that nobody uploads twice.

    They are read and checked again; nothing of the first step is trusted.
    """

    workbook = HiddenField()

    def data_bytes(self) -> bytes:
        """The workbook; Refused when the field was damaged."""
        try:
            return base64.b64decode(self.workbook.data or "", validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused(_l("没有收到完整的文件，请重新选择文件。")) from error


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
