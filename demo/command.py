"""The command: build once, tell how to sign in, serve until Ctrl-C."""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask

from core.config import Settings
from demo import home, say, signins
from demo.ending import Ending, Stopped
from demo.scale import SCALES
from demo.serve import Keeper, NotServing, port_is_free

LOCK = ".in-use"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1024, 65535), help="Port on 127.0.0.1.")
@click.option(
    "--data-dir",
    default="demo-data",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the demonstration keeps its data.",
)
@click.option("--fresh", is_flag=True, help="Throw the earlier data away and build anew.")
@click.option("--build-only", is_flag=True, help="Build and say the sign-ins, but do not serve.")
@click.option(
    "--scale", default="full", show_default=True, type=click.Choice(sorted(SCALES)), help="How much to build."
)
def main(port: int, data_dir: Path, fresh: bool, build_only: bool, scale: str) -> None:
    """Build an invented zone and serve it on this machine. Exit code 0: stopped in order; 1: could not."""
    ending = Ending()
    ending.listen()
    try:
        _run(port, data_dir, scale, ending, fresh=fresh, build_only=build_only)
    except Stopped:
        ending.hush()
        click.echo(say.STOPPED)
        sys.exit(0)


def _run(port: int, folder: Path, scale: str, ending: Ending, *, fresh: bool, build_only: bool) -> None:
    if not build_only and not port_is_free(port):
        raise click.ClickException(say.busy_port(port))
    try:
        if fresh:
            home.clear(folder)
        home.prepare(folder)
    except home.NotOurs as error:
        raise click.ClickException(say.foreign_folder(folder)) from error
    with _alone(folder) as lock_fd:
        settings = home.settings(folder, port)
        app = _app(settings)
        if not home.is_built(folder):
            _build(app, folder, settings, scale, ending)
        _serve(app, folder, port, lock_fd, ending, build_only=build_only)


@contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """Hold the folder, so that two demonstrations never write into one database."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(handle, True)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise click.ClickException(say.folder_in_use(folder)) from error
    try:
        yield handle
    finally:
        os.close(handle)


def _app(settings: Settings) -> Flask:
    from wsgi import create_app

    return create_app(settings)


def _build(app: Flask, folder: Path, settings: Settings, scale: str, ending: Ending) -> None:
    from demo.create import create

    home.forget_database(folder)
    click.echo(say.BUILDING)
    begun = time.monotonic()
    create(app, folder, settings, SCALES[scale], ending.heed, watched=sys.stdout.isatty())
    click.echo(say.built(time.monotonic() - begun, home.facts(folder)))


def _serve(app: Flask, folder: Path, port: int, lock_fd: int, ending: Ending, *, build_only: bool) -> None:
    with app.app_context():
        people = signins.renew(home.facts(folder)["families"])
    if build_only:
        click.echo(say.sign_ins(people))
        return
    keeper = Keeper(port, home.environment(folder, port) | _inherited(), lock_fd, ending.heed)
    try:
        click.echo(say.STARTING)
        keeper.start()
        click.echo(say.sign_ins(people))
        click.echo(say.welcome(port))
        keeper.watch(lambda: click.echo(say.codes(people)))
    except NotServing as error:
        raise click.ClickException(say.not_serving(str(error))) from error
    finally:
        keeper.stop()


def _inherited() -> dict[str, str]:
    """What the processes need besides the settings; ``home.settings`` has put those of the shell away."""
    return dict(os.environ)
