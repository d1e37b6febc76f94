"""Return codes: each re-opens one item and says in a ready sentence what the pupil has to do. Pure data."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from core.words import Words
from enrolment.applications.states import Item


class ReturnCode(BaseModel):
    """One reason to return an application. ``label`` is for officers, ``sentence`` for the pupil."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z_]{3,40}$")
    item: Item
    label_zh: str = Field(min_length=1)
    label_en: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @property
    def label(self) -> Words:
        return Words(self.label_zh, self.label_en)

    @property
    def sentence(self) -> Words:
        return Words(self.zh, self.en)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    codes: tuple[ReturnCode, ...] = Field(min_length=1)


class UnknownReturnCode(LookupError):
    """A code that the list does not have."""


@cache
def return_codes() -> Mapping[str, ReturnCode]:
    """All codes in the order of the list. Raises ValueError when the file repeats one."""
    read = _File.model_validate_json(files("enrolment.reviews").joinpath("data/return-codes.json").read_text("utf-8"))
    found = {one.code: one for one in read.codes}
    if len(found) != len(read.codes):
        raise ValueError("the list of return codes repeats a code")
    return found


def chosen_codes(codes: Iterable[str]) -> tuple[ReturnCode, ...]:
    """The codes named, in the order of the list. Raises UnknownReturnCode."""
    wanted = set(codes)
    unknown = wanted - return_codes().keys()
    if unknown:
        raise UnknownReturnCode(sorted(unknown)[0])
    return tuple(one for key, one in return_codes().items() if key in wanted)


def items_of(codes: Iterable[ReturnCode]) -> tuple[Item, ...]:
    """The items that the codes re-open, each once, in the order of ``Item``."""
    opened = {one.item for one in codes}
    return tuple(item for item in Item if item in opened)


def letter_of(codes: Iterable[ReturnCode]) -> Words:
    """What the pupil reads: the sentences, numbered where there are several."""
    sentences = [one.sentence for one in codes]
    return Words(_numbered([one.zh for one in sentences]), _numbered([one.en for one in sentences]))


def _numbered(sentences: Sequence[str]) -> str:
    if len(sentences) == 1:
        return sentences[0]
    return " ".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, start=1))
