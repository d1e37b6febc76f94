"""``flask worker``: the process that does the background work."""

import click
from flask.cli import ScriptInfo

from core.config import Settings
from core.jobs.bell import Doorbell
from core.jobs.worker import Worker


@click.command("worker")
@click.option("--slots", default=1, show_default=True, type=click.IntRange(1, 32), help="Jobs at the same time.")
@click.pass_context
def worker(context: click.Context, slots: int) -> None:
    """Do background jobs and the house's regular duties until SIGTERM. Exit code 0: ended in order."""
    app = context.ensure_object(ScriptInfo).load_app()
    settings: Settings = app.extensions["zone_settings"]
    bell: Doorbell = app.extensions["zone_bell"]
    made = Worker(app, settings, bell, slots=slots)
    made.listen_to_signals()
    made.run()
