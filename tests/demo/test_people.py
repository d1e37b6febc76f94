"""Nobody in the demonstration can exist, and nothing in it hangs on chance."""

import datetime as dt
import random
from decimal import Decimal

import pytest

from core.identity import DocumentKind, read_document
from demo.content import county_codes, people, programmes
from demo.histories import COURSES, courses
from demo.invented import Inventor, scores
from demo.planning import full_seats
from demo.stages import Progress
from demo.wishes import wishes
from registry.students.states import OPENING, Status, step

TODAY = dt.date(2026, 11, 22)


def test_every_id_number_is_valid_in_form_and_never_issued() -> None:
    inventor = Inventor(random.Random(1))
    made = [inventor.pupil(county, 2026) for county in county_codes() for _one in range(200)]
    for one in made:
        document = read_document(DocumentKind.RESIDENT_ID, one.document_number)
        assert document.birth_date == one.birth_date
        assert one.document_number[14:17] == "000"
    assert len({one.document_number for one in made}) == len(made)
    assert len({one.phone for one in made}) == len(made)
    assert {prefix for prefix in people()["retired_prefixes"].values()} <= {one.document_number[:6] for one in made}


def test_rare_names_come_early_so_that_small_builds_have_them() -> None:
    inventor = Inventor(random.Random(2))
    names = "".join(inventor.pupil(county_codes()[0], 2026).name for _one in range(120))
    assert all(sign in names for sign in "〇𬭎䶮𠮷·")


def test_every_course_follows_the_table_and_every_status_is_the_end_of_one() -> None:
    ends = set()
    for course in COURSES:
        assert course.first in OPENING
        status = step(None, course.first)
        for happening in course.happenings:
            status = step(status, happening.event)
        days = [one.days for one in course.happenings]
        assert days == sorted(days)
        ends.add(status)
    assert ends == set(Status)


@pytest.mark.parametrize("count", [64, 640])
def test_each_course_happens_and_none_reaches_into_the_future(count: int) -> None:
    rows = programmes()
    entries = [(dt.date(2022 + at % 4, 9, 1), rows[at // 4 % len(rows)].years) for at in range(count)]
    drawn = list(courses(entries, TODAY, random.Random(3)))
    assert {one.name for one in drawn} == {one.name for one in COURSES}
    for (entered_on, _years), course in zip(entries, drawn, strict=True):
        assert course.recent or entered_on + dt.timedelta(days=course.age) <= TODAY


def test_families_choose_only_what_is_open_to_them() -> None:
    chance, by_code = random.Random(4), {one.code: one for one in programmes()}
    for county in county_codes():
        for sex, tags in (("1", ("面试合格",)), ("2", ("色盲",)), ("2", ())):
            for _one in range(50):
                chosen = wishes(county, sex, tags, full_seats(), chance)
                assert 1 <= len(chosen) == len(set(chosen)) <= 3
                for code in chosen:
                    offer = by_code[code]
                    assert offer.seats_for(county) > 0
                    assert set(offer.requires) <= set(tags)
                    assert not set(offer.excludes) & set(tags)
                    assert offer.sexes != "M" or sex == "1"


def test_scores_come_in_half_points_below_the_full_mark() -> None:
    subjects = (("语文", Decimal(150)), ("体育", Decimal(30)))
    for _one in range(300):
        for (_name, full), points in zip(subjects, scores(subjects, random.Random(_one)), strict=True):
            assert 0 <= points <= full
            assert points * 2 == int(points * 2)


def test_the_plan_is_of_a_real_years_size() -> None:
    seats = full_seats()
    assert 285 <= sum(seats.values()) <= 395
    assert any(one.sexes and one.legal_basis for one in programmes())
    assert sum(len(one.owners) > 2 for one in programmes()) >= 3
    assert sum(one.college_major is not None for one in programmes()) >= 8
    assert all(seats[one.code, one.county] == 0 for one in programmes())


def test_stages_are_told_with_their_counts(capsys: pytest.CaptureFixture[str]) -> None:
    from core.words import Words

    progress = Progress(2, watched=False, heed=lambda: None)
    with progress.stage(Words("第一步", "first step"), 3) as stage:
        stage.step(3)
    told = capsys.readouterr().out
    assert told.startswith("[1/2] 第一步 / first step 3")
    assert (progress.times[0].title, progress.times[0].count) == ("first step", 3)
