"""Forms of the review pages. A decision carries what the officer had on the page."""

import uuid

from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from core.errors import Refused
from core.forms import BaseForm, VersionedForm
from core.i18n import lazy as _l
from core.i18n import say
from enrolment.reviews.codes import return_codes
from enrolment.reviews.operations import DEFAULT_RETURN_DAYS, RETURN_DAYS, Seen
from enrolment.reviews.refusals import LONGEST_REASON


class SeenForm(VersionedForm):
    """A decision about what was on the page."""

    number = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def seen(self) -> Seen:
        """What the officer saw. Raises Refused when the page did not send it."""
        if self.version.data is None or self.number.data is None:
            raise Refused(_l("没有收到完整的内容，请重新打开这份报名。"))
        return Seen(self.version.data, self.number.data)


class ReturnForm(SeenForm):
    """The reasons and the deadline of a return."""

    codes = SelectMultipleField(_l("退回原因"))
    days = RadioField(_l("补正期限"), coerce=int, default=DEFAULT_RETURN_DAYS)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.codes.choices = [(key, say(one.label)) for key, one in return_codes().items()]
        self.days.choices = [(days, _l("%(days)s 天", days=days)) for days in RETURN_DAYS if days in (1, 3, 5, 7)]


class RefusalForm(SeenForm):
    """The reason of a proposed refusal."""

    reason = TextAreaField(
        _l("不通过的理由"),
        description=_l("复核后考生和监护人会看到这段话，请写明依据。"),
        validators=[
            InputRequired(_l("请写明不通过的理由，考生会看到。")),
            Length(max=LONGEST_REASON, message=_l("理由请不要超过 300 字。")),
        ],
    )


class BatchForm(BaseForm):
    """The check page of a batch; its ticks are read by name, their count is written by hand."""

    typed = IntegerField(
        _l("勾选的份数"),
        description=_l("请数清楚后填写，与勾选的份数一致才会通过。"),
        validators=[InputRequired(_l("请填写勾选的份数。"))],
    )


class BatchUndoForm(BaseForm):
    """The button that takes a batch back."""

    batch = HiddenField()

    def batch_id(self) -> uuid.UUID:
        """Which batch. Raises Refused when the page did not send it."""
        try:
            return uuid.UUID(self.batch.data or "")
        except ValueError as error:
            raise Refused(_l("没有收到完整的内容，请重新打开报名预审页面。")) from error
