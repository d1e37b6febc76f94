"""The house's own files: bundled, compressed, and addressed by their content.

All files are published under ``/static/<fingerprint>/``. The fingerprint changes with any byte, so
browsers may keep a file for ever; earlier editions stay published for pages that are still open.
The style sheets (Bootstrap's from its wheel, then ours in order) become one file, ``zone.css``.
"""

import gzip
import hashlib
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import flask_bootstrap
from flask import Flask
from whitenoise import WhiteNoise

from core.web.headers import HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/static"
BUNDLE = "zone.css"
SHEETS = (
    "tokens", "base", "frame", "buttons", "forms", "tables",
    "lists", "words", "flow", "cards", "home", "rooms", "print",
)  # fmt: skip
_FIRST_PARTY_CSS = "css/"
_COMPRESSED = {".css", ".js", ".svg", ".json", ".txt", ".html"}
_MAP_COMMENT = re.compile(rb"/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=.*")


@dataclass(frozen=True, slots=True)
class Edition:
    """One published state of all files: path below the fingerprint to content."""

    fingerprint: str
    files: Mapping[str, bytes]

    def url(self, path: str) -> str:
        """The address of a file; raises KeyError for one that is not published."""
        if path not in self.files:
            raise KeyError(path)
        return f"{PREFIX}/{self.fingerprint}/{path}"


@cache
def edition_of(folder: Path) -> Edition:
    """The edition made from the source folder (read once a process)."""
    files = {
        found.relative_to(folder).as_posix(): found.read_bytes()
        for found in sorted(folder.rglob("*"))
        if found.is_file() and not found.relative_to(folder).as_posix().startswith(_FIRST_PARTY_CSS)
    }
    files[BUNDLE] = _bundle(folder)
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return Edition(digest.hexdigest()[:12], files)


def _bundle(folder: Path) -> bytes:
    wheel = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
    own = (folder / "css" / f"{name}.css" for name in SHEETS)
    return b"\n".join(_MAP_COMMENT.sub(b"", sheet.read_bytes()).strip() for sheet in (wheel, *own)) + b"\n"


def publish(edition: Edition, store: Path) -> Path:
    """Write the edition below ``store`` with compressed twins, at one stroke; returns its folder."""
    home = store / edition.fingerprint
    if home.is_dir():
        return home
    store.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=store))
    try:
        for path, content in edition.files.items():
            target = draft / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            if target.suffix in _COMPRESSED:
                target.with_name(target.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
        draft.chmod(0o755)
        os.rename(draft, home)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not home.is_dir():
            raise
    return home


class StaticFiles:
    """WSGI layer that answers ``/static/<fingerprint>/…`` itself; everything else goes to the application.

    Files are published at the first request for one, so that commands and page tests pay nothing.
    """

    def __init__(self, application: "WSGIApplication", edition: Edition, store: Path) -> None:
        self._application = application
        self._edition = edition
        self._store = store
        self._lock = threading.Lock()
        self._files: WhiteNoise | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(f"{PREFIX}/"):
            return self._application(environ, start_response)
        answer: Iterable[bytes] = self._opened()(environ, start_response)
        return answer

    def _opened(self) -> WhiteNoise:
        with self._lock:
            if self._files is None:
                publish(self._edition, self._store)
                files = WhiteNoise(
                    self._application,
                    immutable_file_test=lambda _path, _url: True,
                    add_headers_function=_secure,
                    allow_all_origins=False,
                )
                for home in sorted(self._store.glob("[0-9a-f]*")):
                    files.add_files(str(home), prefix=f"{PREFIX}/{home.name}/")
                self._files = files
            return self._files


def _secure(headers: "dict[str, str]", _path: str, _url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value


def folder_of(app: Flask) -> Path:
    """The source folder. Flask's own route for it is switched off: the layer below serves the editions alone."""
    return Path(app.root_path) / "static"


def init_app(app: Flask) -> None:
    """Serve the files and give templates ``asset(path)``."""
    edition = edition_of(folder_of(app))
    store = Path(app.extensions["zone_settings"].data_dir) / "static"
    app.jinja_env.globals["asset"] = edition.url
    app.wsgi_app = StaticFiles(app.wsgi_app, edition, store)  # type: ignore[method-assign]  # the documented way
