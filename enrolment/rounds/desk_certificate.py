"""certificate.json, and checking a result folder again from its files alone."""

import hashlib
import json
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from allocation.formats import BadInstance, digest, read_instance
from allocation.verify import Check, verify
from core import clock
from core.sheets import BadSheets, read_grids
from enrolment.rounds.desk_result import RESULT_SHEET

FORMAT = "round-certificate/1"
INSTANCE, OUTCOME, RESULT = "instance.json", "outcome.json", "result.xlsx"
CERTIFICATE, EXPLANATIONS = "certificate.json", "explanations.html"
FILES = (RESULT, INSTANCE, OUTCOME, CERTIFICATE, EXPLANATIONS)
_PARTS = ("ortools", "numpy", "XlsxWriter", "python-calamine", "openpyxl")


@dataclass(frozen=True, slots=True)
class Sources:
    """The two workbooks a round was made from, as sent."""

    plan: bytes
    candidates: bytes


@dataclass(frozen=True, slots=True)
class RunFacts:
    """How the solving went: seconds and the most memory used, in MiB."""

    seconds: float
    peak_mib: float


def sha256(data: bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(data).hexdigest()


def write_certificate(
    sources: Sources, files: Mapping[str, bytes], checks: tuple[Check, ...], run: RunFacts
) -> bytes:
    """The certificate of a result folder: what went in, what came out, what was checked, with which parts."""
    outcome: dict[str, Any] = json.loads(files[OUTCOME])
    body = {
        "format": FORMAT,
        "finished_at": clock.now().isoformat(timespec="seconds"),
        "inputs": {"plan_sha256": sha256(sources.plan), "candidates_sha256": sha256(sources.candidates)},
        "files": {name: sha256(data) for name, data in sorted(files.items())},
        "digests": {**outcome["digests"], "outcome": outcome["digest"]},
        "proven": outcome["proven"],
        "engines": outcome["engines"],
        "verifier": {
            "sound": not any(check.findings for check in checks),
            "checks": [
                {"name": check.name, "counted": check.counted, "findings": [*check.findings]} for check in checks
            ],
        },
        "run": {"seconds": round(run.seconds, 3), "peak_mib": round(run.peak_mib)},
        "versions": {"python": platform.python_version(), **{part: version(part) for part in _PARTS}},
    }
    return _spelled({**body, "digest": sha256(_spelled(body))})


def _spelled(body: Mapping[str, Any]) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def recheck(files: Mapping[str, bytes]) -> Iterator[Check]:
    """Check a result folder: files, digests, the rules by the independent verifier, the result workbook.

    Only the files are read; a folder changed by one byte has a finding.
    """
    missing = tuple(f"{name} is missing" for name in FILES if name not in files)
    yield Check("files", len(FILES), missing)
    if missing:
        return
    yield _guarded("certificate", lambda: _certificate(files))
    yield _guarded("instance digest", lambda: _instance_digest(files))
    yield from verify(files[INSTANCE], files[OUTCOME]).checks
    yield _guarded("result workbook", lambda: _result_workbook(files))
    yield _guarded("explanations", lambda: _explanations(files))


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    """A file that cannot even be taken apart is a finding, not a crash."""
    try:
        return check()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, BadSheets, BadInstance) as broken:
        return Check(name, 1, (f"cannot be read: {type(broken).__name__}",))


def _certificate(files: Mapping[str, bytes]) -> Check:
    """The certificate is as it was written and names every other file by the digest it has."""
    body: dict[str, Any] = json.loads(files[CERTIFICATE])
    stated: dict[str, str] = body["files"]
    findings = [
        f"{name} is not the file that was certified"
        for name in FILES
        if name != CERTIFICATE and stated.get(name) != sha256(files[name])
    ]
    written = {key: value for key, value in body.items() if key != "digest"}
    if body.get("digest") != sha256(_spelled(written)) or _spelled(body) != files[CERTIFICATE]:
        findings.append(f"{CERTIFICATE} was changed after it was written")
    return Check("certificate", len(FILES), tuple(findings))


def _instance_digest(files: Mapping[str, bytes]) -> Check:
    stated = json.loads(files[CERTIFICATE])["digests"]
    told = json.loads(files[OUTCOME])
    found = digest(read_instance(files[INSTANCE]))
    findings = [] if stated["instance"] == found else ["the certificate speaks of another instance"]
    for key, value in {**told["digests"], "outcome": told["digest"]}.items():
        if stated.get(key) != value:
            findings.append(f"the {key} digest of the certificate differs from the outcome")
    return Check("instance digest", 5, tuple(findings))


def _result_workbook(files: Mapping[str, bytes]) -> Check:
    """Every row of the result workbook says what the outcome says."""
    assignment: dict[str, str | None] = json.loads(files[OUTCOME])["assignment"]
    grid = next(grid for grid in read_grids(files[RESULT]) if grid.name == RESULT_SHEET)
    head = [str(cell) for cell in grid.rows[0]]
    number, programme = head.index("考生号"), head.index("招生代码")
    shown = [(str(row[number]), str(row[programme]) or None) for row in grid.rows[1:]]
    findings = [f"{who}: {got or '-'}" for who, got in shown if who not in assignment or assignment[who] != got]
    if sorted(who for who, _ in shown) != sorted(assignment):
        findings.append("the candidates of the workbook are not those of the outcome")
    return Check("result workbook", len(shown), tuple(findings))


def _explanations(files: Mapping[str, bytes]) -> Check:
    """There is one section a candidate."""
    page = files[EXPLANATIONS].decode()
    people: dict[str, str | None] = json.loads(files[OUTCOME])["assignment"]
    missing = [f"{who} has no section" for who in people if f'id="c-{who}"' not in page]
    return Check("explanations", len(people), tuple(missing))
