"""Sign-in pages."""

from flask import Blueprint

from core.access import anonymous

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in")
@anonymous("everybody must be able to sign in")
def sign_in() -> str:
    return ""
