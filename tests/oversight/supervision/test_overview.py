"""The overview shows figures and no names, and no result before its release."""

from flask import Flask

from core import clock
from core.access import Role
from core.accounts.models import Account
from enrolment.confirmations.models import ArrivalMethod
from enrolment.confirmations.operations import accept, arrive
from oversight.supervision.figures import chains_of, totals
from tests.client import Browser
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.confirmations.test_chain import SITE, place_of, pupil, registrar, released
from tests.factories import JS, QP, account, sign_in


def test_each_step_is_counted_a_county_and_results_only_after_release(context: Flask) -> None:
    stage, at = released()
    with context.test_request_context():
        before = totals(chains_of(stage.round.id))
    assert (before.places, before.applied, before.passed, before.admitted) == (3, 4, 4, 0)
    with clock.frozen(at), context.test_request_context():
        place = place_of(stage, "赵一")
        accept(pupil(stage, "赵一"), placement=place, site=SITE)
        from enrolment.confirmations.letters import letter_of

        letter = letter_of(place.id)
        assert letter is not None
        arrive(actor_for(registrar(stage)), raw=letter.number, method=ArrivalMethod.NUMBER)
        by_county = {one.county: one for one in chains_of(stage.round.id)}
    assert (by_county[QP].admitted, by_county[QP].accepted, by_county[QP].arrived) == (2, 1, 1)
    assert (by_county[JS].admitted, by_county[JS].accepted, by_county[JS].registered) == (1, 0, 0)


def test_the_committee_reads_figures_but_no_names_and_no_students(context: Flask, client: Browser) -> None:
    stage, at = released()
    committee: Account = account(Role.COMMITTEE)
    with clock.frozen(at):
        sign_in(client, committee)
        page = client.get("/overview").get_data(as_text=True)
        assert client.get("/students").status_code == 403
        assert client.get("/overview?round=nonsense").status_code == 200
    assert "合计" in page
    assert not [name for name in stage.applications if name in page]
