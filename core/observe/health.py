"""The parts of the house and how they are: what a load balancer, and what the administrator, must know."""

import datetime as dt
import enum
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.config import Settings
from core.db import db
from core.i18n import gettext as _
from core.jobs.duties import last_done, workers_seen
from core.jobs.models import Job, JobState

BACKUP_DUTY = "backup.create"
_MIGRATIONS = Path(__file__).parents[2] / "migrations"
_MIB = 1024 * 1024
_PRESENCE_PERIODS = 4


class Level(enum.StrEnum):
    """``failed`` takes this server out of service, ``warning`` only asks somebody to look."""

    GOOD = "good"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the house: a key for machines, words for people, its level."""

    key: str
    label: str
    level: Level
    words: str


def head_file() -> str:
    """The newest migration this version of the product knows (``migrations/HEAD``)."""
    return (_MIGRATIONS / "HEAD").read_text(encoding="utf-8").strip()


def parts(settings: Settings) -> tuple[Part, ...]:
    """Every part, the database first; without it those that need it are not asked."""
    database = _database()
    if database.level is Level.FAILED:
        return (database, _disk(settings))
    checks: tuple[Callable[[Settings], Part], ...] = (_migration, _queue, _workers, _disk, _backup)
    return (database, *(check(settings) for check in checks))


def worst(found: tuple[Part, ...]) -> Level:
    """The level of the whole: that of its worst part."""
    levels = {part.level for part in found}
    return next(level for level in (Level.FAILED, Level.WARNING, Level.GOOD) if level in levels)


def _database() -> Part:
    label = _("数据库")
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Part("database", label, Level.FAILED, _("连接不上。请检查数据库服务和 ZONE_DATABASE_URL。"))
    return Part("database", label, Level.GOOD, _("连接正常"))


def _migration(_settings: Settings) -> Part:
    label = _("数据结构版本")
    head = head_file()
    try:
        found = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        db.session.rollback()
        found = None
    if found == head:
        return Part("migration", label, Level.GOOD, _("已是最新（%(head)s）", head=head))
    words = _("数据库是 %(found)s，程序需要 %(head)s。请运行 flask db upgrade。", found=found or _("空"), head=head)
    return Part("migration", label, Level.FAILED, words)


def _queue(settings: Settings) -> Part:
    label = _("等待中的任务")
    waiting, oldest = db.session.execute(
        select(func.count(), func.min(Job.created_at)).where(Job.state == JobState.QUEUED)
    ).one()
    age = int((clock.now() - oldest).total_seconds()) if oldest else 0
    words = _("%(count)s 个，最久等了 %(age)s 秒", count=waiting, age=age) if waiting else _("没有")
    late = age > settings.queue_max_seconds
    return Part("queue", label, Level.WARNING if late else Level.GOOD, words)


def _workers(settings: Settings) -> Part:
    label = _("后台工作进程")
    within = dt.timedelta(seconds=max(15, _PRESENCE_PERIODS * settings.reaper_seconds))
    alive = workers_seen(within)
    if alive:
        return Part("worker", label, Level.GOOD, _("%(count)s 个在运行", count=len(alive)))
    return Part("worker", label, Level.WARNING, _("没有在运行。任务会一直等待；请启动 flask worker。"))


def _disk(settings: Settings) -> Part:
    label = _("磁盘空间")
    free = shutil.disk_usage(settings.data_dir).free // _MIB
    low = free < settings.min_free_mib
    words = _("剩余 %(free)s MiB（至少需要 %(least)s MiB）", free=free, least=settings.min_free_mib)
    return Part("disk", label, Level.FAILED if low else Level.GOOD, words)


def _backup(settings: Settings) -> Part:
    label = _("最近一次备份")
    last = last_done(BACKUP_DUTY)
    if last is None or last.outcome:
        return Part("backup", label, Level.WARNING, _("还没有成功的备份。请运行 flask backup create。"))
    hours = int((clock.now() - last.last_at).total_seconds() // 3600)
    late = hours >= settings.backup_max_hours
    words = _("%(at)s（%(hours)s 小时前）", at=clock.moment_cell(last.last_at), hours=hours)
    return Part("backup", label, Level.WARNING if late else Level.GOOD, words)
