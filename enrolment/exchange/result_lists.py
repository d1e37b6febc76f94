"""The content of a package of results: what was released for one county's pupils, without names or documents."""

import datetime as dt

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import db
from core.errors import Refused
from core.i18n import lazy as _l
from core.words import Words
from enrolment.applications.models import Applicant, Application
from enrolment.cycles.models import Cycle, Round
from enrolment.results.models import Placement
from enrolment.results.visibility import publication_of, publication_out, released_placements
from registry.schools.models import Programme, School


class ResultLine(BaseModel):
    """One pupil: the place in words of both languages, or nothing for the unplaced."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str = Field(min_length=1, max_length=30)
    programme: str = Field(default="", max_length=40)
    place_zh: str = Field(default="", max_length=200)
    place_en: str = Field(default="", max_length=200)
    rank: int | None = Field(default=None, ge=1)
    adjusted: bool = False

    @property
    def place(self) -> Words | None:
        """School and programme, None for the unplaced."""
        return Words(self.place_zh, self.place_en) if self.programme else None


class ResultList(BaseModel):
    """All results of a round for one county."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: int
    round: int = Field(ge=1)
    released_at: AwareDatetime
    lines: tuple[ResultLine, ...]

    @property
    def admitted(self) -> int:
        """How many have a place."""
        return sum(1 for one in self.lines if one.programme)


class BadResults(Exception):
    """The content of a package is no list of results, or names pupils whom the county does not have."""

    def __init__(self, unknown: tuple[str, ...] = ()) -> None:
        super().__init__("bad results")
        self.unknown = unknown


def released_list(in_round: Round, county: str) -> ResultList:
    """What the release says of a county's pupils. Raises Refused before the release."""
    publication = publication_of(in_round.id)
    if publication is None or not publication_out(in_round.id):
        raise Refused(_l("第 %(number)s 轮的结果还没有公布，不能生成结果包。", number=in_round.number))
    return ResultList(
        year=in_round.cycle.year,
        round=in_round.number,
        released_at=_whole(publication.release_at),
        lines=tuple(_line(one) for one in _placements(in_round, county)),
    )


def read_results(content: bytes) -> ResultList:
    """The list in a package; raises BadResults."""
    try:
        return ResultList.model_validate_json(content)
    except ValidationError as error:
        raise BadResults from error


def pupils_of(cycle: Cycle, county: str, results: ResultList) -> dict[str, Applicant]:
    """The county's pupils of the list by number; raises BadResults naming those it does not have."""
    query = select(Applicant).where(Applicant.cycle_id == cycle.id, Applicant.county == county)
    known = {one.candidate_number: one for one in db.session.scalars(query)}
    unknown = tuple(sorted({one.number for one in results.lines} - known.keys()))
    if unknown or len({one.number for one in results.lines}) != len(results.lines):
        raise BadResults(unknown)
    return {one.number: known[one.number] for one in results.lines}


def _placements(in_round: Round, county: str) -> list[Placement]:
    query = (
        released_placements()
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Application.round_id == in_round.id, Applicant.county == county)
        .options(
            joinedload(Placement.application).joinedload(Application.applicant),
            joinedload(Placement.programme).options(
                joinedload(Programme.major),
                joinedload(Programme.college_major),
                joinedload(Programme.school).options(joinedload(School.organisation), joinedload(School.names)),
            ),
        )
        .order_by(Applicant.candidate_number)
    )
    return list(db.session.scalars(query).unique())


def _line(placement: Placement) -> ResultLine:
    number, programme = placement.application.applicant.candidate_number, placement.programme
    if programme is None:
        return ResultLine(number=number)
    zh, en = (f"{programme.school.name(language)} · {programme.name(language)}" for language in ("zh", "en"))
    return ResultLine(
        number=number,
        programme=programme.code,
        place_zh=zh,
        place_en=en,
        rank=placement.rank,
        adjusted=placement.adjusted,
    )


def _whole(at: dt.datetime) -> dt.datetime:
    return at.replace(microsecond=0)
