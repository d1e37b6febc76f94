"""Majors by catalogue year. The key is (year, code): old students keep the major of their catalogue.

Majors a school has filed outside the catalogue are rows of the registry, not of these files.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from core.codes.matching import nearest, not_recognised, plain
from core.codes.sets import Mark
from core.words import Words


class MajorLevel(StrEnum):
    """Stage of vocational schooling a major belongs to."""

    SECONDARY = "secondary"
    COLLEGE = "college"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    code: str = Field(pattern=r"^[0-9]{6}[0-9A-Z]?$")
    level: MajorLevel
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    mark: Mark
    former_names: tuple[str, ...] = ()
    continues_as: tuple[str, ...] = ()
    successor: str | None = None


class Major(_Entry):
    """A major of one catalogue.

    `continues_as` are college majors (same catalogue) of through-train programmes; `successor` is the code
    of the following catalogue; `mark` says how sure the code is.
    """

    year: int

    @property
    def words(self) -> Words:
        return Words(self.zh, self.en)


class _CatalogueFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    year: int
    version: str
    source: str = Field(min_length=1)
    majors: tuple[_Entry, ...] = Field(min_length=1)


class UnknownMajor(LookupError):
    """A code or name that a catalogue does not have; `nearest` are the majors it may mean."""

    def __init__(self, words: Words, candidates: tuple[Major, ...] = ()) -> None:
        super().__init__(words.zh)
        self.words = words
        self.nearest = candidates


@cache
def _catalogues() -> Mapping[int, Mapping[str, Major]]:
    loaded: dict[int, Mapping[str, Major]] = {}
    for path in files("core.codes").joinpath("data").iterdir():
        if path.name.startswith("majors-") and path.name.endswith(".json"):
            file = _CatalogueFile.model_validate_json(path.read_text(encoding="utf-8"))
            majors = {e.code: Major(year=file.year, **e.model_dump()) for e in file.majors}
            if len(majors) != len(file.majors):
                raise ValueError(f"the catalogue of {file.year} repeats a code")
            loaded[file.year] = majors
    return dict(sorted(loaded.items()))


def catalogue_years() -> tuple[int, ...]:
    """Years of the catalogues, oldest first."""
    return tuple(_catalogues())


def catalogue(year: int, level: MajorLevel | None = None) -> tuple[Major, ...]:
    """The majors of a catalogue, of one level or of both. Raises KeyError for an unknown year."""
    return tuple(m for m in _catalogues()[year].values() if level is None or m.level is level)


def major(year: int, code: str) -> Major:
    """The major with this code in the catalogue of `year`. Raises UnknownMajor."""
    try:
        return _catalogues()[year][code]
    except KeyError:
        raise UnknownMajor(
            Words(
                f"{year} 年专业目录中没有代码“{code}”；如是学校备案的目录外专业，请先登记",
                f"The {year} catalogue has no major “{code}”; a major filed outside the catalogue "
                "must be entered first",
            )
        ) from None


def comparable_major(year: int, code: str) -> Major:
    """The major of the newest catalogue that an old one became, to join statistics over catalogues.

    A major without a successor stands for itself. Raises UnknownMajor.
    """
    found = major(year, code)
    later = [y for y in catalogue_years() if y > year]
    if not later or found.successor is None:
        return found
    return comparable_major(later[0], found.successor)


def find_major(year: int, text: str) -> Major:
    """The major meant by a code, a name or a former name. Raises UnknownMajor with the nearest ones."""
    wanted = plain(text)
    by_name: dict[str, Major] = {}
    for candidate in catalogue(year):
        for name in (candidate.code, candidate.zh, *candidate.former_names):
            by_name.setdefault(plain(name), candidate)
    if wanted in by_name:
        return by_name[wanted]
    meant = tuple(dict.fromkeys(by_name[name] for name in nearest(wanted, by_name)))
    words = not_recognised(Words("专业", "major"), text.strip(), (m.zh for m in meant), (m.en for m in meant))
    raise UnknownMajor(words, meant)
