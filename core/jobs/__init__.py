"""Background work: the row is the truth, a lease keeps it, the queue is only a doorbell."""

import datetime as dt

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up the doorbell; register the status pages and the house's own duties."""
    from core.access import Role, grant_permissions
    from core.accounts import throttle
    from core.config import Settings
    from core.jobs import duties, leases
    from core.jobs.bell import Doorbell, use_bell
    from core.jobs.registry import add_duty
    from core.jobs.scope import SEE_ALL
    from core.jobs.views import blueprint
    from core.notices.sending import send_waiting

    settings: Settings = app.extensions["zone_settings"]
    bell = Doorbell(settings)
    app.extensions["zone_bell"] = bell
    use_bell(bell)
    grant_permissions({SEE_ALL: (Role.SYSTEM_ADMIN,)})
    add_duty("jobs.reap", dt.timedelta(seconds=settings.reaper_seconds), leases.reap)
    add_duty("jobs.forget_workers", dt.timedelta(days=1), duties.forget_workers)
    add_duty("notices.send", dt.timedelta(seconds=settings.reaper_seconds), send_waiting)
    add_duty("accounts.forget_tries", dt.timedelta(days=1), throttle.sweep)
    add_duty("web.forget_tokens", dt.timedelta(hours=6), duties.forget_tokens)
    add_duty("audit.seal", dt.timedelta(minutes=30), duties.seal_yesterday)
    app.register_blueprint(blueprint)
