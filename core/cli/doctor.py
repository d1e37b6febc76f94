"""``flask doctor``: whether everything an installation needs is there, in words."""

import subprocess
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from core.config import Settings
from core.crypto import CryptoError, blind_index, current_keys
from core.documents import fonts
from core.errors import DomainError
from core.observe.health import Level, Part, parts, worst

_SAMPLE = "〇𠮷𬭎䶮·学籍"
_PURPOSE = "doctor"
_SOLVER_SECONDS = 60
_MARKS = {Level.GOOD: "ok  ", Level.WARNING: "LOOK", Level.FAILED: "FAIL"}
_EXIT = {Level.GOOD: 0, Level.WARNING: 0, Level.FAILED: 1}


@click.command("doctor")
@click.option("--strict", is_flag=True, help="Also end with code 1 where somebody should look.")
@with_appcontext
@click.pass_context
def doctor(context: click.Context, strict: bool) -> None:
    """Check all that an installation needs. Exit code 0: fit to work; 1: not; 2: wrong settings."""
    settings: Settings = current_app.extensions["zone_settings"]
    found = (_settings(settings), *parts(settings), _keys(), _fonts(), _solver())
    for part in found:
        click.echo(f"{_MARKS[part.level]} {part.label}: {part.words}")
    level = worst(found)
    context.exit(1 if strict and level is not Level.GOOD else _EXIT[level])


def _settings(settings: Settings) -> Part:
    kind = "SQLite" if settings.is_sqlite else "PostgreSQL"
    fit = settings.mode == "production"
    words = f"ZONE_MODE={settings.mode}, {kind}, {settings.public_url}"
    return Part("settings", "设置 settings", Level.GOOD if fit else Level.WARNING, words)


def _keys() -> Part:
    label = "密钥 keys"
    ring = current_keys()
    try:
        plain = ring.decrypt(ring.encrypt(_SAMPLE.encode(), _PURPOSE), _PURPOSE).decode()
    except CryptoError as error:
        return Part("keys", label, Level.FAILED, str(error))
    good = plain == _SAMPLE and len(blind_index(_PURPOSE, _SAMPLE)) == 64
    names = ", ".join(name for name, _key in ring.keys)
    return Part("keys", label, Level.GOOD if good else Level.FAILED, f"{names}（第一个用于加密 the first encrypts）")


def _fonts() -> Part:
    label = "字体 fonts"
    try:
        missing = fonts.missing(_SAMPLE)
    except (OSError, DomainError, ImportError) as error:
        return Part("fonts", label, Level.FAILED, f"{type(error).__name__}: manimgx-fonts-cjk")
    words = f"缺字 missing: {''.join(missing)}" if missing else f"生僻字齐全 complete: {_SAMPLE}"
    return Part("fonts", label, Level.FAILED if missing else Level.GOOD, words)


def _solver() -> Part:
    """Imported in a process of its own, as the worker does it."""
    label = "求解器 solver"
    arguments = [
        sys.executable,
        "-c",
        "from ortools.sat.python import cp_model; import ortools; print(ortools.__version__)",
    ]
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=_SOLVER_SECONDS, check=False)  # noqa: S603 - our own list
    except subprocess.TimeoutExpired:
        return Part("solver", label, Level.FAILED, f"no answer in {_SOLVER_SECONDS} s")
    if done.returncode:
        return Part("solver", label, Level.FAILED, done.stderr.strip().splitlines()[-1][:200])
    return Part("solver", label, Level.GOOD, f"OR-Tools {done.stdout.strip()}")
