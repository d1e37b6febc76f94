"""The names of limits, minima and guarantees in the words of the plan, Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable

from allocation.instance import Instance
from allocation.limits import NamedLimit, named_limits
from allocation.wording import Lang

Pair = tuple[str, str]
SEXES: dict[str, Pair] = {"M": ("男生", "male"), "F": ("女生", "female")}


class Namer:
    """Says what ``cap/P1`` or ``min/P1`` is; a name it does not know is told as it stands."""

    def __init__(self, instance: Instance) -> None:
        self.words: dict[str, Pair] = {limit.name: _limit(limit) for limit in named_limits(instance)}
        for one in instance.programmes:
            local = one.local_enrolled
            zh, en = (f",含本地 {local} 人", f", {local} local pupils counted in") if local else ("", "")
            self.words[f"min/{one.id}"] = (
                f"专业 {one.id} 的最低开班人数({one.min_open}{zh})",
                f"the minimum of {one.id} ({one.min_open}{en})",
            )
            for county, seats in one.floors.items():
                self.words[f"floor/{one.id}/{county}"] = (
                    f"专业 {one.id} 对 {county} 的保底({seats})",
                    f"the floor of {one.id} for {county} ({seats})",
                )
            for kept in one.reserved:
                self.words[f"held/{one.id}/{kept.tag}"] = (
                    f"专业 {one.id} 为“{kept.tag}”预留的名额({kept.seats})",
                    f"the places of {one.id} reserved for {kept.tag} ({kept.seats})",
                )

    def say(self, name: str, lang: Lang) -> str:
        """One name in words."""
        pair = self.words.get(name, (name, name))
        return pair[0] if lang == "zh" else pair[1]

    def join(self, names: Iterable[str], lang: Lang) -> str:
        """Several names in words."""
        return ("、" if lang == "zh" else ", ").join(self.say(name, lang) for name in names)


def _limit(limit: NamedLimit) -> Pair:
    parts = limit.name.split("/")
    about = "/".join(parts[1:])
    place = next(iter(limit.programmes)) if limit.programmes and len(limit.programmes) == 1 else about
    county = limit.county or ""
    of_county = (f" {county} 的份额", f", share of {county}") if county else ("", "")
    if limit.kind == "cap":
        zh, en = f"专业 {place} 的招生总数{of_county[0]}", f"the total of {place}{of_county[1]}"
    elif limit.kind == "cell":
        zh, en = f"专业 {place} 对 {county} 的计划数", f"the places of {place} for {county}"
    elif limit.kind == "school":
        zh, en = f"学校 {about} 的招生总数", f"the total of school {about}"
    elif limit.kind == "dorm":
        sex = SEXES.get(limit.sex or "", ("", ""))
        zh, en = (
            f"学校 {parts[1]} 的{sex[0]}床位{of_county[0]}",
            f"the {sex[1]} beds of school {parts[1]}{of_county[1]}",
        )
    elif limit.kind == "outflow":
        zh, en = f"{county} 外出就读的人数", f"the pupils who may leave {county}"
    else:
        zh, en = f"限额“{about}”", f"the limit {about}"
    return f"{zh}({limit.cap})", f"{en} ({limit.cap})"
