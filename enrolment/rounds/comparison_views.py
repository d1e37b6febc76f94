"""Comparing scenarios with each other, and a run with the one before."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import requires
from core.audit import record_read
from core.db import db
from core.errors import NotVisible, Refused
from core.files.limits import Kind
from core.i18n import gettext as _
from core.web.actor import current_actor
from core.web.downloads import download
from enrolment.cycles.models import Round
from enrolment.plans.storage import sheet_of
from enrolment.rounds import scenarios as operations
from enrolment.rounds.comparing import Solution, solution
from enrolment.rounds.comparison_pages import (
    Shown,
    all_figures,
    changed_pupils,
    changes_workbook,
    figure_rows,
    pictures,
)
from enrolment.rounds.models import Run
from enrolment.rounds.queries import get_round, get_run, run_before
from enrolment.rounds.scenario_models import Scenario, Trial
from enrolment.rounds.scenario_pages import sound_trials
from enrolment.rounds.scenario_scope import visible_scenarios
from enrolment.rounds.scenario_sheet import load

blueprint = Blueprint("scenario_comparison", __name__)

MOST = 4
XLSX = Kind.XLSX.media_type
PAGE = 200


@blueprint.get("/rounds/<uuid:round_id>/scenarios/compare")
@requires("scenarios.see")
def compare(round_id: uuid.UUID) -> str:
    """Up to four scenarios side by side by their newest sound trials; the first is the base."""
    in_round = get_round(round_id)
    chosen = _chosen(in_round, request.args.getlist("scenario"))
    trials = sound_trials(chosen)
    compared = [trials[one.id] for one in chosen if one.id in trials]
    solutions = [_of_trial(one) for one in compared]
    figures = all_figures(solutions)
    return render_template(
        "enrolment/rounds/compare.html",
        round=in_round,
        everything=_all_of(in_round),
        chosen={one.id for one in chosen},
        waiting=[one for one in chosen if one.id not in trials],
        trials=compared,
        solutions=solutions,
        rows=figure_rows(figures) if figures else (),
        charts=pictures(solutions, figures) if figures else (),
        same_people=len({one.population_sha256 for one in compared}) <= 1,
    )


@blueprint.get("/rounds/<uuid:round_id>/scenarios/changes")
@requires("scenarios.see")
def changes(round_id: uuid.UUID) -> str | Response:
    """Whose result differs between two scenarios."""
    in_round = get_round(round_id)
    chosen = _chosen(in_round, [request.args.get("base", ""), request.args.get("other", "")])
    trials = sound_trials(chosen)
    if len(chosen) != 2 or len(trials) != 2:
        raise NotVisible
    base, other = (_of_trial(trials[one.id]) for one in chosen)
    rows = changed_pupils(current_actor(), operations.EDIT, in_round.cycle_id, base, other)
    return _changes_page(in_round, chosen[1], rows, base, other)


@blueprint.get("/runs/<uuid:run_id>/changes")
@requires("rounds.see")
def run_changes(run_id: uuid.UUID) -> str | Response:
    """A run beside the stored run before it: figures, and whose result differs."""
    run = get_run(run_id)
    before = run_before(run)
    if run.outcome is None or before is None:
        raise NotVisible
    old, new = _of_run(before), _of_run(run)
    rows = changed_pupils(current_actor(), "rounds.run", run.round.cycle_id, old, new)
    return _changes_page(run.round, run, rows, old, new)


def _changes_page(
    in_round: Round, subject: Scenario | Run, rows: Sequence[Shown], base: Solution, other: Solution
) -> str | Response:
    actor = current_actor()
    if request.args.get("export") == "xlsx":
        record_read(actor, "scenarios.export_changes", subject, rows=len(rows))
        data = changes_workbook(rows, base.title, other.title)
        return download(data, name=f"{_('结果有变化的考生')}.xlsx", mimetype=XLSX)
    record_read(actor, "scenarios.changes", subject, rows=len(rows))
    return render_template(
        "enrolment/rounds/changes.html",
        round=in_round,
        rows=rows[:PAGE],
        total=len(rows),
        base=base,
        other=other,
        figures=figure_rows(all_figures([base, other])),
        export_url=url_for(request.endpoint or "", **{**(request.view_args or {}), **request.args, "export": "xlsx"}),
        trial=isinstance(subject, Scenario),
    )


def _of_run(run: Run) -> Solution:
    title = _("计算 %(fingerprint)s", fingerprint=(run.assignment_sha256 or "")[:8])
    return solution(title, sheet_of(run.snapshot.plan), run.snapshot.instance, run.outcome or "")


def _of_trial(trial: Trial) -> Solution:
    return solution(trial.scenario.name, load(trial.sheet), trial.instance, trial.outcome or "")


def _all_of(in_round: Round) -> Sequence[Scenario]:
    query = visible_scenarios(current_actor()).where(Scenario.round_id == in_round.id)
    return db.session.scalars(query.order_by(Scenario.created_at, Scenario.id)).all()


def _chosen(in_round: Round, texts: Sequence[str]) -> list[Scenario]:
    """The scenarios of the address in its order; without any, the first four. NotVisible for a foreign one."""
    known = {str(one.id): one for one in _all_of(in_round)}
    if not texts:
        return [*known.values()][:MOST]
    if any(text not in known for text in texts):
        raise NotVisible
    chosen = [known[text] for text in dict.fromkeys(texts)]
    if len(chosen) > MOST:
        raise Refused(_("一次最多比较 %(most)s 个方案。", most=MOST))
    return chosen
