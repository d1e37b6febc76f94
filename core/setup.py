"""Putting the ground floor under an application, and the last checks before it opens."""

import datetime as dt

from flask import Flask
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from core import accounts, auditor, cli, i18n, jobs, notices, observe
from core.access import access_table
from core.calendar import views as calendar
from core.config import Settings
from core.crypto import KeyRing, use_keys
from core.db import db, prepare_engine
from core.files.operations import open_store
from core.web import commands, errors, gate, headers, idempotency, pages, shutter, static_files
from core.web.views import blueprint as web_blueprint

csrf = CSRFProtect()
migrate = Migrate()


def begin(app: Flask, settings: Settings) -> None:
    """Configure the application and install the ground floor."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.extensions["zone_settings"] = settings
    app.config.update(_flask_config(settings))
    use_keys(KeyRing.parse(settings.keys.get_secret_value(), settings.index_key.get_secret_value()))
    open_store(settings.data_dir)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the documented way to wrap
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies
        )
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=f"{app.root_path}/migrations", render_as_batch=True)
    csrf.init_app(app)
    i18n.init_app(app)
    observe.init_app(app)
    for part in (gate, idempotency, headers, errors, pages, static_files, shutter, commands):
        part.init_app(app)
    app.register_blueprint(web_blueprint)
    for room in (accounts, auditor, notices, jobs, calendar, cli):
        room.init_app(app)


def finish(app: Flask) -> None:
    """Refuse to open with a route that does not say who may call it."""
    access_table(app)


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "SQLALCHEMY_DATABASE_URI": settings.resolved_database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True, "hide_parameters": True},
        "SESSION_COOKIE_NAME": "__Host-zone",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": dt.timedelta(hours=settings.absolute_hours),
        "WTF_CSRF_TIME_LIMIT": settings.absolute_hours * 3600,
        "WTF_CSRF_SSL_STRICT": False,
        "MAX_CONTENT_LENGTH": settings.max_upload_bytes + 64 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "DEBUG": settings.debug,
        "TRAP_HTTP_EXCEPTIONS": False,
    }
