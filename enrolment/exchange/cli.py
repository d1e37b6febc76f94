"""`flask exchange …`: packages on the command line of an installation without a browser at hand.

Keys are made and compared on the pages, because that takes two persons.
"""

from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from core.access import Actor, Grant, OrganisationKind, Role
from core.db import db
from core.errors import DomainError
from core.files.operations import content
from core.i18n import say
from enrolment.cycles.models import Cycle
from enrolment.cycles.queries import newest_round
from enrolment.exchange import sending, taking
from enrolment.exchange.packages import BadPackage, Kind, read_package
from enrolment.exchange.words import KINDS, fault_text, place_text

REFUSED = 2
_CODES = """
\b
Exit codes:
  0  done
  2  refused, with the reason in one sentence; nothing is changed
"""

exchange_cli = AppGroup("exchange", help="Signed and sealed packages between bureaus, by file." + _CODES)
_package = click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_county = click.option("--county", required=True, help="Six-digit code of the bureau that acts.")


@exchange_cli.command("show", help="What anybody may read of a package; no key is needed." + _CODES)
@_package
@with_appcontext
def show(package: Path) -> None:
    """Print the header of PACKAGE."""
    try:
        read = read_package(package.read_bytes())
    except BadPackage as bad:
        _refuse(fault_text(bad))
    header = read.header
    ends = f"{place_text(header.sender)} → {place_text(header.receiver)}"
    click.echo(f"{say(KINDS[header.kind])} {header.year} · {ends}")
    click.echo(f"#{header.number} {header.created_at.isoformat()} sha256 {read.sha256}")


@exchange_cli.command("pack", help="Make a package from a workbook, or of the released results." + _CODES)
@_county
@click.option("--to", "receiver", required=True, help="Six-digit code of the bureau that receives it.")
@click.option("--kind", type=click.Choice([one.value for one in Kind]), required=True, help="What it carries.")
@click.option("--year", type=int, required=True, help="The enrolment year.")
@click.option(
    "--workbook",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The candidates' workbook, for filing and scores.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write; it must not exist.")
@with_appcontext
def pack(county: str, receiver: str, kind: str, year: int, workbook: Path | None, out: Path) -> None:
    """Write a package for another bureau."""
    cycle = db.session.scalars(select(Cycle).where(Cycle.year == year)).one_or_none()
    in_round = newest_round(cycle) if cycle else None
    if cycle is None or in_round is None:
        raise click.UsageError(f"没有 {year} 年的轮次 / no round of {year}")
    if out.exists():
        raise click.UsageError(f"文件已存在 / the file exists: {out}")
    if (workbook is None) != (kind == Kind.RESULTS):
        raise click.UsageError("报名和成绩要有 --workbook，结果不要 / --workbook goes with filing and scores only")
    actor = _bureau(county)
    try:
        if workbook is None:
            made = sending.pack_results(actor, in_round=in_round, sender=county, receiver=receiver)
        else:
            made = sending.pack_roster(
                actor, kind=Kind(kind), cycle=cycle, sender=county, receiver=receiver, workbook=workbook.read_bytes()
            )
    except DomainError as error:
        _refuse(error.sentence)
    out.write_bytes(content(made.file))
    click.echo(f"{out} #{made.number} sha256 {made.sha256}")


@exchange_cli.command("take", help="Look at a package that came; with --apply, take it in." + _CODES)
@_county
@click.option("--apply", "write", is_flag=True, help="Take it in; without it nothing is written.")
@_package
@with_appcontext
def take(county: str, write: bool, package: Path) -> None:
    """Check PACKAGE and print what it would change."""
    actor, data = _bureau(county), package.read_bytes()
    try:
        seen = taking.preview(actor, data)
        if not seen.sound:
            for fault in seen.faults[:20]:
                click.echo(say(fault.sentence), err=True)
            _refuse(seen.refusal or f"{len(seen.faults)} 处错误 / faults")
        click.echo(_told(seen))
        if write:
            made = taking.take_in(actor, data)
            click.echo(f"#{made.number} 已采用 / taken in")
    except DomainError as error:
        _refuse(error.sentence)


def _told(seen: taking.Preview) -> str:
    if seen.results is not None:
        return f"{len(seen.results.lines)} 人，录取 {seen.results.admitted} 人 / pupils, admitted"
    if seen.roster is None:
        return ""
    report = seen.roster
    return f"新增 {report.new} · 更新 {len(report.changed)} · 无变化 {report.same} / new, changed, the same"


def _bureau(county: str) -> Actor:
    """The command line acts for one bureau, and the audit trail says so."""
    return Actor(None, "command line", (Grant(Role.COUNTY_OFFICER, None, OrganisationKind.COUNTY, county),))


def _refuse(sentence: object) -> NoReturn:
    click.echo(say(sentence), err=True)
    raise SystemExit(REFUSED)
