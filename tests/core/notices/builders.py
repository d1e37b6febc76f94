"""Channels and templates for tests."""

from dataclasses import dataclass, field

from core.accounts.models import Account
from core.audit import record
from core.audit.operations import House
from core.db import transaction
from core.i18n import lazy as _l
from core.notices.channels import Message, NotDelivered
from core.notices.models import Notice
from core.notices.operations import notify
from core.notices.templates import add_template

EVENT = "test.event"
add_template(EVENT, _l("您的报名已由%(school)s收到。下一步请等待审核。"), title=_l("报名已收到"))
add_template("test.urgent", _l("请马上查看。"), urgent=True)


@dataclass(slots=True)
class Remembering:
    """A channel that keeps what it was given, after refusing a number of times."""

    refuse: int = 0
    messages: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        if self.refuse:
            self.refuse -= 1
            raise NotDelivered("gateway: busy")
        self.messages.append(message)


def tell(who: Account, template: str = EVENT, **more: object) -> Notice:
    """One notice in a transaction of its own."""
    with transaction():
        made = notify(who.id, template, {"school": "甲职校"}, **more)
        record(House("test"), "test.tell", made)
    return made
