"""The command line and its exit codes."""

from __future__ import annotations

import io
import json
import resource
import runpy
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

from allocation import cli, worker
from allocation.solver import EnginesDisagree, ModelUnfinished
from tests.allocation.rounds import applicant, programme, raw, table

GOOD = table(
    [programme("A", 1), programme("B", 1)],
    [applicant("a", 2, "A"), applicant("b", 1, "A", "B"), applicant("c", 0, "A")],
)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """A small instance in a file."""
    path = tmp_path / "instance.json"
    path.write_bytes(raw(GOOD))
    return path


def solve_to(instance: Path, name: str = "outcome.json", *more: str) -> tuple[int, Path]:
    """Solve into a file beside the instance."""
    out = instance.parent / name
    return cli.main(["solve", str(instance), "--out", str(out), "--engine", "search", *more]), out


def test_solve_verify_explain_compare(instance: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = solve_to(instance)
    assert code == 0
    assert "2 placed" in capsys.readouterr().out
    assert cli.main(["verify", str(instance), str(out)]) == 0
    assert "ok  claims: 2 checked, 0 found" in capsys.readouterr().out
    assert cli.main(["explain", str(instance), str(out), "--applicant", "c"]) == 0
    assert "专业招生总数(1)已满" in capsys.readouterr().out
    assert cli.main(["explain", str(instance), str(out), "--applicant", "z"]) == cli.BAD_INPUT
    other = instance.parent / "other.json"
    changed = {**GOOD, "applicants": [*GOOD["applicants"][:2], applicant("d", 9, "A")]}
    instance.write_bytes(raw(changed))
    assert solve_to(instance, "other.json")[0] == 0
    capsys.readouterr()
    assert cli.main(["compare", str(out), str(other)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "instance: differs" in lines
    assert "placed: 2 → 2 (+0)" in lines
    assert lines[-3:] == ["a: A → unplaced", "c: unplaced → absent", "d: absent → A"]


def test_a_forged_outcome_fails_verification(instance: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = solve_to(instance)
    told = json.loads(out.read_bytes())
    told["assignment"]["c"] = "A"
    out.write_text(json.dumps(told), encoding="utf-8")
    assert cli.main(["verify", str(instance), str(out)]) == cli.FAILED
    assert "BAD limits" in capsys.readouterr().out


def test_bad_input_and_no_admissible_outcome(instance: Path, capsys: pytest.CaptureFixture[str]) -> None:
    instance.write_bytes(b"{}")
    assert solve_to(instance)[0] == cli.BAD_INPUT
    assert "format" in capsys.readouterr().err
    instance.write_bytes(
        raw(
            table(
                [programme("A", 1, school="S")],
                [applicant("a", 1, "A"), applicant("b", 1, "A")],
                {"ties": "admit_all"},
                schools=[{"id": "S", "county": "JS", "capacity": 1}],
            )
        )
    )
    assert solve_to(instance)[0] == cli.INADMISSIBLE
    assert cli.main(["verify", str(instance), "missing.json"]) == cli.BAD_INPUT


def test_not_proven_is_told_apart(instance: Path) -> None:
    plan = [programme(f"P{at}", 9, min_open=2) for at in range(21)]
    people = [applicant(f"a{at}", at, f"P{at}", f"P{(at + 1) % 21}") for at in range(21)]
    instance.write_bytes(raw(table(plan, people)))
    assert solve_to(instance)[0] == cli.NOT_PROVEN


def test_out_of_time_fails(instance: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert solve_to(instance, "o.json", "--time-limit", "0.01")[0] == cli.FAILED
    assert "timeout" in capsys.readouterr().err


def test_generate_is_the_same_every_time(tmp_path: Path) -> None:
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for path in files:
        assert cli.main(["generate", "--out", str(path), "--applicants", "20", "--programmes", "3"]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_module_runs_as_a_program(instance: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "allocation", "verify", str(instance), str(instance)], capture_output=True
    )
    assert ran.returncode == cli.FAILED


class Silent(worker.Reporter):
    """Tells nobody."""

    def __call__(self, stage: str, done: float, gap: float | None) -> None:
        return


@pytest.mark.parametrize(
    ("raised", "status"),
    [(MemoryError(), "memory"), (ModelUnfinished(), "timeout"), (EnginesDisagree("x"), "crashed")],
)
def test_what_ends_a_run_has_a_name(monkeypatch: pytest.MonkeyPatch, raised: BaseException, status: str) -> None:
    def fail(*_: object, **__: object) -> object:
        raise raised

    monkeypatch.setattr(worker, "Reporter", Silent)
    monkeypatch.setattr(worker, "solve", fail)
    assert worker.answer(raw(GOOD), "search", 1, 1)[0] == status


def test_an_outcome_that_fails_verification_never_leaves_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    from allocation import outcome

    monkeypatch.setattr(worker, "Reporter", Silent)
    monkeypatch.setattr(outcome.Writer, "cutoffs", lambda self: {})
    status, message, told = worker.answer(raw(GOOD), "search", 1, 1)
    assert (status, told) == ("crashed", None)
    assert message.startswith("verification failed\ncutoffs:")


def test_the_reporter_is_not_too_loud(capsys: pytest.CaptureFixture[str]) -> None:
    report = worker.Reporter()
    report("solve", 0.0, None)
    report("solve", 0.1, None)
    report("solve", 1.0, 0.5)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["done"] for line in lines] == [0.0, 1.0]
    assert worker.peak_mib() > 1


def test_the_worker_answers_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    limits: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    monkeypatch.setattr(worker, "watch_parent", lambda parent: None)
    for given, status in ((raw(GOOD), "sound"), (b"{}", "bad_input")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        assert worker.main(["search", "10", "100", "1", "7"]) == 0
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"] == status
    assert limits == {resource.RLIMIT_CPU: (25, 30), resource.RLIMIT_AS: (4196 * 2**20, 4196 * 2**20)}


def test_contradictions_have_a_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "Reporter", Silent)
    people = [applicant("a", 1, "A"), applicant("b", 1, "A")]
    tied = table([programme("A", 1)], people, {"ties": "admit_all"}, limits=[{"name": "z", "cap": 1}])
    assert worker.answer(raw(tied), "search", 1, 1)[0] == "inadmissible"


def test_the_worker_ends_with_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    parents = iter([7, 7, 1])
    ended = threading.Event()
    monkeypatch.setattr("os.getppid", lambda: next(parents))
    monkeypatch.setattr("os._exit", lambda code: ended.set())
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    worker.watch_parent(7)
    assert ended.wait(5)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("module", ["allocation", "allocation.worker"])
def test_modules_run_as_programs(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setattr(sys, "argv", [module])
    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))  # the worker's stand-in goes with the test
    with pytest.raises((SystemExit, ValueError)):
        runpy.run_module(module, run_name="__main__")


def test_importing_the_program_runs_nothing() -> None:
    assert runpy.run_module("allocation.__main__", run_name="other")["main"] is cli.main
