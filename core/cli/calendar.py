"""``flask calendar``: the working days of a year, and days set by hand."""

import datetime as dt

import click
from flask.cli import AppGroup

from core.audit.operations import House
from core.calendar.operations import set_day, working_calendar

group = AppGroup("calendar", help="Show and correct working days (exit 0; 2 for a bad date).")


@group.command("set")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("kind", type=click.Choice(["working", "free"]))
@click.option("--basis", required=True, help="The notice this rests on, for the record.")
def set_(day: dt.datetime, kind: str, basis: str) -> None:
    """Set DAY (2027-02-06) as a working or a free day."""
    set_day(House("command line"), day=day.date(), working=kind == "working", basis=basis)
    click.echo(f"{day:%Y-%m-%d} {kind}: {basis}")


@group.command("check")
@click.argument("start", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("days", type=click.IntRange(1, 400))
def check(start: dt.datetime, days: int) -> None:
    """Tell on which day DAYS working days after START end, and whether that year is provisional."""
    calendar = working_calendar()
    end = calendar.add_working_days(start.date(), days)
    provisional = " (provisional: the shifted days of this year are not announced yet)"
    click.echo(f"{end:%Y-%m-%d}{provisional if calendar.is_provisional(end.year) else ''}")
