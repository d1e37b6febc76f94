"""The result look-up in the opening minute (proof 63), beside a bare Flask page that does one indexed read.

    python -m bench.lookup [--seconds 5] [--turns 2] [--answers 5000] [--connections 16]

Ends within two minutes. On SQLite and then on PostgreSQL: a round is solved and released by the product's own
operations, further answers are added beside it, and the product and the bare page are each served by gunicorn with
the product's `gunicorn.conf.py` on 127.0.0.1. Two client processes hold the connections and ask without a pause, the
bare page and the look-up in turns. A look-up is what a family does: the form with its token once a connection, then
two facts, and the answer must name the outcome. What is printed fits into `bench/RESULTS.md`.
"""

import argparse
import base64
import datetime as dt
import functools
import http.client
import json
import multiprocessing
import os
import random
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parent.parent
_DATABASE = "BENCH_DATABASE"
_PROCESSES = 2
_WANTED_RATE, _WANTED_P95 = 500, 300
Fact = tuple[str, str, str]
"""Candidate number, last six signs of the document, and the blind index under which the bare page finds the row."""


@dataclass(frozen=True)
class Measured:
    """One turn: answers a second, milliseconds at the 50th, 95th and 99th of a hundred, answers that were wrong."""

    rate: float
    p50: float
    p95: float
    p99: float
    errors: int


def bare() -> Flask:
    """The yardstick: one indexed read of the same table, a few words of plain text."""
    from core.db import prepare_engine

    engine = create_engine(os.environ[_DATABASE])
    prepare_engine(engine)
    app = Flask(__name__)
    query = text("SELECT masked_name FROM public_answer WHERE facts_index = :index")

    @app.get("/<index>")
    def read(index: str) -> str:
        with engine.connect() as connection:
            found = connection.execute(query, {"index": index}).scalar_one_or_none()
        return f"found {found}" if found else "nothing"

    return app


def build(folder: Path, database_url: str, answers: int, environment: dict[str, str]) -> list[Fact]:
    """A released round with this many answers; returns what a family would type."""
    from core import clock
    from core.config import Settings
    from core.db import Base, db
    from enrolment.results import operations as results
    from tests.enrolment.rounds.stage import ready, solved
    from wsgi import create_app

    names = {key.removeprefix("ZONE_").lower(): value for key, value in environment.items()}
    app = create_app(Settings.model_validate({**names, "data_dir": folder, "database_url": database_url}))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with clock.frozen(clock.now() - dt.timedelta(days=1)):
            stage = ready()
            run = solved(stage)
            release = clock.now() + dt.timedelta(minutes=1)
            publication = results.propose(stage.actor, run_id=run.id, release_at=release)
            results.approve(stage.other, publication_id=publication.id, version=publication.version, typed=3)
        return _more_answers(answers, stage.round.cycle.year)


def _more_answers(answers: int, year: int) -> list[Fact]:
    """Answers beside the released ones, pointing at the same publication; their placements need not exist."""
    from sqlalchemy import select

    from core.db import db
    from enrolment.results.models import PublicAnswer
    from enrolment.results.public_answers import facts_of

    like = db.session.scalars(select(PublicAnswer).where(PublicAnswer.programme_id.is_not(None)).limit(1)).one()
    names = ("publication_id", "programme_id", "county", "masked_name", "receipt_tail")
    shared = {name: getattr(like, name) for name in names}
    db.session.rollback()
    dice = random.Random(1)  # invented facts, no secret
    facts = []
    # An engine of its own: without the product's listeners SQLite does not look at foreign keys.
    engine = create_engine(db.engine.url)
    with Session(engine) as session:
        if engine.dialect.name == "postgresql":
            session.connection().exec_driver_sql("SET session_replication_role = replica")
        for serial in range(answers):
            number, tail = f"9{serial:09}", f"{dice.randrange(10**6):06}"
            one = PublicAnswer(**shared, placement_id=uuid.uuid4(), facts=facts_of(year, number, tail))
            facts.append((number, tail, one.facts_index))
            session.add(one)
        session.commit()
    engine.dispose()
    return facts


@contextmanager
def serving(target: str, environment: dict[str, str], log: Path) -> Iterator[int]:
    """A gunicorn of the product's settings on a free port; gives the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", target]
    with log.open("w") as told:
        server = subprocess.Popen(
            command, cwd=ROOT, env={**environment, "BIND": f"127.0.0.1:{port}"}, stdout=told, stderr=told
        )
        try:
            _wait(port, server, log)
            yield port
        finally:
            server.terminate()
            server.wait(30)


def _wait(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _again in range(300):
        if server.poll() is not None:
            raise SystemExit(f"the server did not start:\n{log.read_text()[-2000:]}")
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not answer within 30 s")


def _bare_asker(port: int) -> Callable[[Fact], bool]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(fact: Fact) -> bool:
        line.request("GET", f"/{fact[2]}")
        answer = line.getresponse()
        return answer.status == 200 and answer.read().startswith(b"found")

    return ask


def _look_up_asker(port: int) -> Callable[[Fact], bool]:
    """The form is fetched once; its token and cookie serve the connection."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("GET", "/public-results/look-up")
    form = line.getresponse()
    cookie = (form.getheader("Set-Cookie") or "").partition(";")[0]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', form.read().decode())
    if token is None:
        raise RuntimeError("the form of the look-up has no token")
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}

    def ask(fact: Fact) -> bool:
        body = urlencode({"csrf_token": token[1], "candidate_number": fact[0], "document_tail": fact[1]})
        line.request("POST", "/public-results/look-up", body, headers)
        answer = line.getresponse()
        return answer.status == 200 and "已录取" in answer.read().decode()

    return ask


def _client(kind: str, port: int, facts: Sequence[Fact], connections: int, seconds: float) -> tuple[list[float], int]:
    """One client process: its latencies in seconds and how many answers were wrong."""
    make = _bare_asker if kind == "bare" else _look_up_asker
    latencies: list[list[float]] = [[] for _one in range(connections)]
    errors = [0] * connections
    ready = threading.Barrier(connections)

    def work(at: int) -> None:
        ask, dice = make(port), random.Random(at)  # which fact is asked next
        ready.wait()
        end = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < end:
            good = ask(dice.choice(facts))
            latencies[at].append(time.perf_counter() - begun)
            errors[at] += not good

    workers = [threading.Thread(target=work, args=(at,)) for at in range(connections)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [one for part in latencies for one in part], sum(errors)


def measure(kind: str, port: int, facts: Sequence[Fact], connections: int, seconds: float) -> Measured:
    """One turn with all client processes."""
    each = max(1, connections // _PROCESSES)
    work = functools.partial(_client, kind, port, facts, each)
    with multiprocessing.get_context("fork").Pool(_PROCESSES) as pool:
        parts = pool.map(work, [seconds] * _PROCESSES)
    times = sorted(one for part, _errors in parts for one in part)
    if not times:
        raise SystemExit(f"no answer of {kind}")
    at = [times[min(len(times) - 1, int(len(times) * share))] * 1000 for share in (0.5, 0.95, 0.99)]
    return Measured(len(times) / seconds, at[0], at[1], at[2], sum(errors for _part, errors in parts))


def run(name: str, database_url: str, options: argparse.Namespace) -> list[str]:
    """All turns on one database; returns lines of the table."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        url = database_url or f"sqlite:///{folder / 'zone.db'}"
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        zone = {
            "ZONE_MODE": "production",
            "ZONE_ALLOW_SQLITE": "true",
            "ZONE_SECRET_KEY": secrets.token_urlsafe(32),
            "ZONE_KEYS": f"k1:{key}",
            "ZONE_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "ZONE_PUBLIC_URL": "https://127.0.0.1",
        }
        facts = build(folder, url, options.answers, zone)
        environment = {**os.environ, **zone, "ZONE_DATA_DIR": scratch, "ZONE_DATABASE_URL": url, _DATABASE: url}
        turns: dict[str, list[Measured]] = {"bare": [], "look-up": []}
        with (
            serving("bench.lookup:bare()", environment, folder / "bare.log") as bare_port,
            serving("wsgi:create_app()", environment, folder / "zone.log") as zone_port,
        ):
            ports = {"bare": bare_port, "look-up": zone_port}
            for kind, port in ports.items():
                measure(kind, port, facts, options.connections, 1)
            for _turn in range(options.turns):
                for kind, port in ports.items():
                    turns[kind].append(measure(kind, port, facts, options.connections, options.seconds))
    return [_line(name, kind, found, turns["bare"]) for kind, found in turns.items()]


def _line(name: str, kind: str, found: list[Measured], yardstick: list[Measured]) -> str:
    middle = sorted(found, key=lambda one: one.rate)[len(found) // 2]
    ratio = middle.rate / sorted(yardstick, key=lambda one: one.rate)[len(yardstick) // 2].rate
    errors = sum(one.errors for one in found)
    return (
        f"| {name} | {kind} | {middle.rate:,.0f} | {ratio:.2f} | {middle.p50:.1f} | {middle.p95:.1f} | "
        f"{middle.p99:.1f} | {errors} |"
    )


def main() -> None:
    """Measure on both databases and print the section for the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=5.0, help="length of a turn")
    options.add_argument("--turns", type=int, default=2, help="turns of each page on each database")
    options.add_argument("--answers", type=int, default=5_000, help="answers in the table")
    options.add_argument("--connections", type=int, default=16, help="connections that ask without a pause")
    options.add_argument("--database", choices=("both", "sqlite", "postgresql"), default="both")
    chosen = options.parse_args()
    load = os.getloadavg()[0]
    lines: list[str] = []
    if chosen.database != "postgresql":
        lines += run("SQLite", "", chosen)
    if chosen.database != "sqlite":
        from tests.postgres import serve

        with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "data") as address:
            engine = create_engine(address.format(database="postgres"), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("CREATE DATABASE lookup"))
            engine.dispose()
            lines += run("PostgreSQL", address.format(database="lookup"), chosen)
    print(_section(lines, chosen, load))


def _section(lines: list[str], chosen: argparse.Namespace, load: float) -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    told = json.dumps({name: value for name, value in sorted(vars(chosen).items())})
    return "\n".join(
        (
            "### The result look-up beside a bare page (proof 63)",
            "",
            f"`python -m bench.lookup` at {commit.strip()}, {os.cpu_count()} processors, load {load:.1f} at the "
            f"start, {told}. Client and servers share the machine; wanted: {_WANTED_RATE} look-ups a second, p95 "
            f"below {_WANTED_P95} ms, no wrong answer. The bare page does one indexed read of the same table.",
            "",
            "| database | page | answers a second | of the bare page | p50 ms | p95 ms | p99 ms | wrong |",
            "|---|---|---|---|---|---|---|---|",
            *lines,
        )
    )


if __name__ == "__main__":
    main()
