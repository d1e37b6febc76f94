"""Forms: one base with idempotency token, optional version, and an error summary."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from core.errors import DomainError, Refused
from core.i18n import lazy as _l
from core.i18n import say
from core.web.idempotency import FIELD, new_token


@dataclass(frozen=True, slots=True)
class FormError:
    """One line of the error summary: the field's id to jump to, and the sentence."""

    field_id: str
    sentence: object


class BaseForm(FlaskForm):
    """Every form that writes. CSRF is on; the token makes a double click harmless."""

    idempotency_token = HiddenField(default=new_token, name=FIELD)

    def refuse(self, error: DomainError) -> None:
        """Show an operation's refusal at its field, or at the top of the form."""
        field = self._fields.get(error.field or "")
        if field is not None:
            field.errors = [*field.errors, say(error.sentence)]
        else:
            self.form_errors.append(say(error.sentence))

    def summary(self) -> tuple[FormError, ...]:
        """All errors in the order of the fields, for the box at the top of the page."""
        lines = [FormError("", sentence) for sentence in self.form_errors]
        for field in self:
            lines.extend(FormError(field.id, sentence) for sentence in _flat(field.errors))
        return tuple(lines)


class CarriedFileForm(BaseForm):
    """The second step of an upload: the bytes that were checked travel with the page, so that nobody uploads twice.

    They are read and checked again; nothing of the first step is trusted.
    """

    workbook = HiddenField()

    def data_bytes(self) -> bytes:
        """The file; Refused when the field was damaged."""
        try:
            return base64.b64decode(self.workbook.data or "", validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused(_l("没有收到完整的文件，请重新选择文件。")) from error


class VersionedForm(BaseForm):
    """A form over an editable row: carries the version it was made from (empty: the row is not there yet)."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])


def _flat(errors: Any) -> list[object]:
    """WTForms nests the errors of compound fields; the summary wants sentences."""
    if isinstance(errors, dict):
        return [line for value in errors.values() for line in _flat(value)]
    lines: list[object] = []
    for error in errors:
        lines.extend(_flat(error) if isinstance(error, dict | list | tuple) else [error])
    return lines
