"""The filing of three rounds: many families, each at a moment of its own, in batches of one transaction."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from core import clock
from core.access import Actor, Role
from core.db import db, transaction
from demo import reviewing
from demo.actors import Staff
from demo.catalogues import catalogue_in_hand
from demo.content import county_codes
from demo.families import Family, Parent, ids_of, moment_between, parent_of
from demo.invented import Invented, Inventor
from demo.lists import Listed
from demo.offices import Zone
from demo.papers import upload
from demo.stages import Stage
from demo.timetable import RoundDates
from demo.wishes import wishes
from enrolment.applications import operations
from enrolment.applications.models import PaperKind

_BATCH = 20
_COUNTY_SHARES = (36, 36, 28)
_ADJUSTS = 0.55

Item = TypeVar("Item")
Seats = Mapping[tuple[str, str], int]


def people_of(
    count: int, year: int, inventor: Inventor, youngest: tuple[int, dt.date] | None = None
) -> list[Invented]:
    """Leavers of a year, spread over the counties; ``youngest`` gives one of them, by place, a birthday."""
    counties = inventor.chance.choices(county_codes(), _COUNTY_SHARES, k=count)
    at, born = youngest or (-1, None)
    return [inventor.pupil(county, year, born=born if place == at else None) for place, county in enumerate(counties)]


class Filing:
    """One round's filing, as its families and officers do it."""

    def __init__(self, made: Zone, staff: Staff, inventor: Inventor, seats: Seats, dates: RoundDates) -> None:
        self._made, self._staff, self._inventor = made, staff, inventor
        self._seats, self._dates = seats, dates

    def submit_all(self, listed: Sequence[Listed], stage: Stage) -> list[Family]:
        """Every family files and confirms."""
        families = [self.family(one) for one in listed]
        self.at_moments(families, self._dates.closes, self._submit, stage)
        return families

    def family(self, listed: Listed, parent: Parent | None = None) -> Family:
        """A family before it opens the application."""
        return Family(listed, parent or parent_of(listed, self._inventor))

    def at_moments(
        self, families: Sequence[Family], until: dt.datetime, act: Callable[[Family], None], stage: Stage
    ) -> None:
        """Let each family act at its moment of the window, earliest first, some in one transaction."""
        chance = self._inventor.chance
        moments = sorted(moment_between(self._dates.opens, until, chance) for _one in families)
        for batch in _batches(list(zip(families, moments, strict=True))):
            with transaction(), catalogue_in_hand():
                for family, at in batch:
                    with clock.frozen(at):
                        act(family)
                    stage.step()
            db.session.expunge_all()

    def choice_of(self, family: Family) -> list[uuid.UUID]:
        """What the family wants, as programme ids."""
        person = family.listed.person
        codes = wishes(person.county, person.sex, family.listed.tags, self._seats, self._inventor.chance)
        return ids_of(codes, self._made.programmes)

    def _submit(self, family: Family) -> None:
        family.submit(self.choice_of(family), adjusts=self._inventor.chance.random() < _ADJUSTS)

    def decide(self, families: Sequence[Family], at: dt.datetime, stage: Stage, refused: int = 0) -> None:
        """The officers pass everybody, but for the last few, who are not entitled."""
        for batch in _batches(list(enumerate(families))):
            with transaction(), clock.frozen(at):
                for place, family in batch:
                    if place >= len(families) - refused:
                        self.refuse(family)
                    else:
                        reviewing.pass_(self.officer(family), family.application_id)
                    stage.step()
            db.session.expunge_all()

    def officer(self, family: Family) -> Actor:
        """The officer of the pupil's county."""
        return self._staff.actor(Role.COUNTY_OFFICER, self._made.bureaus[family.listed.person.county])

    def refuse(self, family: Family) -> None:
        """Two officers refuse."""
        second = self._staff.actor(Role.COUNTY_APPROVER, self._made.bureaus[family.listed.person.county])
        reviewing.refuse(self.officer(family), second, family.application_id)


class OpenFiling(Filing):
    """A round in which families still file: every state an application can have, so that all can be tried."""

    PATTERN = "dgspsrsnwpscsxkgpsqd"
    """n not begun, d draft, g waits for the guardian, s submitted, p passed, r returned, k corrected after a
    return, q refusal proposed, x refused, w withdrawn, c passed and being changed."""

    def play(self, families: Sequence[Family], stage: Stage) -> dict[str, list[Family]]:
        """Let each family come as far as its letter says; families by letter."""
        turns = list(zip(families, (self.PATTERN * len(families)), strict=False))
        letters = {id(family): letter for family, letter in turns}
        self.at_moments(families, clock.now(), lambda family: self._play(family, letters[id(family)]), stage)
        return {letter: [one for one, its in turns if its == letter] for letter in set(self.PATTERN)}

    def _play(self, family: Family, letter: str) -> None:
        if letter == "n":
            return
        family.begin()
        family.name_parent()
        if letter == "d":
            family.choose(self.choice_of(family)[:1], adjusts=False)
            return
        family.show_papers()
        family.choose(self.choice_of(family), adjusts=True)
        family.send()
        if letter != "g":
            family.confirm()
            self._after(family, letter)

    def _after(self, family: Family, letter: str) -> None:
        application, at = family.application, clock.now()
        if letter == "w":
            operations.withdraw(family.pupil, application_id=application.id, version=application.version, at=at)
        if letter in "pc":
            reviewing.pass_(self.officer(family), family.application_id)
        if letter in "rk":
            reviewing.return_(self.officer(family), family.application_id)
        if letter == "q":
            reviewing.propose_refusal(self.officer(family), family.application_id)
        if letter == "x":
            self.refuse(family)
        if letter == "c":
            operations.begin_change(family.pupil, application_id=application.id, at=at)
        if letter == "k":
            upload(family.pupil, application, PaperKind.HOUSEHOLD)
            operations.correct(family.pupil, application_id=application.id, version=application.version, at=at)


def _batches(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
