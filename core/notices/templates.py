"""The sentences of notices: each room registers its own, with the facts they name."""

from dataclasses import dataclass

from core.i18n import spoken_language
from core.notices.facts import Stored, shown


@dataclass(frozen=True, slots=True)
class NoticeTemplate:
    """One kind of notice. ``title`` and ``text`` are sentences with named places: ``%(school)s``.

    ``urgent`` notices (security of the account) are sent at night too.
    """

    key: str
    title: object
    text: object
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice in words, in one language."""

    title: str
    text: str


class UnknownTemplate(LookupError):
    """No room registered a template of this name, or a fact it names is missing: a fault of the program."""


_TEMPLATES: dict[str, NoticeTemplate] = {}


def add_template(key: str, text: object, *, title: object = "", urgent: bool = False) -> None:
    """Register the sentences of ``key`` (``room.event``); the same key again replaces the earlier ones.

    Both are lazy catalogue sentences without values. Without a title the text's first sentence is it.
    """
    _TEMPLATES[key] = NoticeTemplate(key, title, text, urgent)


def template_of(key: str) -> NoticeTemplate:
    """The template ``key``; raises UnknownTemplate."""
    found = _TEMPLATES.get(key)
    if found is None:
        raise UnknownTemplate(key)
    return found


def all_templates() -> tuple[NoticeTemplate, ...]:
    """Every registered template, by key."""
    return tuple(_TEMPLATES[key] for key in sorted(_TEMPLATES))


def worded(key: str, facts: Stored) -> Wording:
    """The notice in the language of the moment (the page's, or the one set around the call)."""
    template = template_of(key)
    said = shown(facts, spoken_language())
    try:
        text = str(template.text) % said
        title = str(template.title) % said
    except KeyError as missing:
        raise UnknownTemplate(f"{key} names the fact {missing}") from missing
    return Wording(title or text.split("。")[0].split(". ")[0], text)
