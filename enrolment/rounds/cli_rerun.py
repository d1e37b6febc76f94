"""`flask round rerun` and `flask round recheck`: solve what is stored again; the same digest must come out."""

import json
import uuid
from pathlib import Path

import click
from flask.cli import with_appcontext

from allocation.child import solve_in_child
from core.db import db
from core.words import Words
from enrolment.rounds.cli import FAILED, SOUND, STOPPED, rounds_cli
from enrolment.rounds.desk_certificate import INSTANCE, OUTCOME
from enrolment.rounds.models import Run
from enrolment.rounds.rechecks import same_outcome

_SAME = Words("重新计算得到同一个结果", "the re-run gives the same outcome")
_OTHER = Words("重新计算得到不同的结果", "the re-run gives another outcome")

_engine = click.option(
    "--engine",
    type=click.Choice(["both", "model", "search"]),
    default="both",
    show_default=True,
    help="Both engines must agree, or one alone.",
)
_seconds = click.option(
    "--time-limit", type=click.FloatRange(min=1), default=300.0, show_default=True, help="Seconds at most."
)
_memory = click.option(
    "--memory-limit", type=click.IntRange(min=128), default=2048, show_default=True, help="MiB at most."
)
_CODES = """
\b
Exit codes:
  0  the same outcome
  2  the folder or the run does not hold an instance and an outcome
  4  another outcome
  5  stopped at its time or memory limit, or crashed
"""


@click.command("rerun", help="Solve the instance of a result folder again and compare." + _CODES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_engine
@_seconds
@_memory
def rerun(folder: Path, engine: str, time_limit: float, memory_limit: int) -> None:
    """Solve the instance of FOLDER again; the digest of the outcome must be the stored one."""
    files = [folder / name for name in (INSTANCE, OUTCOME)]
    if missing := [str(one) for one in files if not one.is_file()]:
        raise click.UsageError(f"没有文件 / no file: {', '.join(missing)}")
    instance, outcome = (one.read_bytes() for one in files)
    _compare(instance, outcome, engine=engine, time_limit_s=time_limit, memory_limit_mib=memory_limit)


@click.command("recheck", help="Solve the stored snapshot of a run again and compare." + _CODES)
@click.argument("run_id", type=click.UUID)
@_engine
@_seconds
@_memory
@with_appcontext
def recheck(run_id: uuid.UUID, engine: str, time_limit: float, memory_limit: int) -> None:
    """Solve the snapshot of run RUN_ID again; nothing is written."""
    run = db.session.get(Run, run_id)
    if run is None or run.outcome is None:
        raise click.UsageError("没有这次计算，或它没有结果 / no such run, or it has no outcome")
    instance, outcome = run.snapshot.instance.encode(), run.outcome.encode()
    db.session.rollback()
    _compare(instance, outcome, engine=engine, time_limit_s=time_limit, memory_limit_mib=memory_limit)


def register() -> None:
    """Put the two commands under `flask round`."""
    rounds_cli.add_command(rerun)
    rounds_cli.add_command(recheck)


def _compare(instance: bytes, outcome: bytes, *, engine: str, time_limit_s: float, memory_limit_mib: int) -> None:
    solved = solve_in_child(instance, engine=engine, time_limit_s=time_limit_s, memory_limit_mib=memory_limit_mib)
    if solved.outcome is None:
        click.echo(f"{solved.status}: {solved.message}", err=True)
        raise SystemExit(STOPPED)
    same = same_outcome(outcome, solved.outcome)
    said = _SAME if same else _OTHER
    click.echo(f"{said.zh} / {said.en}")
    click.echo(f"stored {json.loads(outcome)['digest']}")
    click.echo(f"again  {json.loads(solved.outcome)['digest']}")
    raise SystemExit(SOUND if same else FAILED)
