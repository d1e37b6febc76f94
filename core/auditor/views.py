"""The auditor's pages."""

from flask import Blueprint, render_template, request
from sqlalchemy import select

from core.access import requires
from core.audit.models import AuditEntry, AuditSeal
from core.audit.verification import verify
from core.auditor.entry_list import ENTRIES, SEALS
from core.db import db, find
from core.tables import ListQuery

INSPECT = "audit.inspect"
NEWEST = 50_000

blueprint = Blueprint("auditor", __name__, url_prefix="/audit")


@blueprint.get("/entries")
@requires(INSPECT)
def entries() -> str:
    page = ListQuery.from_request(ENTRIES, request).page(db.session(), select(AuditEntry))
    return render_template("core/auditor/entries.html", page=page)


@blueprint.get("/entries/<int:seq>")
@requires(INSPECT)
def entry(seq: int) -> str:
    return render_template("core/auditor/entry.html", entry=find(AuditEntry, seq))


@blueprint.get("/check")
@requires(INSPECT)
def check() -> str:
    """Walk the newest part of the chain and show what was found; ``flask audit verify`` walks it all."""
    return render_template("core/auditor/check.html", found=verify(newest=NEWEST))


@blueprint.get("/seals")
@requires(INSPECT)
def seals() -> str:
    page = ListQuery.from_request(SEALS, request).page(db.session(), select(AuditSeal))
    return render_template("core/auditor/seals.html", page=page)
