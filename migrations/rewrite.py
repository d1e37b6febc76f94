"""Write the first migration anew from the models: ``python -m migrations.rewrite``.

Only before the first release; afterwards every change is a migration of its own
(``flask db revision --autogenerate -m "verb noun"``).
"""

import base64
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from core.config import Settings, new_secret
from core.db import prepare_engine
from wsgi import create_app

FOLDER = Path(__file__).parent
VERSIONS = FOLDER / "versions"


def main() -> int:
    """Remove the old files, compare the models with an empty database, tidy the result."""
    with tempfile.TemporaryDirectory() as scratch:
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        secrets_of_an_hour = {"secret_key": new_secret(), "keys": f"k:{key}", "index_key": key}
        app = create_app(Settings.model_validate({"mode": "test", "data_dir": scratch, **secrets_of_an_hour}))
        engine = create_engine(f"sqlite:///{scratch}/empty.db")
        prepare_engine(engine)
        for old in VERSIONS.glob("*.py"):
            old.unlink()
        with app.app_context():
            config = app.extensions["migrate"].migrate.get_config()
            config.attributes["engine"] = engine
            command.revision(config, message="open house", autogenerate=True)
        engine.dispose()
    return subprocess.run([sys.executable, "-m", "ruff", "format", str(VERSIONS)], check=False).returncode  # noqa: S603 - our own folder


if __name__ == "__main__":
    sys.exit(main())
