"""A person chooses a password: the rules in words, and the names it may not rest on."""

from collections.abc import Callable

from core import clock
from core.accounts.models import Account
from core.accounts.password_rules import PasswordFault, fault_of
from core.accounts.passwords import LONGEST, SHORTEST
from core.errors import Refused
from core.i18n import lazy as _l
from core.names import search_keys

Listener = Callable[[Account], None]

_LISTENERS: list[Listener] = []
_SENTENCES = {
    PasswordFault.TOO_SHORT: _l("密码至少要有 %(shortest)s 个字符，请再加长。", shortest=SHORTEST),
    PasswordFault.TOO_LONG: _l("密码最多 %(longest)s 个字符，请缩短。", longest=LONGEST),
    PasswordFault.DOCUMENT: _l("密码里不能有证件号码，别人可能知道它。请换一个。"),
    PasswordFault.PHONE: _l("密码里不能有手机号码，别人可能知道它。请换一个。"),
    PasswordFault.DIGITS: _l("只有数字的密码容易被猜到（生日、电话）。请加入文字或字母。"),
    PasswordFault.MONOTONOUS: _l("密码里重复的字符太多，容易被猜到。请换一个。"),
    PasswordFault.COMMON: _l("这是很多人用的密码，会最先被猜到。请换一个，例如几个不相干的词。"),
    PasswordFault.OWN_WORDS: _l("密码不能以您的姓名、登录名、单位或本服务的名称为主。请换一个。"),
}


def on_password_changed(listener: Listener) -> None:
    """Call ``listener`` inside each transaction that gives an account a new password."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def demand_good_password(account: Account, secret: str) -> None:
    """Raise Refused, with the rule in words, unless the account may have this password."""
    fault = fault_of(secret, own_words(account))
    if fault is not None:
        raise Refused(_SENTENCES[fault], field="password")


def set_password(account: Account, hashed: str) -> None:
    """Inside a transaction: the new password, its time, and those who want to know."""
    account.password_hash = hashed
    account.password_changed_at = clock.now()
    for listener in _LISTENERS:
        listener(account)


def own_words(account: Account) -> frozenset[str]:
    """What everybody knows of the person: names in characters and pinyin, sign-in name, offices."""
    words = {account.sign_in_name, account.display_name, *search_keys(account.display_name)}
    for grant in account.grants:
        if grant.organisation is not None:
            office = grant.organisation
            words |= {office.name_zh, office.name_en, *search_keys(office.name_zh)}
    return frozenset(words)
