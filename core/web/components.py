"""Invented content for the page of all interface components (demonstration and tests only)."""

from dataclasses import dataclass

from wtforms import (
    BooleanField,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from core.forms import BaseForm
from core.i18n import lazy as _l
from core.web.home import HomeCard
from core.words import Words


class SampleForm(BaseForm):
    """One field of each kind."""

    name = StringField(_l("姓名"), validators=[InputRequired(_l("请填写姓名"))])
    document = StringField(
        _l("身份证号码"),
        description=_l("18 位，最后一位是 X 的请照填。中间有空格也可以。"),
        validators=[Length(18, 18, _l("身份证号码应为 18 位"))],
    )
    school = SelectField(
        _l("招生学校"), choices=[SelectChoice("", _l("请选择")), SelectChoice("1", _l("青浦甲职业学校"))]
    )
    boards = RadioField(
        _l("就读方式"),
        choices=[SelectChoice("yes", _l("住校")), SelectChoice("no", _l("走读"))],
        validators=[InputRequired(_l("请选择住校或走读"))],
    )
    hobbies = SelectMultipleField(
        _l("已通过的测试"),
        choices=[SelectChoice("1", _l("面试")), SelectChoice("2", _l("色觉"))],
        validators=[Optional()],
    )
    photo = FileField(_l("身份证人像面照片"), validators=[Optional()])
    reason = TextAreaField(_l("说明"), validators=[Optional()])
    agree = BooleanField(_l("我已阅读并同意上述内容"), validators=[InputRequired(_l("请阅读后打勾"))])


@dataclass(frozen=True, slots=True)
class SampleItem:
    """An item of a list, step, stage, task or time line."""

    label: object = ""
    state: object = ""
    note: object = ""
    link: str | None = None
    hint: object = ""
    title: object = ""
    when: str = ""
    who: object = ""
    lines: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleChoice:
    """A ranked choice."""

    rank: int
    school: object
    major: object
    code: str
    county: object
    note: object = ""


@dataclass(frozen=True, slots=True)
class SampleFigure:
    """The shape of a chart, with a picture drawn by hand."""

    title: str
    svg: str
    reading: Words
    table_head: tuple[object, ...]
    table_rows: tuple[tuple[object, ...], ...]


def figure() -> SampleFigure:
    """Three bars."""
    rows = ((str(_l("甲县")), 160), (str(_l("乙县")), 140), (str(_l("丙县")), 95))
    bars = "".join(
        f'<rect x="60" y="{20 + 34 * index}" width="{width}" height="22" fill="#1f5f99"/>'
        f'<text x="{68 + width}" y="{36 + 34 * index}" font-size="14">{width}</text>'
        f'<text x="0" y="{36 + 34 * index}" font-size="14">{name}</text>'
        for index, (name, width) in enumerate(rows)
    )
    return SampleFigure(
        title=str(_l("各县招生计划")),
        svg=f'<svg viewBox="0 0 300 120" role="img" aria-label="bars" width="300" height="120">{bars}</svg>',
        reading=Words("甲县的计划最多，占全部 395 人的四成。", "County A has most places, four in ten of 395."),
        table_head=(_l("县区"), _l("计划数")),
        table_rows=rows,
    )


def tasks() -> tuple[SampleItem, ...]:
    """The task list of an application half-way."""
    return (
        SampleItem(_l("核对个人信息"), "done", link="/components"),
        SampleItem(_l("监护人信息"), "done", link="/components"),
        SampleItem(_l("上传材料"), "in_progress", link="/components", hint=_l("还差户口簿照片")),
        SampleItem(_l("填写志愿"), "not_started", link="/components"),
        SampleItem(_l("检查并提交"), "blocked", hint=_l("前面四项完成后可以开始")),
    )


def case() -> tuple[SampleItem, ...]:
    """The chain of a transfer."""
    return (
        SampleItem(_l("转出学校"), "done", _l("2026-09-03 同意")),
        SampleItem(_l("转入学校"), "done", _l("2026-09-07 同意")),
        SampleItem(_l("转出地教育局"), "now", _l("还有 3 个工作日")),
        SampleItem(_l("转入地教育局"), "ahead"),
        SampleItem(_l("备案"), "ahead"),
    )


def solving() -> tuple[SampleItem, ...]:
    """The stages of a run while it solves."""
    return (
        SampleItem(_l("读取数据"), "done", _l("1 204 份报名，25 个专业")),
        SampleItem(_l("校验"), "done"),
        SampleItem(_l("建模"), "done", _l("用时 0.8 秒")),
        SampleItem(_l("求解"), "now", _l("已用 12 秒，与最好结果最多还差 0.4%")),
        SampleItem(_l("核验"), "ahead"),
        SampleItem(_l("写入"), "ahead"),
    )


def history() -> tuple[SampleItem, ...]:
    """A short time line."""
    return (
        SampleItem(
            title=_l("休学"), when="2026-10-08", who=_l("县教育局 王**"), lines=(_l("登记于 2026-10-09 10:32"),)
        ),
        SampleItem(title=_l("注册学籍"), when="2026-09-01", who=_l("甲职校 李**")),
    )


def choices() -> tuple[SampleChoice, ...]:
    """Three choices."""
    first, second, third = _l("青浦甲职业学校"), _l("吴江乙职业学校"), _l("嘉善丙职业学校")
    crowded = _l("给本县 12 个名额，今年已有 9 人第一志愿填报")
    return (
        SampleChoice(1, first, _l("数控技术应用"), "660103", _l("青浦"), crowded),
        SampleChoice(2, second, _l("计算机应用"), "710201", _l("吴江"), _l("给本县 8 个名额")),
        SampleChoice(3, third, _l("护理"), "720201", _l("嘉善")),
    )


def cards() -> tuple[HomeCard, ...]:
    """Four counts of an officer."""
    return (
        HomeCard(_l("待预审"), 128, "/components", _l("已提交、还没有人领取的报名")),
        HomeCard(_l("补正返回"), 14, "/components", _l("退回后学生已重新提交的报名")),
        HomeCard(_l("今日到期"), 9, "/components", _l("今天 24:00 前要作出决定的报名"), urgent=True),
        HomeCard(_l("我领取的"), 5, "/components", _l("您已领取、还没有决定的报名")),
    )
