"""An instance out of a folder of CSV tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from allocation.csv_tables import APPLICATIONS, Row, Tables, layout, read_tables
from allocation.desk import Desk
from allocation.faults import BadInstance

Raw = dict[str, Any]

EVERYWHERE = "all"
"""The one county of a layout that knows none."""


def instance_json(folder: Path, seed: str | None = None) -> bytes:
    """The instance of a folder as JSON, for :func:`allocation.formats.read_instance` to judge.

    ``seed`` overrides the published seed.  Raises :class:`BadInstance` for what is wrong with the files.
    """
    chosen = layout(folder)
    tables = read_tables(folder, chosen)
    raw = _lottery(tables) if chosen is APPLICATIONS else _Plain(tables).instance()
    if seed is not None:
        raw["rules"]["seed"] = seed
    return json.dumps(raw, ensure_ascii=False).encode()


def _given(row: Row, **names: str) -> Raw:
    """The cells that are filled, under the names of the instance."""
    return {key: row[column] for key, column in names.items() if row.get(column)}


class _Plain:
    """The plain layout: one table per kind of thing; what is wrong is noted, and raised together."""

    def __init__(self, tables: Tables) -> None:
        self.desk = Desk()
        self.tables = tables
        self.schools = self._by("schools", "id")
        self.programmes = self._by("programmes", "id")
        self.applicants = self._by("applicants", "id")
        self.limits = self._by("limits", "name")

    def _by(self, table: str, key: str) -> dict[str, Raw]:
        found: dict[str, Raw] = {}
        for number, row in enumerate(self.tables[table], start=1):
            self._once(row[key] in found, row[key], f"{table}.csv[{number}].{key}")
            found[row[key]] = {key: row[key]}
        return found

    def _once(self, again: bool, value: str, path: str) -> None:
        """Nothing may be told twice: the second line would silently stand for the first."""
        if again:
            self.desk.fault(path, value, "重复 / stands twice", "只留一个 / keep one")

    def _flag(self, row: Row, name: str, path: str) -> bool | None:
        words = {"": None, "true": True, "false": False}
        value = row.get(name, "")
        if value not in words:
            self.desk.fault(path, value, "应为 true 或 false / must be true or false", "true | false")
        return words.get(value)

    def _each(self, table: str, column: str, among: Mapping[str, Raw]) -> Iterator[tuple[Row, Raw, str]]:
        """Every row of a table with the thing it belongs to and its path."""
        for number, row in enumerate(self.tables[table], start=1):
            path = f"{table}.csv[{number}]"
            if row[column] in among:
                yield row, among[row[column]], path
            else:
                self._unknown(f"{path}.{column}", row[column])

    def _unknown(self, path: str, value: str) -> None:
        self.desk.fault(path, value, "没有这一项 / there is no such thing", "更正 / correct it")

    def instance(self) -> Raw:
        """The instance as JSON values; numbers stay text."""
        self._schools()
        self._programmes()
        self._applicants()
        self._limits()
        self._shares()
        rules, outflow = self._rules(), self._outflow()
        if self.desk.faults:
            raise BadInstance(tuple(self.desk.faults))
        return {
            "format": "allocation-instance/1",
            "rules": rules,
            "schools": [*self.schools.values()],
            "programmes": [*self.programmes.values()],
            "applicants": [*self.applicants.values()],
            "outflow": outflow,
            "limits": [*self.limits.values()],
            "adjust_order": [row["programme"] for row in self.tables["adjust_order"]],
            "taken": [row["applicant"] for row in self.tables["taken"]],
        }

    def _rules(self) -> Raw:
        rules: Raw = {}
        for number, row in enumerate(self.tables["rules"], start=1):
            key, value = row["key"], row.get("value", "")
            if key == "opening_order":
                rules.setdefault("opening", [])
                rules["opening"] += [value] if value else []
                continue
            self._once(key in rules, key, f"rules.csv[{number}].key")
            flag = key == "bed_with_guarantee"
            rules[key] = self._flag(row, "value", f"rules.csv[{number}].value") if flag else value or None
        return rules

    def _outflow(self) -> Raw:
        most: Raw = {}
        for number, row in enumerate(self.tables["outflow"], start=1):
            self._once(row["county"] in most, row["county"], f"outflow.csv[{number}].county")
            most[row["county"]] = row.get("most")
        return most

    def _schools(self) -> None:
        for row, school, _ in self._each("schools", "id", self.schools):
            school.update(_given(row, county="county", capacity="capacity"))
            school["dorm"] = _given(row, M="dorm_M", F="dorm_F")

    def _programmes(self) -> None:
        for row, one, _ in self._each("programmes", "id", self.programmes):
            names = ("school", "capacity", "min_open", "local_enrolled")
            one.update(_given(row, **{name: name for name in names}))
        for row, one, path in self._each("cells", "programme", self.programmes):
            for key, column in (("ceilings", "ceiling"), ("floors", "floor"), ("lines", "line")):
                if row.get(column):
                    cells = one.setdefault(key, {})
                    county = row.get("county", "")
                    self._once(county in cells, f"{row['programme']}/{county}", f"{path}.{column}")
                    cells[county] = row[column]
        for row, one, path in self._each("conditions", "programme", self.programmes):
            if row.get("kind") not in ("sexes", "excludes", "requires"):
                self.desk.fault(f"{path}.kind", row.get("kind", ""), "未知 / unknown", "sexes | excludes | requires")
                continue
            _add(one, row["kind"], row.get("value", ""))
        for row, one, path in self._each("reserved", "programme", self.programmes):
            kept = {**_given(row, tag="tag", seats="seats"), "release": self._flag(row, "release", f"{path}.release")}
            one.setdefault("reserved", []).append(kept)
        for row, one, path in self._each("rankings", "programme", self.programmes):
            ranking = one.setdefault("ranking", {})
            if row.get("applicant"):
                self._once(row["applicant"] in ranking, row["applicant"], f"{path}.applicant")
                ranking[row["applicant"]] = row.get("priority") or None

    def _applicants(self) -> None:
        rows = self.tables["applicants"]
        ties, choices = (_numbered(rows, name) for name in ("tie", "choice"))
        for row, one, path in self._each("applicants", "id", self.applicants):
            one.update(_given(row, county="county", sex="sex", score="score", lottery="lottery"))
            one["adjust"] = self._flag(row, "adjust", f"{path}.adjust")
            one["boards"] = self._flag(row, "boards", f"{path}.boards")
            one["tie"] = [None if row[name] == "-" else row[name] for name in ties if row[name]]
            one["choices"] = [row[name] for name in choices if row[name]]
        for row, one, _ in self._each("tags", "applicant", self.applicants):
            _add(one, "tags", row.get("tag", ""))

    def _limits(self) -> None:
        for row, one, path in self._each("limits", "name", self.limits):
            one.update(_given(row, cap="cap", sex="sex"))
            one["boarders"] = self._flag(row, "boarders", f"{path}.boarders")
        for row, one, path in self._each("limit_members", "limit", self.limits):
            kinds = {"programme": "programmes", "county": "counties"}
            if row.get("kind") not in kinds:
                self.desk.fault(f"{path}.kind", row.get("kind", ""), "未知 / unknown", "programme | county")
                continue
            _add(one, kinds[row["kind"]], row.get("id", ""))

    def _shares(self) -> None:
        kinds = {"school": self.schools, "programme": self.programmes, "limit": self.limits}
        for number, row in enumerate(self.tables["shares"], start=1):
            among = kinds.get(row["kind"], {})
            path = f"shares.csv[{number}]"
            if row.get("id", "") not in among:
                self._unknown(f"{path}.id", row.get("id", ""))
                continue
            shares = among[row["id"]].setdefault("shares", {})
            if row["kind"] != "limit":
                shares = shares.setdefault(row.get("of") or "capacity", {})
            if row.get("county"):
                self._once(row["county"] in shares, row["county"], f"{path}.county")
                shares[row["county"]] = row.get("seats") or None


def _add(one: Raw, key: str, value: str) -> None:
    """One more member of a set; an empty cell makes the set known without a member."""
    members = one.setdefault(key, [])
    if value:
        members.append(value)


def _numbered(rows: list[Row], name: str) -> list[str]:
    names = [column for column in (rows[0] if rows else ()) if column.startswith(f"{name}_")]
    return sorted(names, key=lambda column: int(column.partition("_")[2]))


def _lottery(tables: Tables) -> Raw:
    """A lottery: every programme × quota is a programme that ranks by priority, then by the lottery.

    One that is wished for and has no line in ``seats`` has no seats.
    """
    desk = Desk()
    seats: dict[str, str] = {}
    for number, row in enumerate(tables["seats"], start=1):
        name = f"{row['programme']}/{row['quota']}"
        if name in seats:
            desk.fault(f"seats.csv[{number}]", name, "重复 / stands twice", "只留一个 / keep one")
        seats[name] = row["seats"]
    ranking: dict[str, Raw] = {}
    listed: dict[str, list[tuple[int, str]]] = {}
    for number, row in enumerate(tables["applications"], start=1):
        name = f"{row['programme']}/{row['quota']}"
        path = f"applications.csv[{number}]"
        seats.setdefault(name, "0")
        if not row["choice"].isdecimal():
            desk.fault(f"{path}.choice", row["choice"], "应为志愿序号 / must be a rank", "1, 2, …")
            continue
        listed.setdefault(row["applicant"], []).append((int(row["choice"]), name))
        ranking.setdefault(name, {}).setdefault(row["applicant"], row["priority"])
    if desk.faults:
        raise BadInstance(tuple(desk.faults))
    return {
        "format": "allocation-instance/1",
        "rules": {"across": "common_score"},
        "programmes": [{"id": name, "capacity": seats[name], "ranking": ranking.get(name, {})} for name in seats],
        "applicants": [
            {"id": who, "county": EVERYWHERE, "score": 0, "choices": [name for _, name in sorted(choices)]}
            for who, choices in listed.items()
        ],
    }
