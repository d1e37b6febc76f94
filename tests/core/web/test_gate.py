"""The gate: declared routes only, signed-in people only, local addresses only."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import OrganisationKind, Role
from core.web.gate import local_path
from tests.factories import JS, account, organisation, sign_in


def test_home_answers_for_everybody(client: FlaskClient) -> None:
    assert client.get("/").status_code == 200


def test_a_signed_in_officer_is_known(context: Flask, client: FlaskClient) -> None:
    officer = account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS))
    sign_in(client, officer)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "hostile", ["//evil", "https://evil", "/\\evil", "javascript:x", "\\\\evil", "", None, "/a\nb"]
)
def test_next_never_leaves_the_site(hostile: str | None) -> None:
    assert local_path(hostile) == "/"


def test_a_local_next_is_kept() -> None:
    assert local_path("/applications?page=2") == "/applications?page=2"
