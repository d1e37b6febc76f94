"""The commands that ask: best values, stable assignments, audits, worked examples."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from allocation.faults import BadInstance, Inadmissible

SOUND, NOT_PROVEN, BAD_INPUT, INADMISSIBLE, FAILED = 0, 1, 2, 3, 4
ASKS = "places:K, everyone, floors or contradiction; may be given several times"
Commands = Any  # argparse keeps the type of its sub-parsers to itself


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _show(options: argparse.Namespace, table: object) -> None:
    """The answer as JSON, to the file named or to standard output."""
    text = json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True)
    if options.out is None:
        _say(text)
    else:
        options.out.write_text(text + "\n", encoding="utf-8")


def _guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Bad input, contradictions and ends of time have their exit codes and sentences."""

    def guarded(options: argparse.Namespace) -> int:
        from allocation.free import OutOfTime

        try:
            return run(options)
        except BadInstance as bad:
            for fault in bad.faults:
                sys.stderr.write(f"bad_input: {fault}\n")
            return BAD_INPUT
        except Inadmissible as none:
            sys.stderr.write(f"inadmissible: {none}\n")
            return INADMISSIBLE
        except OutOfTime:
            sys.stderr.write("timeout: 时限内没有得到证明 / nothing was proven within the time limit\n")
            return FAILED

    return guarded


def instance_bytes(options: argparse.Namespace) -> bytes:
    """The instance file; with ``--example`` the instance of a file that holds one worked example."""
    raw: bytes = options.instance.read_bytes()
    if options.example:
        from allocation.cases import example_instance

        return example_instance(raw)
    return raw


def _optimum(options: argparse.Namespace) -> int:
    from allocation.optimum import optimum
    from allocation.reading import read_instance

    goals = [one.strip() for one in options.objective.split(",") if one.strip()]
    found = optimum(read_instance(instance_bytes(options)), goals, time_limit_s=options.time_limit)
    _show(options, found.table())
    return SOUND if found.proven else NOT_PROVEN


def _stable(options: argparse.Namespace) -> int:
    from allocation.reading import read_instance
    from allocation.solver import solve
    from allocation.stable import stable

    instance = read_instance(instance_bytes(options))
    if options.closed is None:
        told = json.loads(solve(instance, engine="search").to_bytes())
        closed = frozenset(row["programme"] for row in told["closed"])
    else:
        closed = frozenset(one for one in options.closed.split(",") if one)
    found = stable(instance, closed, time_limit_s=options.time_limit)
    _show(options, found.table())
    return SOUND if found.complete else NOT_PROVEN


def _audit(options: argparse.Namespace) -> int:
    from allocation.auditing import audited, read_assignment
    from allocation.reading import read_instance

    raw = instance_bytes(options)
    read_instance(raw)
    found = audited(raw, read_assignment(options.assignment.read_bytes()))
    for line in found.lines():
        _say(line)
    if options.out is not None:
        _show(options, found.table())
    return SOUND if found.clean else FAILED


def _whatif(options: argparse.Namespace) -> int:
    from allocation.reading import read_instance
    from allocation.whatif import answer

    instance = read_instance(instance_bytes(options))
    answers = [answer(instance, ask, time_limit_s=options.time_limit) for ask in options.ask]
    for one in answers:
        for sentence in one.sentences(options.lang):
            _say(sentence)
    if options.out is not None:
        _show(options, [one.table() for one in answers])
    return SOUND if all(one.proven for one in answers) else NOT_PROVEN


def _rules(options: argparse.Namespace) -> int:
    from allocation.reading import read_instance
    from allocation.ruletext import rule_text_of

    for sentence in rule_text_of(read_instance(instance_bytes(options)), options.lang):
        _say(sentence)
    return SOUND


def _examples(options: argparse.Namespace) -> int:
    from allocation.cases import read_cases
    from allocation.judging import judged

    wrong = 0
    cases = read_cases(options.file.read_bytes())
    for case in cases:
        lines = [*judged(case)]
        met = all(line.met for line in lines)
        wrong += not met
        _say(f"{'ok ' if met else 'BAD'} {case.id} {case.kind}: {case.title}")
        for line in lines:
            _say(f"    {line.text()}")
    _say(f"{len(cases)} cases, {len(cases) - wrong} as expected, {wrong} not")
    return FAILED if wrong else SOUND


def _command(commands: Commands, name: str, run: Callable[[argparse.Namespace], int], told: str) -> Any:
    """A command that reads an instance and may write its answer to a file."""
    made = commands.add_parser(name, help=told)
    made.add_argument("instance", type=Path)
    add_example(made)
    made.add_argument("--out", type=Path, metavar="FILE", help="write the answer as JSON")
    made.set_defaults(run=_guarded(run))
    return made


def add_example(command: Any) -> None:
    """The flag by which a command reads one worked example instead of an instance."""
    command.add_argument("--example", action="store_true", help="the file holds one worked example")


def add_commands(commands: Commands) -> None:
    """Add the commands of this file."""
    best = _command(commands, "optimum", _optimum, "best values over every feasible assignment and opening set")
    best.add_argument("--objective", required=True, metavar="A,B,…", help="such as shortfall,placed,rank_sum")
    best.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="seconds (default 60)")

    every = _command(commands, "stable", _stable, "all stable assignments of a small instance")
    every.add_argument("--closed", metavar="ID,…", help="classes that stay closed (default: as the rule decides)")
    every.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="seconds (default 60)")

    ask = _command(commands, "whatif", _whatif, "ask the plan: more places, everyone placed, floors, contradictions")
    ask.add_argument("--ask", action="append", required=True, metavar="WHAT", help=ASKS)
    ask.add_argument("--lang", choices=("zh", "en"), default="zh")
    ask.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="seconds a question (default 60)")

    rules = commands.add_parser("rules", help="the public rule text of a round")
    rules.add_argument("instance", type=Path)
    add_example(rules)
    rules.add_argument("--lang", choices=("zh", "en"), default="zh")
    rules.set_defaults(run=_guarded(_rules))

    judge = _command(commands, "audit", _audit, "judge an assignment that was made elsewhere")
    judge.add_argument("assignment", type=Path, help="{applicant: programme or null}, or an outcome")

    examples = commands.add_parser("examples", help="run a file of worked examples: expected against got")
    examples.add_argument("file", type=Path)
    examples.set_defaults(run=_guarded(_examples))
