"""Code sets and majors: versioned data with one way to look them up. Pure."""

from core.codes.majors import (
    Major,
    MajorLevel,
    UnknownMajor,
    catalogue,
    catalogue_years,
    comparable_major,
    find_major,
    major,
)
from core.codes.sets import CodeEntry, CodeSet, Mark, Numbering, UnknownCode, code_set, code_set_names

__all__ = [
    "CodeEntry",
    "CodeSet",
    "Major",
    "MajorLevel",
    "Mark",
    "Numbering",
    "UnknownCode",
    "UnknownMajor",
    "catalogue",
    "catalogue_years",
    "code_set",
    "code_set_names",
    "comparable_major",
    "find_major",
    "major",
]
