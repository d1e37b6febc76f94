"""The public pages every visitor may open."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/", "/help", "/privacy", "/accessibility", "/site-map"])
def test_public_page_opens(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<h1>" in answer.text
    assert '<main id="main"' in answer.text


def test_unknown_page_says_so(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.text
