"""Alive, ready, figures: quick, honest, and closed to strangers."""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core import clock
from core.access import Role
from core.db import db, housekeeping
from core.jobs import duties
from core.jobs.context import JobContext
from core.observe import health
from core.observe.health import Level
from core.observe.metrics import REQUESTS
from tests.client import Browser
from tests.conftest import make_settings
from tests.core.jobs.kinds import LEASE, idle, kind, requested, taken
from tests.factories import account, sign_in
from tests.figures import Figure
from wsgi import create_app


def stamp(head: str) -> None:
    """Pretend that the migrations were run up to ``head``."""
    with housekeeping() as session:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        session.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})


def well(app: Flask) -> None:
    stamp(health.head_file())
    duties.show_presence("w", started_at=clock.now())
    duties.note(health.BACKUP_DUTY, "cli")


def levels(client: FlaskClient) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.get_json()["parts"]


def test_everything_well(context: Flask, client: FlaskClient) -> None:
    well(context)
    status, found = levels(client)
    assert status == 200
    assert set(found) == {"database", "migration", "queue", "worker", "disk", "backup"}
    assert set(found.values()) == {"good"}


def test_warnings_ask_somebody_to_look_but_stay_in_service(context: Flask, client: FlaskClient) -> None:
    well(context)
    with clock.frozen(clock.now() - dt.timedelta(hours=30)), kind("probe", idle):
        requested("probe")
        duties.note(health.BACKUP_DUTY, "cli")
        duties.show_presence("w", started_at=clock.now())
    status, found = levels(client)
    assert status == 200
    assert [found[part] for part in ("queue", "worker", "backup")] == ["warning"] * 3


@pytest.mark.parametrize("head", [None, "0000"])
def test_an_old_schema_takes_the_server_out_of_service(context: Flask, client: FlaskClient, head: str | None) -> None:
    if head:
        stamp(head)
    assert levels(client)[0] == 503


@contextmanager
def closing_app(folder: Path, database_url: str, **changes: object) -> Iterator[Flask]:
    """An application with other settings, whose connections are closed at the end."""
    app = create_app(make_settings(folder / "data", database_url, **changes))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_a_full_disk_takes_the_server_out_of_service(database_url: str, tmp_path: Path) -> None:
    with closing_app(tmp_path, database_url, min_free_mib=10**9) as app:
        status, found = levels(Browser(app))
    assert (status, found["disk"]) == (503, "failed")


def test_without_a_database_alive_but_not_ready(tmp_path: Path) -> None:
    app = create_app(make_settings(tmp_path / "data", f"sqlite:///{tmp_path}/none/zone.db"))
    client = Browser(app)
    assert client.get("/healthz").get_json() == {"status": "alive"}
    status, found = levels(client)
    assert (status, found["database"]) == (503, "failed")
    assert set(found) == {"database", "disk"}


def test_liveness_asks_no_database(context: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(type(db.session()), "execute", refuse)
    monkeypatch.setattr(type(db.engine), "connect", refuse)
    assert client.get("/healthz").status_code == 200


def spent_ms(calls: Mapping[str, Callable[[], object]], times: int = 15) -> dict[str, list[float]]:
    """The milliseconds of each call, sorted; taken in turns, so that a busy moment falls on all alike."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(times + 1):
        for name, call in calls.items():
            begun = time.perf_counter()
            call()
            if turn:
                spent[name].append((time.perf_counter() - begun) * 1000)
    return {name: sorted(taken) for name, taken in spent.items()}


def test_the_probes_are_quick(context: Flask, client: FlaskClient, figure: Figure) -> None:
    well(context)
    REQUESTS.clear()  # what other tests have asked of this process is no part of the figure
    asked = ("/", "/healthz", "/readyz", "/metrics")
    spent = spent_ms({address: lambda a=address: client.get(a) for address in asked})
    figure("proof 60: " + ", ".join(f"{address} {taken[len(taken) // 2]:.1f} ms" for address, taken in spent.items()))
    figures = {address: taken[0] for address, taken in spent.items()}
    assert figures["/healthz"] < figures["/"], "being alive must cost less than a page"
    assert figures["/readyz"] < 20 * figures["/"]
    assert figures["/metrics"] < 20 * figures["/"]


def test_figures_of_jobs_and_requests(context: Flask, client: FlaskClient) -> None:
    with kind("probe", idle):
        requested("probe")
        requested("probe")
        JobContext(taken(), LEASE).progress("solving", 0.5, gap=0.25)
    client.get("/")
    shown = client.get("/metrics").get_data(as_text=True)
    for line in (
        'zone_jobs{state="queued"} 1.0',
        'zone_jobs{state="running"} 1.0',
        'zone_solver_gap{kind="probe"} 0.25',
        "zone_audit_seal_age_seconds -1.0",
        "zone_queue_age_seconds",
        "zone_job_repeated_attempts 0.0",
        'zone_request_seconds_bucket{le="0.3",method="GET",route="web.home",status="2xx"}',
    ):
        assert line in shown


def test_figures_are_closed_to_strangers(context: Flask, client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 404


def test_figures_open_to_their_token(database_url: str, tmp_path: Path) -> None:
    right = {"Authorization": "Bearer scrape-me-0123456789"}
    with closing_app(tmp_path, database_url, metrics_token="scrape-me-0123456789") as app:
        client = Browser(app)
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
        assert client.get("/metrics", headers=right, environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 200


def test_the_health_page_speaks_to_the_administrator(context: Flask, client: FlaskClient) -> None:
    with kind("probe", idle, label="名单导入"):
        requested("probe")
        page = sign_in(client, account(Role.SYSTEM_ADMIN)).get("/system/health").get_data(as_text=True)
    for words in ("数据库", "连接正常", "没有在运行", "flask db upgrade", "还没有成功的备份", "名单导入", "排队中"):
        assert words in page


def test_the_health_page_is_closed_to_others(context: Flask, client: FlaskClient) -> None:
    assert sign_in(client, account(Role.COUNTY_OFFICER)).get("/system/health").status_code == 403


def test_the_worst_part_decides() -> None:
    parts = [health.Part("a", "", level, "") for level in (Level.GOOD, Level.FAILED, Level.WARNING)]
    assert health.worst(tuple(parts)) is Level.FAILED
    assert health.worst(tuple(parts[:1] + parts[2:])) is Level.WARNING
