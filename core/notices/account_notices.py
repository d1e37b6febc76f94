"""What the owner of an account is told about it."""

from core import clock
from core.accounts.models import Account
from core.i18n import lazy as _l
from core.notices.operations import notify
from core.notices.templates import add_template

SIGN_IN_CHANGED = "account.password_changed"


def register() -> None:
    """The sentences."""
    add_template(
        SIGN_IN_CHANGED,
        _l("您的账号在 %(at)s 设置了新密码。如果不是您本人操作，请立即登录并冻结账号，或联系发放激活单的单位。"),
        title=_l("密码已更改"),
        urgent=True,
    )


def tell_password_changed(account: Account) -> None:
    """Inside the transaction that sets the password: tell its owner, over every channel, at once."""
    notify(account.id, SIGN_IN_CHANGED, {"at": clock.now()}, link="/account/freeze")
