"""The house's own files: fingerprinted, compressed, cached for ever, with the security headers."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.web.static_files import Edition, edition_of, publish

CEILING = 200 * 1024


def test_files_are_served_compressed_for_ever_with_headers(client: FlaskClient, app: Flask) -> None:
    address = re.search(r'href="(/static/[^"]+/zone\.css)"', client.get("/").text)
    assert address is not None
    answer = client.get(address[1], headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age=315360000" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.mimetype == "text/css"
    plain = client.get(address[1], headers={"Accept-Encoding": "identity"}, buffered=True)
    assert gzip.decompress(answer.data) == plain.data
    assert b"--lake" in plain.data
    assert b"sourceMappingURL" not in plain.data


def test_an_unknown_file_is_not_found(client: FlaskClient) -> None:
    assert client.get("/static/000000000000/zone.css").status_code == 404
    assert client.get("/static/../pyproject.toml").status_code == 404


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    def folder(name: str, script: str) -> Path:
        home = tmp_path / name
        for part in ("css", "js"):
            (home / part).mkdir(parents=True)
        source = Path(__file__).resolve().parents[3] / "static" / "css"
        for sheet in source.glob("*.css"):
            (home / "css" / sheet.name).write_bytes(sheet.read_bytes())
        (home / "js" / "page.js").write_text(script, "utf-8")
        return home

    first, same, other = (edition_of(folder(name, text)) for name, text in (("a", "1"), ("b", "1"), ("c", "2")))
    assert first.fingerprint == same.fingerprint != other.fingerprint
    assert first.url("js/page.js") == f"/static/{first.fingerprint}/js/page.js"
    with pytest.raises(KeyError):
        first.url("js/missing.js")


def test_publishing_twice_keeps_the_first_and_leaves_no_drafts(tmp_path: Path) -> None:
    edition = Edition("abc123", {"a.css": b"x" * 1000, "img/p.png": b"\x89PNG"})
    home = publish(edition, tmp_path)
    stamp = (home / "a.css").stat().st_mtime_ns
    assert publish(edition, tmp_path) == home
    assert (home / "a.css").stat().st_mtime_ns == stamp
    assert gzip.decompress((home / "a.css.gz").read_bytes()) == b"x" * 1000
    assert not (home / "img/p.png.gz").exists()
    assert [found.name for found in tmp_path.iterdir()] == ["abc123"]


def test_the_first_page_with_all_it_loads_fits_a_slow_line(client: FlaskClient) -> None:
    page = client.get("/")
    total = len(page.data)
    for path in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)):
        answer = client.get(path, headers={"Accept-Encoding": "gzip"}, buffered=True)
        assert answer.status_code == 200
        total += len(answer.data)
    assert total <= CEILING
    assert total <= 80 * 1024, f"the first page grew to {total} bytes"
