"""The roof: the only file that may import everything. ``gunicorn wsgi:create_app()``."""

from flask import Flask

import enrolment
import oversight
import registry
from core import setup
from core.config import Settings, read_settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; refuses to start with unsafe settings or an undeclared route."""
    app = Flask(__name__, static_folder=None)
    setup.begin(app, settings or read_settings())
    registry.init_app(app)
    enrolment.init_app(app)
    oversight.init_app(app)
    setup.finish(app)
    return app
