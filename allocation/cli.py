"""The command line: solve, verify, explain, compare and generate, with exit codes a script can rely on.

0 sound · 1 sound but not proven · 2 bad input · 3 no admissible outcome · 4 verification failed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from allocation import csv_commands
from allocation.asking import add_commands, add_example, instance_bytes
from allocation.child import solve_in_child
from allocation.faults import BadInstance
from allocation.sweeping import add_sweep

SOUND, NOT_PROVEN, BAD_INPUT, INADMISSIBLE, FAILED = 0, 1, 2, 3, 4
CODES = {"sound": SOUND, "not_proven": NOT_PROVEN, "bad_input": BAD_INPUT, "inadmissible": INADMISSIBLE}


def say(text: str) -> None:
    """One line to standard output."""
    sys.stdout.write(text + "\n")


def complain(text: str) -> None:
    """One line to standard error."""
    sys.stderr.write(text + "\n")


def _solve(options: argparse.Namespace) -> int:
    large = csv_commands.solve_large(options, say)
    if large is not None:
        return large
    result = solve_in_child(
        csv_commands.instance_of(options, instance_bytes),
        engine=options.engine,
        time_limit_s=options.time_limit,
        memory_limit_mib=options.memory_limit,
        workers=options.workers,
    )
    if result.outcome is None:
        complain(f"{result.status}: {result.message}")
        return CODES.get(result.status, FAILED)
    csv_commands.write(options, result.outcome)
    told = json.loads(result.outcome)
    say(f"{result.status}: {told['yardsticks']['placed']} placed, assignment {told['digests']['assignment']}")
    say(f"{result.seconds:.2f} s, {result.peak_mib:.0f} MiB")
    return CODES[result.status]


def _verify(options: argparse.Namespace) -> int:
    from allocation.verify import verify

    if csv_commands.is_summary(options):
        return csv_commands.verify_large(options, say)
    report = verify(csv_commands.instance_of(options, instance_bytes), csv_commands.outcome_of(options))
    for check in report.checks:
        say(check.line())
        for finding in check.findings[:20]:
            say(f"    {finding}")
    return SOUND if report.sound else FAILED


def _explain(options: argparse.Namespace) -> int:
    from allocation.explain import explain

    try:
        if csv_commands.is_summary(options):
            told = csv_commands.explain_large(options)
        else:
            given = csv_commands.instance_of(options, instance_bytes)
            told = explain(given, csv_commands.outcome_of(options), options.applicant)
    except KeyError:
        complain(f"没有这名考生 / no such applicant: {options.applicant}")
        return BAD_INPUT
    for sentence in told.sentences(options.lang):
        say(sentence)
    return SOUND


def _compare(options: argparse.Namespace) -> int:
    from allocation.compare import compare

    for line in compare(options.first.read_bytes(), options.second.read_bytes()):
        say(line)
    return SOUND


def _generate(options: argparse.Namespace) -> int:
    from allocation.generate import zone

    raw = zone(applicants=options.applicants, programmes=options.programmes, minima=options.minima, seed=options.seed)
    options.out.write_bytes(raw)
    return SOUND


def parser() -> argparse.ArgumentParser:
    """The options of every command."""
    top = argparse.ArgumentParser(prog="allocation", description=__doc__)
    commands = top.add_subparsers(required=True)

    solve = commands.add_parser("solve", help="solve an instance in a child process and verify the outcome")
    solve.add_argument("instance", type=Path, nargs="?")
    add_example(solve)
    csv_commands.add_csv(solve)
    solve.add_argument("--out", type=Path, required=True)
    solve.add_argument("--engine", choices=("both", "model", "search"), default="both")
    solve.add_argument("--time-limit", type=float, default=300.0, metavar="S", help="seconds (default 300)")
    solve.add_argument("--memory-limit", type=int, default=2048, metavar="MIB", help="MiB (default 2048)")
    solve.add_argument("--workers", type=int, default=1)
    solve.set_defaults(run=_solve)

    verify = commands.add_parser("verify", help="check an outcome from the two files alone")
    verify.add_argument("instance", type=Path, nargs="?")
    add_example(verify)
    verify.add_argument("outcome", type=Path, nargs="?")
    csv_commands.add_csv(verify, out=True)
    verify.set_defaults(run=_verify)

    explain = commands.add_parser("explain", help="tell one applicant's result choice by choice")
    explain.add_argument("instance", type=Path, nargs="?")
    add_example(explain)
    explain.add_argument("outcome", type=Path, nargs="?")
    csv_commands.add_csv(explain, out=True)
    explain.add_argument("--applicant", required=True, metavar="ID")
    explain.add_argument("--lang", choices=("zh", "en"), default="zh")
    explain.set_defaults(run=_explain)

    compare = commands.add_parser("compare", help="tell what differs between two outcomes")
    compare.add_argument("first", type=Path)
    compare.add_argument("second", type=Path)
    compare.set_defaults(run=_compare)

    generate = commands.add_parser("generate", help="write an invented instance of the size of a zone")
    generate.add_argument("--out", type=Path, required=True)
    generate.add_argument("--applicants", type=int, default=700)
    generate.add_argument("--programmes", type=int, default=25)
    generate.add_argument("--minima", type=int, default=12, help="programmes with a least class size")
    generate.add_argument("--seed", type=int, default=1)
    generate.set_defaults(run=_generate)
    csv_commands.add_convert(commands)
    add_sweep(commands)
    add_commands(commands)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit code; unreadable files are bad input."""
    options = parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except BadInstance as bad:
        for fault in bad.faults:
            complain(f"bad_input: {fault}")
        return BAD_INPUT
    except (OSError, ValueError) as unreadable:
        complain(f"{type(unreadable).__name__}: {unreadable}")
        return BAD_INPUT
    return code
