"""Papers of invented people: a drawn page that says so, uploaded like any other."""

import io

from PIL import Image, ImageDraw

from core import clock
from core.access import Actor
from enrolment.applications.models import Application, PaperKind
from enrolment.applications.papers import put_paper
from enrolment.applications.progress import current_papers, needed_papers

_SIZE = (320, 200)


def show_papers(pupil: Actor, application: Application) -> None:
    """Upload the papers that this pupil must show and has not shown yet."""
    shown = current_papers(application.applicant)
    for kind in needed_papers(application.applicant):
        if kind not in shown:
            upload(pupil, application, kind)


def upload(pupil: Actor, application: Application, kind: PaperKind) -> None:
    """Upload one paper, or a better picture of one that was returned."""
    put_paper(
        pupil,
        application_id=application.id,
        kind=kind,
        stream=io.BytesIO(_drawn(kind, application.applicant.candidate_number)),
        name=f"{kind.value}.jpg",
        at=clock.now(),
    )


def _drawn(kind: PaperKind, number: str) -> bytes:
    """A page with a frame and three lines, another one for each pupil: nobody can take it for a real document."""
    page = Image.new("RGB", _SIZE, "white")
    pen = ImageDraw.Draw(page)
    pen.rectangle((8, 8, _SIZE[0] - 8, _SIZE[1] - 8), outline="#1f4e79", width=3)
    pen.text((24, 40), f"DEMO  {kind.value.upper()}", fill="#1f4e79", font_size=22)
    pen.text((24, 84), "invented, for demonstration only", fill="black", font_size=14)
    pen.text((24, 112), number, fill="black", font_size=14)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()
