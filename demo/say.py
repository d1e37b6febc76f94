"""Everything the command says, in Chinese and English."""

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from demo.signins import SignIn

STOPPED = (
    "\n已停止。建好的数据保留，没建完的下次从头建。 / "
    "Stopped. A finished build is kept; an unfinished one is begun again next time."
)
BUILDING = "正在建立演示数据，人物、学校和数字都是编造的。 / Building invented data; nobody in them exists."
STARTING = "正在启动网页服务和后台任务…… / Starting the web server and the worker ..."


def busy_port(port: int) -> str:
    """The port is taken."""
    return (
        f"端口 {port} 已被占用。请换一个：make demo PORT={port + 1}。 / "
        f"Port {port} is in use. Choose another one: make demo PORT={port + 1}"
    )


def foreign_folder(folder: Path) -> str:
    """The folder holds other things."""
    return (
        f"“{folder}”里有不属于演示的文件，没有改动它。请用 --data-dir 换一个目录。 / "
        f"{folder} holds files that are not of a demonstration; nothing was touched. Choose another --data-dir."
    )


def folder_in_use(folder: Path) -> str:
    """Another demonstration runs on the folder."""
    return (
        f"另一个演示正在使用“{folder}”。请先停止它，或用 --data-dir 换一个目录。 / "
        f"Another demonstration is using {folder}. Stop it first, or choose another --data-dir."
    )


def not_serving(name: str) -> str:
    """A process ended by itself."""
    return f"“{name}”进程意外结束，原因见上面的输出。 / The {name} process ended; the reason stands above."


def built(seconds: float, facts: Mapping[str, Any]) -> str:
    """The build is complete."""
    return (
        f"建好了：{facts['rows']} 行数据，{facts['audit_entries']} 条审计记录（链完整），{seconds:.0f} 秒。 / "
        f"Built: {facts['rows']} rows, {facts['audit_entries']} audit entries (chain sound), {seconds:.0f} s."
    )


def sign_ins(people: Sequence[SignIn]) -> str:
    """The table of sign-ins. Passwords are printed here and nowhere else."""
    rows = [("角色 / role", "登录名 / sign-in name", "密码 / password", "验证器密钥 / TOTP secret", "现在 / code")]
    rows += [(f"{one.role.zh} / {one.role.en}", one.name, one.password, one.secret, one.code) for one in people]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(_padded(text, width) for text, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(
        [
            "",
            "登录（密码刚刚生成，只显示这一次；再次运行会换新的）/ "
            "Sign in (made just now, shown once; new ones at each start)",
            *lines,
            "工作人员还要输入 6 位验证码：在这里按回车看最新的，或把密钥加入验证器应用。 / "
            "Staff also give 6 digits: press Enter here for the newest, or put the secret into an authenticator app.",
        ]
    )


def codes(people: Sequence[SignIn]) -> str:
    """The six digits of this moment, one line a person."""
    return "\n".join(f"  {one.name:<20} {one.code}" for one in people if one.secret)


def welcome(port: int) -> str:
    """Where it is, and what to try."""
    return "\n".join(
        [
            "",
            f"打开 / Open:  http://127.0.0.1:{port}/",
            "可以试试 / Three things to try:",
            "  1. 学生看录取结果和每个志愿的说明，并确认；监护人为另一个孩子确认报名。",
            "     The pupil reads the result and accepts; the guardian confirms the other child's application.",
            "  2. 县区办事员办理预审队列。",
            "     The county officer works through the review queue.",
            "  3. 县区审批人锁定征求志愿轮次，计算，送审；第二审批人批准公布。",
            "     The approver locks the supplementary round, runs it, proposes; the second approver releases.",
            "从头再来 / Start over:  python -m demo --fresh        停止 / Stop:  Ctrl-C",
            "",
        ]
    )


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
