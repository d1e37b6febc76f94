"""``--csv DIR``: the commands over folders of CSV tables, and the way of large plain rounds."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from allocation.canonical import canonical
from allocation.csv_instance import instance_json
from allocation.csv_writing import write_instance, write_outcome
from allocation.explain import Explanation
from allocation.faults import BadInstance, Fault
from allocation.formats import read_instance

Say = Callable[[str], None]
TIMEOUT, NOT_PLAIN = 124, 9


def add_csv(command: argparse.ArgumentParser, *, out: bool = False) -> None:
    """The options of a command that reads a folder; ``out`` where it also reads the folder of an outcome."""
    command.add_argument("--csv", type=Path, metavar="DIR", help="read the instance from CSV tables")
    command.add_argument("--seed", metavar="TEXT", help="published seed of the lottery (with --csv)")
    if out:
        command.add_argument("--out", type=Path, metavar="DIR", help="folder the outcome was written to (with --csv)")


def instance_of(options: argparse.Namespace, otherwise: Callable[[argparse.Namespace], bytes]) -> bytes:
    """The instance as JSON, from the folder or the file that was named."""
    if options.csv is not None:
        return instance_json(options.csv, options.seed)
    if options.instance is None:
        raise BadInstance(
            (Fault("INSTANCE", "", "没有给出实例 / no instance was named", "INSTANCE.json | --csv DIR"),)
        )
    return otherwise(options)


def outcome_of(options: argparse.Namespace) -> bytes:
    """The outcome as JSON, from the folder or the file that was named."""
    path = options.outcome if options.csv is None else (options.out or options.csv) / "outcome.json"
    if path is None:
        raise BadInstance((Fault("OUTCOME", "", "没有给出结果 / no outcome was named", "OUTCOME.json | --out DIR"),))
    return bytes(path.read_bytes())


def write(options: argparse.Namespace, outcome: bytes) -> None:
    """Write an outcome where it was asked for: a file, or a folder of tables."""
    if options.csv is None:
        options.out.write_bytes(outcome)
    else:
        write_outcome(outcome, options.out)


def solve_large(options: argparse.Namespace, say: Say) -> int | None:
    """Solve and verify a large plain round; ``None`` if the folder holds none."""
    from allocation.csv_arrays import is_large

    if options.csv is None or not is_large(options.csv):
        return None
    seed = [] if options.seed is None else [options.seed]
    code, text = _child(["allocation.csv_large", str(options.csv), str(options.out), *seed], options)
    if code == NOT_PLAIN:
        return None
    if code == 0:
        told = json.loads(text)
        say(f"{told['placed']} placed, assignment {told['assignment']}")
        code, text = _child(["allocation.verify.arrays", str(options.csv), str(options.out), *seed], options)
    say(text.rstrip())
    return {0: 0, 2: 2}.get(code, 4)


def _child(arguments: list[str], options: argparse.Namespace) -> tuple[int, str]:
    """Run one of our modules; it is killed at the limits."""
    room = (options.memory_limit + 2048) * 2**20
    try:
        ran = subprocess.run(  # noqa: S603 - our own interpreter with our own arguments
            [sys.executable, "-m", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=options.time_limit,
            check=False,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (room, room)),
        )
    except subprocess.TimeoutExpired:
        return TIMEOUT, "timeout"
    return ran.returncode, ran.stdout


def is_summary(options: argparse.Namespace) -> bool:
    """Whether the outcome folder was written for a large plain round."""
    return options.csv is not None and options.out is not None and (options.out / "summary.json").exists()


def verify_large(options: argparse.Namespace, say: Say) -> int:
    """The certificate of a large plain round."""
    from allocation.verify.arrays import verify_folder

    report = verify_folder(options.csv, options.out, options.seed)
    for check in report.checks:
        say(check.line())
        for finding in check.findings:
            say(f"    {finding}")
    return 0 if report.sound else 4


def explain_large(options: argparse.Namespace) -> Explanation:
    """One applicant's result in a large plain round; raises KeyError for an unknown applicant."""
    from allocation.csv_large import explained

    return explained(options.csv, options.applicant, options.seed)


def _convert(options: argparse.Namespace) -> int:
    """JSON to CSV, or CSV to JSON."""
    if options.csv is not None and options.instance is not None:
        write_instance(read_instance(options.instance.read_bytes()), options.csv)
        return 0
    raw = instance_of(options, lambda given: bytes(given.instance.read_bytes()))
    options.out.write_bytes(canonical(read_instance(raw)))
    return 0


def add_convert(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``convert INSTANCE.json --csv DIR`` writes tables, ``convert --csv DIR --out INSTANCE.json`` reads them."""
    convert = commands.add_parser("convert", help="the same instance as JSON or as CSV tables")
    convert.add_argument("instance", type=Path, nargs="?")
    convert.add_argument("--out", type=Path, default=Path("instance.json"))
    add_csv(convert)
    convert.set_defaults(run=_convert)
