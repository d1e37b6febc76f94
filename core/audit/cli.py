"""``flask audit``: check the chain, seal a day."""

import datetime as dt

import click
from flask.cli import AppGroup

from core import clock
from core.audit.operations import House, seal_day
from core.audit.verification import verify

group = AppGroup("audit", help="Check the audit chain and seal its days.")
_COMMAND = House("command line")


@group.command("verify")
@click.pass_context
def verify_command(context: click.Context) -> None:
    """Walk the whole chain and its seals. Exit code 0: sound; 1: broken (the first fault is named)."""
    found = verify()
    fault = found.first_fault
    if fault is None:
        speed = found.chain.entries / found.seconds if found.seconds else 0
        click.echo(
            f"Sound: {found.chain.entries} entries, {found.seals} seals, {speed:,.0f} entries a second. 审计链完整。"
        )
        click.echo(f"Head: {found.chain.head}")
        return
    table, _colon, what = fault.what.partition(": ")
    when = clock.moment_cell(fault.at) if fault.at else "?"
    click.echo(
        f"Broken at entry {fault.seq} ({when} Beijing time), table {table}: {what}. 审计链已被改动。", err=True
    )
    context.exit(1)


@group.command("seal")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day to seal (yesterday if not given).")
def seal_command(day: dt.datetime | None) -> None:
    """Write the seal of a day: the chain's head, to be printed or kept elsewhere. Exit code 0."""
    wanted = day.date() if day else clock.today() - dt.timedelta(days=1)
    seal = seal_day(_COMMAND, wanted)
    click.echo(f"{seal.day} entry {seal.seq} {seal.entry_hash}")
