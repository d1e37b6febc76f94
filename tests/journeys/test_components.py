"""The page of all components in a real browser, as it opens and with every kind of mistake."""

import pytest
from flask import Flask

from core.access import OrganisationKind
from tests.factories import organisation
from tests.journeys.conftest import NewVisitor

pytestmark = pytest.mark.browser


def test_components(app: Flask, new_officer: NewVisitor) -> None:
    visitor = new_officer()
    with app.app_context():
        for number in range(65):
            organisation(OrganisationKind.SCHOOL, "310118", f"第{number:02}职业学校")
    page = visitor.open("/components?kind=school&page=2")
    visitor.look("components")
    page.locator("button.btn-primary", has_text="提交报名").first.click()
    visitor.look("components-wrong", languages=("zh",))
    assert page.title().startswith("错误：")
