"""Fixtures of journeys: a live server, and visitors with browsers of their own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from core.access import Role
from tests.browser import PHONE, Visitor, launch, serving, visiting
from tests.factories import account

NewVisitor = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all journeys; each visitor gets an own profile in it."""
    with sync_playwright() as playwright:
        chromium = launch(playwright, tmp_path_factory.mktemp("browser"))
        yield chromium
        chromium.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application of this test, live on 127.0.0.1 with its own database."""
    app.config["PREFERRED_URL_SCHEME"] = "http"
    with serving(app) as found:
        yield found


@pytest.fixture
def new_visitor(browser: Browser, address: str) -> Iterator[NewVisitor]:
    """Makes visitors: ``new_visitor(scripts=False, size=DESKTOP)``. All are checked at the end of the test."""
    with ExitStack() as stack:
        made: list[Visitor] = []

        def make(*, scripts: bool = True, size: tuple[int, int] = PHONE) -> Visitor:
            visitor = stack.enter_context(visiting(browser, address, scripts=scripts, size=size))
            made.append(visitor)
            return visitor

        yield make
        for visitor in made:
            visitor.check()


@pytest.fixture
def visitor(new_visitor: NewVisitor) -> Visitor:
    """One visitor on a phone."""
    return new_visitor()


@pytest.fixture
def new_officer(app: Flask, new_visitor: NewVisitor) -> NewVisitor:
    """Makes visitors who are signed in as staff, with the same arguments."""

    def make(*, scripts: bool = True, size: tuple[int, int] = PHONE) -> Visitor:
        visitor = new_visitor(scripts=scripts, size=size)
        with app.app_context():
            visitor.sign_in(app, account(Role.COMMITTEE))
        return visitor

    return make
