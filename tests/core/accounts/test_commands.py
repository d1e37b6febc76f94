"""``flask user``: the first administrators without any shipped password."""

import pytest
from flask import Flask

from core.accounts import activation
from core.accounts.models import Account
from core.db import db, housekeeping
from tests.core.accounts.builders import ADDRESS, SECRET, shown_codes


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "auditor"])
def test_a_first_administrator(context: Flask, role: str) -> None:
    done = context.test_cli_runner().invoke(args=["user", "create-admin", "--role", role, "--name", "李四"])
    assert done.exit_code == 0
    (code,) = shown_codes(done.output)
    found = activation.look_up(code=code, fact="", address=ADDRESS)
    assert found.sign_in_name in done.output
    assert "/activate" in done.output
    account = db.session.query(Account).one()
    assert account.password_hash is None
    assert [grant.role.value for grant in account.grants] == [role]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["--role", "system_admin", "--name", "12345"], 1, "姓名"),
        (["--role", "auditor", "--name", "李四", "--sign-in-name", "13800138000"], 1, "登录名"),
        (["--role", "county_officer", "--name", "李四"], 2, "county_officer"),
        (["--role", "auditor"], 2, "--name"),
    ],
)
def test_what_is_refused(context: Flask, arguments: list[str], exit_code: int, words: str) -> None:
    done = context.test_cli_runner().invoke(args=["user", "create-admin", *arguments])
    assert done.exit_code == exit_code
    assert words in done.output
    assert db.session.query(Account).count() == 0


def test_the_way_back_in(context: Flask) -> None:
    run = context.test_cli_runner()
    create = ["user", "create-admin", "--role", "auditor", "--name", "李四", "--sign-in-name", "li.si"]
    (first,) = shown_codes(run.invoke(args=create).output)
    with housekeeping() as session:
        session.query(Account).one().totp_secret = SECRET
    done = run.invoke(args=["user", "reissue-code", "LI.SI", "--reset-second-factor"])
    assert done.exit_code == 0
    (second,) = shown_codes(done.output)
    assert second != first
    assert db.session.query(Account).one().totp_secret is None
    assert activation.look_up(code=second, fact="", address=ADDRESS)
    again = run.invoke(args=["user", "reissue-code", "li.si", "--reset-second-factor"])
    assert (again.exit_code, "不需要重置" in again.output) == (1, True)


def test_an_unknown_name(context: Flask) -> None:
    done = context.test_cli_runner().invoke(args=["user", "reissue-code", "nobody"])
    assert done.exit_code == 1
    assert "nobody" in done.output


def test_help_has_a_line_and_exit_codes_for_each_command(context: Flask) -> None:
    run = context.test_cli_runner()
    for name in ("create-admin", "reissue-code"):
        assert "Exit code 0" in " ".join(run.invoke(args=["user", name, "--help"]).output.split())
        assert name in run.invoke(args=["user", "--help"]).output
