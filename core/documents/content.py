"""The facts of a paper: in the order shown, with a fingerprint, and what strangers may see of them."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from core.clock import at_beijing
from core.documents.qr import code_groups, qr_svg, short_form
from core.words import Words


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement on a paper.

    ``personal`` marks what the public verification page may show only masked, or after the second
    fact was given (product rule: masked name first, last four of the ID to see more).
    """

    key: str
    label: Words
    value: str
    personal: bool = False


class Stated(ABC):
    """A paper that states facts under a template's name."""

    __slots__ = ()
    template: ClassVar[str]

    @abstractmethod
    def facts(self) -> tuple[Fact, ...]:
        """The statements of the paper, in its order."""

    def content(self) -> dict[str, str]:
        """Exactly the facts shown, by key, in the order of the paper; empty ones left out."""
        return {fact.key: fact.value for fact in self.facts() if fact.value}

    def content_digest(self) -> str:
        """SHA-256 (64 hex digits) of the paper's kind and content as canonical JSON.

        Canonical: keys sorted, no spaces, UTF-8. Whether a print is marked as a copy is no part of it, so
        the second print has the digest of the first.
        """
        statement = {"document": self.template, "content": self.content()}
        canonical = json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


class StatedOnADay(Stated):
    """A paper that bears a date of issue."""

    __slots__ = ()
    issued_on: date

    @property
    def stamped_at(self) -> datetime:
        """Midnight in Beijing of the day of issue."""
        return at_beijing(self.issued_on)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who answers for a paper: the name on the letterhead and how to reach the office."""

    name: str
    address: str
    phone: str
    supervisor: str = ""
    """主管部门, shown small under the letterhead."""

    def facts(self, label: Words) -> tuple[Fact, ...]:
        """The issuer's part of a paper's facts; *label* says what the issuer is to the reader."""
        return (
            Fact("issuer", label, self.name),
            Fact("supervisor", Words("主管部门", "Supervised by"), self.supervisor),
            Fact("contact", Words("联系方式", "Contact"), self.contact()),
        )

    def contact(self) -> str:
        """Address and telephone as in the foot of the page."""
        return f"{self.address}　电话 {self.phone}"

    def data(self) -> Mapping[str, object]:
        """The template's part."""
        return {"name": self.name, "supervisor": self.supervisor, "contact": self.contact()}


@dataclass(frozen=True, slots=True)
class Verification:
    """How a reader checks a paper: number, unguessable code and the public page.

    ``code`` is the full code of :func:`core.documents.qr.verification_code`; ``site`` is the address
    of the public page (https, no slash at the end); the QR code leads to ``site/code``.
    """

    number: str
    code: str
    site: str

    @property
    def url(self) -> str:
        """What the QR code holds."""
        return f"{self.site}/{self.code}"

    def data(self) -> Mapping[str, object]:
        """The template's part: picture, typed form in groups, address to type."""
        return {
            "number": self.number,
            "site": self.site.partition("://")[2],
            "typed": code_groups(short_form(self.code)),
            "qr": qr_svg(self.url, title="", quiet_zone=0),
        }


def rows(facts: tuple[Fact, ...], *keys: str) -> list[dict[str, str]]:
    """The named facts as label and value for a template's table, in the order of *keys*.

    Facts without a value are left out: a paper has no empty lines.
    """
    by_key = {fact.key: fact for fact in facts}
    chosen = [by_key[key] for key in keys]
    return [{"label": fact.label.zh, "value": fact.value} for fact in chosen if fact.value]


def public_content_of(paper: Stated, masked: Mapping[str, str]) -> dict[str, str]:
    """What the verification page may show to anyone.

    Facts that are not personal, as printed; personal ones only where *masked* gives their masked form
    (``{"student_name": "欧**"}``), else left out. Order of the paper.
    """
    shown = {}
    for fact in paper.facts():
        value = masked.get(fact.key, "") if fact.personal else fact.value
        if value:
            shown[fact.key] = value
    return shown
