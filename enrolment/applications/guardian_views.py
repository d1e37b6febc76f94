"""Pages about guardians: naming them, and a guardian's own two pages, consent and confirmation."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from core.access import requires
from core.clock import beijing_day
from core.codes import code_set
from core.errors import NotAllowed, NotVisible, Refused
from core.i18n import current_language
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.identity import mask_phone
from core.web.actor import current_actor
from core.web.gate import received_at
from enrolment.applications import confirming, guardianship
from enrolment.applications.consents import notice_for, under_14
from enrolment.applications.forms import ConsentForm, GuardianForm, PlainForm, SendBackForm
from enrolment.applications.frame import frame_of, way_back
from enrolment.applications.guardianship import MOST_GUARDIANS, GuardianFacts
from enrolment.applications.models import ApplicantGuardian, Application, ConsentPurpose
from enrolment.applications.progress import consents_of, consents_to_ask
from enrolment.applications.scope import get_own, guardian_among

blueprint = Blueprint("guardians", __name__)


@blueprint.get("/applications/<uuid:application_id>/guardians")
@requires("applications.own")
def named(application_id: uuid.UUID) -> str:
    application = get_own(current_actor(), application_id)
    language = current_language()
    relations = {entry.code: entry.words.text(language) for entry in code_set("guardian_relation").entries}
    return render_template(
        "enrolment/applications/guardians.html",
        frame=frame_of(application, current_actor(), received_at()),
        application=application,
        relations=relations,
        mask_phone=mask_phone,
        most=MOST_GUARDIANS,
        onward=way_back(application),
    )


@blueprint.route("/applications/<uuid:application_id>/guardians/new", methods=["GET", "POST"])
@requires("applications.own")
def add(application_id: uuid.UUID) -> str | Response | tuple[str, int]:
    return _edit(get_own(current_actor(), application_id), None)


@blueprint.route("/applications/<uuid:application_id>/guardians/<uuid:guardian_id>", methods=["GET", "POST"])
@requires("applications.own")
def change(application_id: uuid.UUID, guardian_id: uuid.UUID) -> str | Response | tuple[str, int]:
    application = get_own(current_actor(), application_id)
    return _edit(application, _guardian(application, guardian_id))


def _guardian(application: Application, guardian_id: uuid.UUID) -> ApplicantGuardian:
    found = next((one for one in application.applicant.guardians if one.id == guardian_id), None)
    if found is None:
        raise NotVisible
    return found


def _edit(application: Application, guardian: ApplicantGuardian | None) -> str | Response | tuple[str, int]:
    form = GuardianForm(obj=guardian)
    form.offer_relations()
    if form.validate_on_submit():
        facts = GuardianFacts(
            name=form.name.data,
            relation=form.relation.data,
            phone=form.phone.data,
            shared_phone=bool(form.shared_phone.data),
        )
        try:
            guardianship.name_guardian(
                current_actor(),
                application_id=application.id,
                facts=facts,
                at=received_at(),
                guardian_id=guardian.id if guardian else None,
                version=form.version.data if guardian else None,
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("监护人信息已保存。"), "success")
            return redirect(way_back(application, "guardians.named"), 303)
    asks_shared = bool(form.shared_phone.errors) or bool(form.shared_phone.data)
    page = render_template(
        "enrolment/applications/guardian.html",
        frame=frame_of(application, current_actor(), received_at()),
        application=application,
        guardian=guardian,
        form=form,
        asks_shared=asks_shared,
    )
    return (page, 422) if form.errors else page


@blueprint.post("/applications/<uuid:application_id>/guardians/<uuid:guardian_id>/remove")
@requires("applications.own")
def remove(application_id: uuid.UUID, guardian_id: uuid.UUID) -> Response:
    _guardian(get_own(current_actor(), application_id), guardian_id)
    form = PlainForm()
    if not form.validate() or form.version.data is None:
        raise Refused(_l("没有看懂这次提交。请返回上一页，刷新后再试一次。"))
    guardianship.remove_guardian(
        current_actor(),
        application_id=application_id,
        guardian_id=guardian_id,
        version=form.version.data,
        at=received_at(),
    )
    flash(_("已删除这位监护人。"), "success")
    return redirect(url_for(".named", application_id=application_id), 303)


@blueprint.route("/applications/<uuid:application_id>/consent", methods=["GET", "POST"])
@requires("applications.confirm")
def consent(application_id: uuid.UUID) -> str | Response | tuple[str, int]:
    """The notice and its boxes alone: for a child under 14 this comes before anything sensitive."""
    application = _as_guardian(application_id)
    applicant, day = application.applicant, beijing_day(received_at())
    asked = tuple(purpose for purpose in consents_to_ask(applicant, day) if purpose is not ConsentPurpose.APPLICATION)
    form = ConsentForm(version=application.version, notice_version=notice_for(applicant.birth_date, day))
    form.ask(asked)
    if form.validate_on_submit():
        missing = [purpose for purpose in asked if purpose not in form.ticked]
        if missing:
            for purpose in missing:
                form[purpose.value].errors = [
                    _("请勾选“%(box)s”，不同意就不能继续", box=form[purpose.value].label.text)
                ]
        else:
            confirming.give_consents(
                current_actor(),
                applicant_id=applicant.id,
                purposes=form.ticked,
                notice_version=form.notice_version.data,
                at=received_at(),
            )
            flash(_("您的同意已记录。孩子现在可以上传材料。"), "success")
            return redirect(url_for("applications.show", application_id=application.id), 303)
    page = render_template(
        "enrolment/applications/consent.html",
        frame=frame_of(application, current_actor(), received_at()),
        application=application,
        form=form,
        asked=asked,
        given=consents_of(applicant),
        child_under_14=under_14(applicant.birth_date, day),
    )
    return (page, 422) if form.errors else page


@blueprint.route("/applications/<uuid:application_id>/confirm", methods=["GET", "POST"])
@requires("applications.confirm")
def confirm(application_id: uuid.UUID) -> str | Response | tuple[str, int]:
    """The notice, the application as it would be submitted, the boxes, and the two buttons."""
    application = _as_guardian(application_id)
    applicant, day = application.applicant, beijing_day(received_at())
    frame = frame_of(application, current_actor(), received_at())
    asked = consents_to_ask(applicant, day)
    form = ConsentForm(version=frame.newest.version, notice_version=notice_for(applicant.birth_date, day))
    form.ask(asked)
    if form.validate_on_submit():
        try:
            confirming.confirm(
                current_actor(),
                application_id=application.id,
                version=form.version.data or 0,
                purposes=form.ticked,
                notice_version=form.notice_version.data,
                at=received_at(),
            )
        except Refused as error:
            form.refuse(error)
        else:
            return redirect(url_for("applications.show", application_id=application.id), 303)
    page = render_template(
        "enrolment/applications/confirm.html",
        frame=frame,
        application=application,
        form=form,
        asked=asked,
        child_under_14=under_14(applicant.birth_date, day),
    )
    return (page, 422) if form.errors else page


@blueprint.route("/applications/<uuid:application_id>/send-back", methods=["GET", "POST"])
@requires("applications.confirm")
def send_back(application_id: uuid.UUID) -> str | Response | tuple[str, int]:
    application = _as_guardian(application_id)
    frame = frame_of(application, current_actor(), received_at())
    form = SendBackForm(version=frame.newest.version)
    if form.validate_on_submit():
        confirming.send_back(
            current_actor(),
            application_id=application.id,
            version=form.version.data or 0,
            comment=form.comment.data,
            at=received_at(),
        )
        flash(_("已请孩子修改，您写的话会显示在孩子的页面上。"), "success")
        return redirect(url_for("applications.show", application_id=application.id), 303)
    page = render_template("enrolment/applications/send_back.html", frame=frame, application=application, form=form)
    return (page, 422) if form.errors else page


@blueprint.route("/applications/<uuid:application_id>/withdraw-consent", methods=["GET", "POST"])
@requires("applications.confirm")
def withdraw_consent(application_id: uuid.UUID) -> str | Response:
    application = _as_guardian(application_id)
    form = PlainForm(version=application.version)
    if form.validate_on_submit():
        confirming.withdraw_consents(current_actor(), applicant_id=application.applicant_id, at=received_at())
        flash(_("您的同意已撤回，报名同时撤回。"), "success")
        return redirect(url_for("applications.show", application_id=application.id), 303)
    return render_template(
        "enrolment/applications/withdraw_consent.html",
        frame=frame_of(application, current_actor(), received_at()),
        application=application,
        form=form,
        given=consents_of(application.applicant),
    )


def _as_guardian(application_id: uuid.UUID) -> Application:
    application = get_own(current_actor(), application_id)
    if guardian_among(current_actor(), application.applicant) is None:
        raise NotAllowed(_l("只有考生的监护人可以确认。请监护人用自己的账号登录。"))
    return application
