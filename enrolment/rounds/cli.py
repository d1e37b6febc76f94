"""`flask round …`: bureaus run a round from two workbooks, with files alone.

Nothing here touches the database. Every sentence comes in Chinese and English.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup

from allocation.verify import Check
from core.sheets import BadSheets, SheetNote, Words
from enrolment.rounds.desk import (
    FolderNotEmpty,
    NotSolved,
    RoundResult,
    Settings,
    Sources,
    check_folder,
    demand_empty,
    run_round,
    write_folder,
)
from enrolment.rounds.desk_example import example_files

SOUND, NOT_PROVEN, BAD_INPUT, INADMISSIBLE, FAILED, STOPPED = range(6)

_CODES = """
\b
Exit codes:
  0  sound
  1  sound, but the choice of classes to open is not proven best
  2  bad input: a file, an option, or faults in the workbooks (nothing is written)
  3  no admissible outcome
  4  verification failed
  5  stopped at its time or memory limit, or crashed
"""
_FAILURE_CODES = {
    "bad_input": BAD_INPUT,
    "inadmissible": INADMISSIBLE,
    "limit": STOPPED,
    "crashed": STOPPED,
    "unsound": FAILED,
}
_NOTES_SHOWN = 20

rounds_cli = AppGroup("round", help="Run an enrolment round from two workbooks and check its result." + _CODES)

_out = click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="A new or empty folder to write into.",
)


@rounds_cli.command(
    "template", with_appcontext=False, help="Write empty workbooks and a filled example pair." + _CODES
)
@_out
def template(folder: Path) -> None:
    """Write the templates and the example pair PLAN.xlsx, CANDIDATES.xlsx."""
    files = example_files()
    _write(files, folder)
    for name in sorted(files):
        click.echo(f"{folder / name}")


@rounds_cli.command(
    "run", with_appcontext=False, help="Solve, verify and explain a round; write the result folder." + _CODES
)
@click.option("--plan", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PLAN.xlsx")
@click.option(
    "--candidates",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CANDIDATES.xlsx",
)
@_out
@click.option(
    "--engine",
    type=click.Choice(["both", "model", "search"]),
    default="both",
    show_default=True,
    help="Both engines must agree, or one alone.",
)
@click.option("--time-limit", type=click.FloatRange(min=1), default=300.0, show_default=True, help="Seconds at most.")
@click.option("--memory-limit", type=click.IntRange(min=128), default=2048, show_default=True, help="MiB at most.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Threads of the model.")
def run(
    plan: Path,
    candidates: Path,
    folder: Path,
    engine: str,
    time_limit: float,
    memory_limit: int,
    workers: int,
) -> None:
    """Run a round from PLAN.xlsx and CANDIDATES.xlsx."""
    settings = Settings(engine, time_limit, memory_limit, workers)
    try:
        demand_empty(folder)
        sources = Sources(plan.read_bytes(), candidates.read_bytes())
        result = run_round(sources, settings, tell_stage=_stage)
    except FolderNotEmpty:
        _refuse_folder(folder)
    except BadSheets as bad:
        _tell_faults(bad)
        raise SystemExit(BAD_INPUT) from bad
    except NotSolved as failed:
        for reason in failed.reasons:
            _both(reason, err=True)
        raise SystemExit(_FAILURE_CODES[failed.kind]) from failed
    _write(result.files, folder)
    _tell_result(result, folder)
    raise SystemExit(SOUND if result.proven else NOT_PROVEN)


@rounds_cli.command(
    "verify", with_appcontext=False, help="Check a result folder again, from its files alone." + _CODES
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def verify(folder: Path) -> None:
    """Check digests, rules and the result workbook of FOLDER; one line a check."""
    checks = check_folder(folder)
    _tell_checks(checks)
    raise SystemExit(FAILED if any(check.findings for check in checks) else SOUND)


def _stage(words: Words) -> None:
    click.echo(f"· {words.zh} / {words.en}")


def _both(words: Words, *, err: bool = False) -> None:
    click.echo(words.zh if words.zh == words.en else f"{words.zh}\n  {words.en}", err=err)


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    try:
        write_folder(files, folder)
    except FolderNotEmpty:
        _refuse_folder(folder)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        _both(Words(f"不能写入 {folder}：{reason}", f"cannot write into {folder}: {reason}"), err=True)
        raise SystemExit(BAD_INPUT) from error


def _refuse_folder(folder: Path) -> NoReturn:
    _both(
        Words(
            f"文件夹 {folder} 里已有内容，没有写入。请给一个新文件夹。",
            f"The folder {folder} is not empty; nothing was written. Name a new folder.",
        ),
        err=True,
    )
    raise SystemExit(BAD_INPUT)


def _tell_faults(bad: BadSheets) -> None:
    """Every fault with its sheet, row, column, value, rule and way out."""
    for fault in bad.faults:
        _both(fault.sentence, err=True)
    count = len(bad.faults)
    _both(Words(f"共 {count} 处问题，没有写出任何结果。", f"{count} faults in all; nothing was written."), err=True)


def _tell_result(result: RoundResult, folder: Path) -> None:
    _tell_notes(result.notes)
    _tell_rules(result.rules)
    _tell_checks(result.checks)
    _both(
        Words(
            f"考生 {result.candidates} 人，录取 {result.placed} 人，用时 {result.seconds:.1f} 秒。",
            f"{result.candidates} candidates, {result.placed} admitted, in {result.seconds:.1f} s.",
        )
    )
    if not result.proven:
        _both(Words("开班方案没有证明是最优的。", "The choice of classes to open is not proven best."))
    click.echo(f"assignment {result.assignment}")
    click.echo(str(folder))


def _tell_rules(rules: Iterable[Words]) -> None:
    """The public rule text of the round."""
    click.echo("录取规则 / the rules of this round")
    for at, line in enumerate(rules, start=1):
        click.echo(f"{at}. {line.zh}\n   {line.en}")


def _tell_checks(checks: Iterable[Check]) -> None:
    for check in checks:
        click.echo(check.line())
        for finding in check.findings:
            click.echo(f"    {finding}")


def _tell_notes(notes: tuple[SheetNote, ...]) -> None:
    """What was repaired or left unused: the first of each kind, then counts."""
    kinds: dict[str, list[SheetNote]] = {}
    for note in notes:
        kinds.setdefault(note.what.zh, []).append(note)
    for same in list(kinds.values())[:_NOTES_SHOWN]:
        more = len(same) - 1
        tail = Words(f"（另有 {more} 处）", f" (and {more} more)") if more else Words("", "")
        _both(Words(f"提示：{same[0].sentence.zh}{tail.zh}", f"note: {same[0].sentence.en}{tail.en}"))
