"""The forms of sign-in, activation, one's own account and the security administration."""

import uuid
from collections.abc import Iterable

from wtforms import DateField, PasswordField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from core.access import Organisation, Role
from core.access.roles import STAFF
from core.accounts.role_words import role_word
from core.forms import BaseForm
from core.i18n import lazy as _l

LONGEST_INPUT = 1000
"""Longer input is cut off nowhere and read nowhere."""


class SecretForm(BaseForm):
    """A form around a secret. Sending it twice does no harm, and its answer sets a cookie that the answer
    to a repeat could not set: it carries no idempotency token."""

    idempotency_token = None


class SignInForm(SecretForm):
    name = StringField(_l("登录名"), validators=[DataRequired(_l("请填写登录名")), Length(max=LONGEST_INPUT)])
    password = PasswordField(_l("密码"), validators=[DataRequired(_l("请填写密码")), Length(max=LONGEST_INPUT)])


class ActivationCodeForm(SecretForm):
    code = StringField(_l("激活码"), validators=[DataRequired(_l("请填写激活单上的激活码")), Length(max=200)])
    fact = StringField(
        _l("证件号码后四位"),
        description=_l("学生和监护人请填写激活单上学生的证件号码后四位；工作人员不用填写。"),
        validators=[Optional(), Length(max=20)],
    )


class NewPasswordForm(SecretForm):
    """A password typed twice; what it must be is checked by the operation."""

    password = PasswordField(_l("新密码"), validators=[DataRequired(_l("请填写新密码")), Length(max=LONGEST_INPUT)])
    repeat = PasswordField(
        _l("再输入一次新密码"),
        validators=[EqualTo("password", _l("两次输入的密码不一样，请重新输入"))],
    )


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField(
        _l("现在的密码"), validators=[DataRequired(_l("请填写现在的密码")), Length(max=LONGEST_INPUT)]
    )


class SecondFactorForm(SecretForm):
    code = StringField(_l("验证码"), validators=[DataRequired(_l("请填写验证码")), Length(max=100)])


class RoleForm(BaseForm):
    """A role for an office, from a day until a day."""

    role = SelectField(_l("角色"), validators=[DataRequired(_l("请选择角色"))])
    organisation = SelectField(_l("单位"), validators=[Optional()])
    valid_from = DateField(_l("从哪天起（代班填写）"), validators=[Optional()])
    valid_to = DateField(_l("到哪天止（代班填写）"), validators=[Optional()])

    def offer(self, offices: Iterable[Organisation], language: str) -> None:
        """Fill the two lists."""
        self.role.choices = [
            SelectChoice("", _l("请选择")),
            *(SelectChoice(role.value, role_word(role)) for role in Role if role in STAFF),
        ]
        self.organisation.choices = [
            SelectChoice("", _l("不属于单位")),
            *(SelectChoice(str(office.id), office.name(language)) for office in offices),
        ]

    @property
    def organisation_id(self) -> uuid.UUID | None:
        return uuid.UUID(self.organisation.data) if self.organisation.data else None


class OpenAccountForm(RoleForm):
    display_name = StringField(_l("姓名"), validators=[DataRequired(_l("请填写姓名")), Length(max=100)])
    sign_in_name = StringField(
        _l("登录名"),
        description=_l("可以不填，由系统生成。不能是证件号码或电话号码。"),
        validators=[Optional(), Length(max=80)],
    )
    phone = StringField(_l("手机号码"), validators=[Optional(), Length(max=40)])
