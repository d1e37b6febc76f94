"""What the tests of the family's pages share."""

import io

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.accounts.models import Account
from core.db import db
from enrolment.applications.models import (
    Application,
)
from tests.client import Browser
from tests.enrolment.applications.scene import Scene
from tests.factories import sign_in

ZH = {"Accept-Language": "zh", "Referer": "https://localhost"}


def text(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def as_pupil(client: FlaskClient, world: Scene) -> Browser:
    sign_in(client, db.session.get_one(Account, world.child.account_id))
    assert isinstance(client, Browser)
    return client


def as_guardian(client: FlaskClient, world: Scene) -> Browser:
    sign_in(client, db.session.get_one(Account, world.parent.account_id))
    assert isinstance(client, Browser)
    return client


def photo() -> tuple[io.BytesIO, str]:
    stream = io.BytesIO()
    Image.new("RGB", (600, 400), "white").save(stream, "JPEG")
    stream.seek(0)
    return stream, "photo.jpg"


def newest(world: Scene) -> Application:
    db.session.expire_all()
    return db.session.scalars(select(Application).where(Application.applicant_id == world.child.id)).one()


def page(client: Browser, address: str) -> str:
    answer = client.get(address, headers=ZH)
    assert answer.status_code == 200, (address, answer.status_code, text(answer)[:300])
    return text(answer)
