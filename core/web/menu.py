"""Menu entries: each package registers its own, a page shows those the actor may use."""

from dataclasses import dataclass, replace

from core.access import Actor, OrganisationKind
from core.i18n import say


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One link. ``permission`` empty: for everybody of ``audience`` (public, family or staff).

    ``group`` gathers entries under one word of the bar; ``hint`` is the line under the link on the home page.
    ``office_label`` is what those call the page who look at it from an office and not from a school.
    """

    label: object
    endpoint: str
    order: int
    permission: str = ""
    audience: str = "staff"
    group: object = ""
    hint: object = ""
    office_label: object = ""


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Entries under one word of the bar; an entry without a group stands alone (``label`` empty)."""

    label: str
    entries: tuple[MenuEntry, ...]


_ENTRIES: dict[str, MenuEntry] = {}


def add_menu(*entries: MenuEntry) -> None:
    """Register entries (the same endpoint again replaces the earlier one)."""
    for entry in entries:
        _ENTRIES[entry.endpoint] = entry


def menu_of(actor: Actor) -> tuple[MenuEntry, ...]:
    """The entries this actor may use, in order."""
    ordered = sorted(_ENTRIES.values(), key=lambda one: one.order)
    return tuple(_named(entry, actor) for entry in ordered if _shown(entry, actor))


def grouped(entries: tuple[MenuEntry, ...]) -> tuple[MenuGroup, ...]:
    """The bar: groups in the order of their first entry, a group of one stands alone."""
    gathered: dict[str, list[MenuEntry]] = {}
    for entry in entries:
        key = say(entry.group) or f"\0{entry.endpoint}"
        gathered.setdefault(key, []).append(entry)
    return tuple(
        MenuGroup("" if key.startswith("\0") or len(found) == 1 else key, tuple(found))
        for key, found in gathered.items()
    )


def _named(entry: MenuEntry, actor: Actor) -> MenuEntry:
    kinds = {grant.organisation_kind for grant in actor.grants_for(entry.permission)} if entry.office_label else set()
    if kinds - {OrganisationKind.SCHOOL}:
        return replace(entry, label=entry.office_label)
    return entry


def _shown(entry: MenuEntry, actor: Actor) -> bool:
    if entry.permission:
        return actor.may(entry.permission)
    if entry.audience == "public":
        return not actor.is_staff
    return actor.is_family if entry.audience == "family" else actor.is_staff
