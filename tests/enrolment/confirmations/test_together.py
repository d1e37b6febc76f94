"""Many arrivals at once: each line done or told why not, none keeping another from being done."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.db import db
from enrolment.confirmations.arriving_together import MOST_AT_ONCE, lines_of
from enrolment.confirmations.letters import letter_of
from enrolment.confirmations.models import Arrival, ArrivalMethod
from enrolment.confirmations.operations import accept, arrive
from tests.client import Browser
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.confirmations.test_chain import SITE, place_of, pupil, registrar, released
from tests.factories import account, school, sign_in

PAGE = "/arrivals/together"


def test_one_already_here_is_reported_and_the_others_are_done(context: Flask, client: Browser) -> None:
    stage, at = released()
    with clock.frozen(at):
        places = [place_of(stage, name) for name in ("赵一", "钱二", "李四")]
        for name, place in zip(("赵一", "钱二", "李四"), places, strict=True):
            accept(pupil(stage, name), placement=place, site=SITE)
        numbers = [letter.number for place in places if (letter := letter_of(place.id))]
        gate = registrar(stage)
        arrive(actor_for(gate), raw=numbers[0], method=ArrivalMethod.NUMBER)
        sign_in(client, gate)
        candidate = places[2].application.applicant.candidate_number
        pasted = f"{numbers[0]}\n\n{numbers[1]}\t钱二\n{candidate}\nL-0000\n{numbers[1]}\n"
        answer = client.submit(PAGE, {"lines": pasted})
        assert answer.status_code == 303
        page = client.get(answer.location).get_data(as_text=True)
        assert "已办理 2 人，没有办理 3 行。" in page
        assert page.count("报到，不用重复办理") == 2
        assert "验证码应为 12 位，您填写了 5 位。" in page
        assert {"钱二", "李四"} <= {word for word in ("赵一", "钱二", "李四") if f"<td>{word}</td>" in page}
        bulk = select(func.count()).select_from(Arrival).where(Arrival.method == ArrivalMethod.BULK)
        assert db.session.scalar(bulk) == 2
        other = account(gate.grants[0].role, school(stage.school.county, name="乙职校").organisation)
        sign_in(client, other)
        assert client.get(answer.location).status_code == 404
        again = client.submit(PAGE, {"lines": candidate})
        assert "没有这份录取通知书" in client.get(again.location).get_data(as_text=True)


def test_empty_and_endless_lists_are_refused_and_kept_on_the_page(context: Flask, client: Browser) -> None:
    stage, at = released()
    with clock.frozen(at):
        sign_in(client, registrar(stage))
        assert client.submit(PAGE, {"lines": ""}).status_code == 422
        many = "\n".join(f"L{number}" for number in range(MOST_AT_ONCE + 1))
        answer = client.submit(PAGE, {"lines": many})
        assert answer.status_code == 422
        assert f"现在有 {MOST_AT_ONCE + 1} 行" in answer.get_data(as_text=True)
        assert f"L{MOST_AT_ONCE}" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("pasted", "found"),
    [("", ()), (" \n\t\n", ()), ("a b\nc", ("a", "c")), ("a\tb\r\n d ", ("a", "d"))],
)
def test_the_first_cell_of_each_line_counts(pasted: str, found: tuple[str, ...]) -> None:
    assert lines_of(pasted) == found
