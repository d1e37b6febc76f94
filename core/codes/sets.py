"""Code sets: labelled codes with dates, loaded once from the JSON files beside this module.

A file holds one version of one set. When a standard changes, a file with a later `valid_from` is added;
old records keep their labels because a set knows all its entries, expired ones included.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core import clock
from core.codes.matching import nearest, not_recognised, plain
from core.words import Words


class Numbering(StrEnum):
    """Who chose the code strings: a national standard, or we, where the source gives labels only."""

    NATIONAL = "national"
    OWN = "own"


class Mark(StrEnum):
    """How sure an entry is."""

    SEEN = "seen"
    KNOWN = "known"
    UNCERTAIN = "uncertain"


class CodeEntry(BaseModel):
    """One code. `sensitive` codes need a permission of their own; `national` is what exports write."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    code: str = Field(pattern=r"^[0-9A-Z.]{1,8}$")
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    group: str | None = None
    national: str | None = None
    sensitive: bool = False
    mark: Mark = Mark.KNOWN
    note: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def words(self) -> Words:
        return Words(self.zh, self.en)

    @property
    def national_code(self) -> str:
        """The code a national sheet takes for this entry."""
        return self.national or self.code

    def is_valid_on(self, day: date) -> bool:
        """Whether the entry may be chosen on `day` (both ends included)."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


class _SetFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: str = Field(pattern=r"^[a-z_]+$")
    version: str
    zh: str
    en: str
    source: str = Field(min_length=1)
    numbering: Numbering
    valid_from: date
    entries: tuple[CodeEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unambiguous(self) -> "_SetFile":
        for texts in ([e.code for e in self.entries], [t for e in self.entries for t in (e.zh, *e.aliases)]):
            repeated = {text for text in texts if texts.count(text) > 1}
            if repeated:
                raise ValueError(f"code set {self.id} repeats {sorted(repeated)}")
        return self


class UnknownCode(LookupError):
    """A code or label that a set does not have; `nearest` are the entries it may mean."""

    def __init__(self, words: Words, candidates: tuple[CodeEntry, ...] = ()) -> None:
        super().__init__(words.zh)
        self.words = words
        self.nearest = candidates


@dataclass(frozen=True)
class CodeSet:
    """One version of a set as it stands on the day `on`."""

    file: _SetFile
    on: date

    @property
    def id(self) -> str:
        return self.file.id

    @property
    def version(self) -> str:
        return self.file.version

    @property
    def source(self) -> str:
        return self.file.source

    @property
    def numbering(self) -> Numbering:
        return self.file.numbering

    @property
    def words(self) -> Words:
        """Title of the set."""
        return Words(self.file.zh, self.file.en)

    @cached_property
    def _by_code(self) -> Mapping[str, CodeEntry]:
        return {entry.code: entry for entry in self.file.entries}

    @property
    def entries(self) -> tuple[CodeEntry, ...]:
        """All entries in the order of the standard, expired ones included."""
        return self.file.entries

    @property
    def choices(self) -> tuple[CodeEntry, ...]:
        """The entries that may be chosen on the day of the set."""
        return tuple(entry for entry in self.file.entries if entry.is_valid_on(self.on))

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def entry(self, code: str) -> CodeEntry:
        """The entry with exactly this code, expired or not. Raises UnknownCode."""
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownCode(
                Words(
                    f"{self.words.zh}中没有代码“{code}”，请核对",
                    f"There is no code “{code}” for {self.words.en}; please check it",
                )
            ) from None

    def label(self, code: str, language: str = "zh") -> str:
        """The label of a code, expired or not. Raises UnknownCode."""
        return self.entry(code).words.text(language)

    def find(self, text: str) -> CodeEntry:
        """The entry meant by a code, a label in either language, an alias, or the form "14-白族".

        A missing leading zero, full-width characters and spaces do no harm. Only entries valid on the day
        of the set are found. Raises UnknownCode with the nearest entries otherwise.
        """
        wanted = plain(text)
        if not wanted:
            raise UnknownCode(Words(f"请选择{self.words.zh}", f"Please choose the {self.words.en}"))
        padded = wanted.zfill(self._width) if wanted.isdigit() else wanted
        for candidate in (wanted, padded, *self._halves(wanted)):
            if candidate in self._index:
                return self._index[candidate]
        raise self._unknown(text)

    @cached_property
    def _width(self) -> int:
        return min(len(entry.code) for entry in self.file.entries)

    @cached_property
    def _index(self) -> Mapping[str, CodeEntry]:
        index: dict[str, CodeEntry] = {}
        for texts in (lambda e: (e.code,), lambda e: (e.zh,), lambda e: e.aliases, lambda e: (e.en,)):
            for entry in self.choices:
                for text in texts(entry):
                    index.setdefault(plain(text), entry)
        return index

    def _halves(self, wanted: str) -> tuple[str, ...]:
        """Both halves of "code-label", but only when they agree on one entry."""
        match = re.fullmatch(r"([0-9a-z.]{1,8})[-_:、.](.+)", wanted)
        if match is None:
            return ()
        code, label = match.groups()
        by_code, by_label = self._index.get(code), self._index.get(label)
        return (code,) if by_code is not None and by_code is by_label else ()

    def _unknown(self, text: str) -> UnknownCode:
        by_label = {t: entry for entry in self.choices for t in (entry.zh, *entry.aliases)}
        meant = tuple(dict.fromkeys(by_label[label] for label in nearest(plain(text), by_label)))
        words = not_recognised(self.words, text.strip(), (e.zh for e in meant), (e.en for e in meant))
        return UnknownCode(words, meant)


@cache
def _files() -> Mapping[str, tuple[_SetFile, ...]]:
    """All versions by set id, oldest first."""
    versions: dict[str, list[_SetFile]] = {}
    for path in files("core.codes").joinpath("data").iterdir():
        if path.name.endswith(".json") and not path.name.startswith("majors-"):
            loaded = _SetFile.model_validate_json(path.read_text(encoding="utf-8"))
            versions.setdefault(loaded.id, []).append(loaded)
    return {set_id: tuple(sorted(found, key=lambda f: f.valid_from)) for set_id, found in sorted(versions.items())}


def code_set_names() -> tuple[str, ...]:
    """The ids of all code sets, sorted."""
    return tuple(_files())


def code_set(name: str, on: date | None = None) -> CodeSet:
    """The version of a set in force on the day `on` (today when left out).

    Raises KeyError for a name that no file carries, LookupError when no version was in force yet.
    """
    return _code_set(name, on or clock.today())


@lru_cache(maxsize=512)
def _code_set(name: str, on: date) -> CodeSet:
    in_force = [version for version in _files()[name] if version.valid_from <= on]
    if not in_force:
        raise LookupError(f"no version of code set {name} was in force on {on.isoformat()}")
    return CodeSet(in_force[-1], on)
