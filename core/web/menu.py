"""Menu entries: each package registers its own, a page shows those the actor may use."""

from dataclasses import dataclass

from core.access import Actor


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One link. ``permission`` empty: for everybody of ``audience`` (public, family or staff)."""

    label: object
    endpoint: str
    order: int
    permission: str = ""
    audience: str = "staff"
    group: object = ""


_ENTRIES: dict[str, MenuEntry] = {}


def add_menu(*entries: MenuEntry) -> None:
    """Register entries (the same endpoint again replaces the earlier one)."""
    for entry in entries:
        _ENTRIES[entry.endpoint] = entry


def menu_of(actor: Actor) -> tuple[MenuEntry, ...]:
    """The entries this actor may use, in order."""
    return tuple(entry for entry in sorted(_ENTRIES.values(), key=lambda one: one.order) if _shown(entry, actor))


def _shown(entry: MenuEntry, actor: Actor) -> bool:
    if entry.permission:
        return actor.may(entry.permission)
    if entry.audience == "public":
        return not actor.is_staff
    return actor.is_family if entry.audience == "family" else actor.is_staff
