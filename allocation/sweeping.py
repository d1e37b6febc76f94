"""``python -m allocation sweep``: a table of results for a list of variants."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from allocation.csv_commands import add_csv, instance_of
from allocation.faults import BadInstance, Fault


def variants_of(raw: bytes) -> list[dict[str, Any]]:
    """The list of changes in a file; raises :class:`BadInstance` if it is none."""
    try:
        table = json.loads(raw)
    except ValueError:
        table = None
    if not isinstance(table, list) or not all(isinstance(one, dict) for one in table):
        rule = "应为变更列表 / must be a list of changes"
        raise BadInstance((Fault("VARIANTS", "", rule, '[{"programmes[P001].capacity": 40}, …]'),))
    return table


def _sweep(options: argparse.Namespace) -> int:
    from allocation.sweep import FIELDS, sweep

    raw = instance_of(options, lambda given: bytes(given.instance.read_bytes()))
    results = sweep(raw, variants_of(options.variants.read_bytes()), options.workers)
    rows = [{name: getattr(one, name) for name in FIELDS} for one in results]
    if options.out.suffix == ".json":
        options.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    else:
        with options.out.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(FIELDS)
            lines.writerows([" ".join(v) if isinstance(v, tuple) else v for v in row.values()] for row in rows)
    sound = sum(one.status == "sound" for one in results)
    sys.stdout.write(f"{len(results)} variants, {sound} sound\n")
    return int(any(one.status == "not_proven" for one in results))


def add_sweep(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``sweep --variants VARIANTS.json INSTANCE.json --out TABLE.csv``."""
    command = commands.add_parser("sweep", help="solve many variants of an instance, each a few changed values")
    command.add_argument("instance", type=Path, nargs="?")
    command.add_argument("--variants", type=Path, required=True, help='JSON: [{"programmes[ID].capacity": 40}, …]')
    command.add_argument("--out", type=Path, required=True, help="table to write, .csv or .json")
    command.add_argument("--workers", type=int, default=1)
    add_csv(command)
    command.set_defaults(run=_sweep)
