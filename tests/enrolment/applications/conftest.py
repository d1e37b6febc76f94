"""A family before its first page."""

import pytest
from flask import Flask

from tests.client import Browser
from tests.enrolment.applications.scene import Scene, scene


@pytest.fixture
def world(context: Flask) -> Scene:
    return scene()


@pytest.fixture
def phone(app: Flask) -> Browser:
    """A second browser: the guardian's phone."""
    return Browser(app, app.response_class, use_cookies=True)
